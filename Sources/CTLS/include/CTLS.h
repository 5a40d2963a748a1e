// The few functions of OpenSSL that looking at certificates needs, loaded when the first one is looked at: a runbook
// without such a check does not pay for them.
//
// The prototypes are those of OpenSSL's documented interface, the same in 1.1.1 and 3 (https://docs.openssl.org/); its
// headers are not needed to build.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// One certificate; times in seconds since 1970, names in the form that people know (`CN=example.com, O=Example`).
struct ctls_certificate {
    int64_t not_before, not_after;
    char subject[256];
};

/// Whether the library could be loaded, once, from any thread; `problem` says why not.
bool ctls_load(const char **problem);

/// Certificates in the order of a file or a handshake.
typedef struct ctls_chain ctls_chain;

/// The certificates of a PEM text (other blocks in it are passed over), or the one of DER bytes; null where there are none.
ctls_chain *ctls_parse(const uint8_t *bytes, size_t count);
size_t ctls_count(const ctls_chain *chain);
/// False where its times cannot be read.
bool ctls_describe(const ctls_chain *chain, size_t index, struct ctls_certificate *certificate);
/// Whether the first certificate is for this host name or IP address.
bool ctls_is_for(const ctls_chain *chain, const char *name);
void ctls_free_chain(ctls_chain *chain);

/// A TLS handshake on a connected socket that does not block. Nothing is verified: the certificates are looked at.
typedef struct ctls_handshake ctls_handshake;
enum ctls_progress { CTLS_DONE, CTLS_WANTS_READ, CTLS_WANTS_WRITE, CTLS_FAILED };

/// `server_name` (null: none) is sent to the server, which may choose its certificate by it.
ctls_handshake *ctls_start(int descriptor, const char *server_name);
enum ctls_progress ctls_continue(ctls_handshake *handshake);
/// What the server sent, its own first; null before CTLS_DONE.
ctls_chain *ctls_peer_chain(const ctls_handshake *handshake);
/// Why it failed, for people; valid until the next call.
const char *ctls_problem(const ctls_handshake *handshake);
/// Leaves the socket open.
void ctls_free(ctls_handshake *handshake);
