#include "CTLS.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CTRL_SET_HOST_NAME = 55, NAME_TYPE_HOST = 0, WANTS_READ = 2, WANTS_WRITE = 3, ERROR_SYSCALL = 5 };
// XN_FLAG_SEP_CPLUS_SPC without escapes of what is plain UTF-8 (ASN1_STRFLGS_UTF8_CONVERT, ESC_CTRL, DN_REV off).
enum { NAME_FLAGS = (2 << 16) | 0x10 | 0x2 };

#define FUNCTIONS(F)                                                          \
    F(void *, TLS_client_method, (void))                                      \
    F(void *, SSL_CTX_new, (void *))                                          \
    F(void, SSL_CTX_free, (void *))                                           \
    F(void, SSL_CTX_set_security_level, (void *, int))                        \
    F(void *, SSL_new, (void *))                                              \
    F(void, SSL_free, (void *))                                               \
    F(int, SSL_set_fd, (void *, int))                                         \
    F(long, SSL_ctrl, (void *, int, long, void *))                            \
    F(int, SSL_connect, (void *))                                             \
    F(int, SSL_get_error, (void *, int))                                      \
    F(void *, SSL_get_peer_cert_chain, (void *))                              \
    F(int, OPENSSL_sk_num, (void *))                                          \
    F(void *, OPENSSL_sk_value, (void *, int))                                \
    F(int, X509_up_ref, (void *))                                             \
    F(void, X509_free, (void *))                                              \
    F(void *, X509_get0_notBefore, (void *))                                  \
    F(void *, X509_get0_notAfter, (void *))                                   \
    F(void *, X509_get_subject_name, (void *))                                \
    F(int, X509_NAME_print_ex, (void *, void *, int, unsigned long))          \
    F(int, X509_check_host, (void *, const char *, size_t, unsigned, char **)) \
    F(int, X509_check_ip_asc, (void *, const char *, unsigned))               \
    F(int, ASN1_TIME_to_tm, (void *, struct tm *))                            \
    F(void *, BIO_new_mem_buf, (const void *, int))                           \
    F(void *, BIO_new, (void *))                                              \
    F(void *, BIO_s_mem, (void))                                              \
    F(int, BIO_read, (void *, void *, int))                                   \
    F(int, BIO_free, (void *))                                                \
    F(void *, PEM_read_bio_X509, (void *, void *, void *, void *))            \
    F(void *, d2i_X509, (void *, const uint8_t **, long))                     \
    F(unsigned long, ERR_get_error, (void))                                   \
    F(void, ERR_clear_error, (void))                                          \
    F(const char *, ERR_reason_error_string, (unsigned long))

#define DECLARE(result, name, parameters) static result(*ssl_##name) parameters;
FUNCTIONS(DECLARE)

struct ctls_chain {
    size_t count;
    void *certificates[32];
};

struct ctls_handshake {
    void *context, *session;
    bool is_done;
    char problem[200];
};

static const char *load_problem;

static void load(void) {
    // Its own dependency libcrypto comes along, in which dlsym looks too.
    void *library = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libssl.so.1.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        load_problem = "OpenSSL (libssl.so.3) is not installed";
        return;
    }
#define FIND(result, name, parameters)                         \
    if (!(*(void **)&ssl_##name = dlsym(library, #name)))      \
        load_problem = "this libssl has no function " #name;
    FUNCTIONS(FIND)
}

bool ctls_load(const char **problem) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *problem = load_problem;
    return !load_problem;
}

// MARK: Certificates

static bool append(ctls_chain *chain, void *certificate) {
    if (!certificate || chain->count == sizeof chain->certificates / sizeof *chain->certificates) return false;
    chain->certificates[chain->count++] = certificate;
    return true;
}

static ctls_chain *unless_empty(ctls_chain *chain) {
    ssl_ERR_clear_error();
    if (chain->count > 0) return chain;
    free(chain);
    return NULL;
}

ctls_chain *ctls_parse(const uint8_t *bytes, size_t count) {
    ctls_chain *chain = calloc(1, sizeof *chain);
    if (!chain || count > 1 << 24) return free(chain), NULL;
    void *text = ssl_BIO_new_mem_buf(bytes, (int)count);
    while (text) {
        void *certificate = ssl_PEM_read_bio_X509(text, NULL, NULL, NULL);
        if (!append(chain, certificate)) {
            if (certificate) ssl_X509_free(certificate);
            break;
        }
    }
    if (text) ssl_BIO_free(text);
    const uint8_t *position = bytes;
    if (chain->count == 0) append(chain, ssl_d2i_X509(NULL, &position, (long)count));
    return unless_empty(chain);
}

size_t ctls_count(const ctls_chain *chain) { return chain->count; }

static bool seconds(void *time, int64_t *result) {
    struct tm fields = {0};
    if (!time || ssl_ASN1_TIME_to_tm(time, &fields) != 1) return false;
    *result = timegm(&fields);
    return true;
}

bool ctls_describe(const ctls_chain *chain, size_t index, struct ctls_certificate *certificate) {
    void *found = chain->certificates[index];
    memset(certificate, 0, sizeof *certificate);
    void *text = ssl_BIO_new(ssl_BIO_s_mem());
    if (text) {
        ssl_X509_NAME_print_ex(text, ssl_X509_get_subject_name(found), 0, NAME_FLAGS);
        ssl_BIO_read(text, certificate->subject, sizeof certificate->subject - 1);
        ssl_BIO_free(text);
    }
    return seconds(ssl_X509_get0_notBefore(found), &certificate->not_before) &&
           seconds(ssl_X509_get0_notAfter(found), &certificate->not_after);
}

bool ctls_is_for(const ctls_chain *chain, const char *name) {
    void *certificate = chain->certificates[0];
    return ssl_X509_check_host(certificate, name, 0, 0, NULL) == 1 ||
           ssl_X509_check_ip_asc(certificate, name, 0) == 1;
}

void ctls_free_chain(ctls_chain *chain) {
    for (size_t index = 0; index < chain->count; index++) ssl_X509_free(chain->certificates[index]);
    free(chain);
}

// MARK: Handshakes

ctls_handshake *ctls_start(int descriptor, const char *server_name) {
    ctls_handshake *handshake = calloc(1, sizeof *handshake);
    if (!handshake) return NULL;
    handshake->context = ssl_SSL_CTX_new(ssl_TLS_client_method());
    // Also weak ones are looked at.
    if (handshake->context) ssl_SSL_CTX_set_security_level(handshake->context, 0);
    handshake->session = handshake->context ? ssl_SSL_new(handshake->context) : NULL;
    if (!handshake->session || ssl_SSL_set_fd(handshake->session, descriptor) != 1) {
        ctls_free(handshake);
        return NULL;
    }
    if (server_name) ssl_SSL_ctrl(handshake->session, CTRL_SET_HOST_NAME, NAME_TYPE_HOST, (void *)server_name);
    return handshake;
}

enum ctls_progress ctls_continue(ctls_handshake *handshake) {
    ssl_ERR_clear_error();
    errno = 0;
    int result = ssl_SSL_connect(handshake->session);
    if (result == 1) {
        handshake->is_done = true;
        return CTLS_DONE;
    }
    int error = ssl_SSL_get_error(handshake->session, result);
    if (error == WANTS_READ) return CTLS_WANTS_READ;
    if (error == WANTS_WRITE) return CTLS_WANTS_WRITE;
    unsigned long code = ssl_ERR_get_error();
    const char *reason = code ? ssl_ERR_reason_error_string(code) : NULL;
    if (!reason) reason = error == ERROR_SYSCALL && errno ? strerror(errno) : "the other side closed the connection";
    strncpy(handshake->problem, reason, sizeof handshake->problem - 1);
    return CTLS_FAILED;
}

ctls_chain *ctls_peer_chain(const ctls_handshake *handshake) {
    void *sent = handshake->is_done ? ssl_SSL_get_peer_cert_chain(handshake->session) : NULL;
    ctls_chain *chain = sent ? calloc(1, sizeof *chain) : NULL;
    if (!chain) return NULL;
    for (int index = 0; index < ssl_OPENSSL_sk_num(sent); index++) {
        void *certificate = ssl_OPENSSL_sk_value(sent, index);
        if (!append(chain, certificate)) break;
        ssl_X509_up_ref(certificate);
    }
    return unless_empty(chain);
}

const char *ctls_problem(const ctls_handshake *handshake) { return handshake->problem; }

void ctls_free(ctls_handshake *handshake) {
    if (handshake->session) ssl_SSL_free(handshake->session);
    if (handshake->context) ssl_SSL_CTX_free(handshake->context);
    free(handshake);
}
