// libcurl, loaded when the first request is made: it brings some forty shared libraries along, and runbooks without
// HTTP need none of them. Its variadic functions get a typed face here, because Swift cannot call them.
//
// The prototypes and numbers are libcurl's ABI, which has not changed since libcurl.so.4 came in 2006; its headers are
// not needed to build (https://curl.se/libcurl/c/, https://curl.se/libcurl/abi.html).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The numbers of the options that are set here (CURLOPT_…).
enum {
    CCURL_WRITE_DATA = 10001,
    CCURL_URL = 10002,
    CCURL_ERROR_BUFFER = 10010,
    CCURL_WRITE_FUNCTION = 20011,
    CCURL_HEADERS = 10023,
    CCURL_HEADER_DATA = 10029,
    CCURL_METHOD = 10036,
    CCURL_NO_BODY = 44,
    CCURL_POST = 47,
    CCURL_FOLLOW_LOCATION = 52,
    CCURL_VERIFY_PEER = 64,
    CCURL_CA_FILE = 10065,
    CCURL_MAX_REDIRECTS = 68,
    CCURL_HEADER_FUNCTION = 20079,
    CCURL_VERIFY_HOST = 81,
    CCURL_NO_SIGNAL = 99,
    CCURL_BODY_SIZE = 30120,
    CCURL_TIMEOUT_MS = 155,
    CCURL_COPY_BODY = 10165,
    CCURL_PROTOCOLS = 181,
    CCURL_REDIRECT_PROTOCOLS = 182,
    CCURL_QUICK_EXIT = 322,
};

/// Bits of CCURL_PROTOCOLS and CCURL_REDIRECT_PROTOCOLS.
enum { CCURL_HTTP = 1, CCURL_HTTPS = 2 };

/// Result codes (CURLE_…) that a caller tells apart.
enum {
    CCURL_OK = 0,
    CCURL_UNSUPPORTED_PROTOCOL = 1,
    CCURL_FAILED_INIT = 2,
    CCURL_BAD_URL = 3,
    CCURL_PROXY_NOT_RESOLVED = 5,
    CCURL_HOST_NOT_RESOLVED = 6,
    CCURL_CANNOT_CONNECT = 7,
    CCURL_PARTIAL = 18,
    CCURL_WRITE_FAILED = 23,
    CCURL_OUT_OF_MEMORY = 27,
    CCURL_TIMED_OUT = 28,
    CCURL_TLS_CONNECT = 35,
    CCURL_ABORTED = 42,
    CCURL_TOO_MANY_REDIRECTS = 47,
    CCURL_NOTHING_RECEIVED = 52,
    CCURL_SEND_FAILED = 55,
    CCURL_RECEIVE_FAILED = 56,
    CCURL_CLIENT_CERTIFICATE = 58,
    CCURL_TLS_CIPHER = 59,
    CCURL_PEER_NOT_VERIFIED = 60,
    CCURL_BAD_CA_FILE = 77,
    CCURL_TLS_ISSUER = 83,
    CCURL_TLS_PIN = 90,
    CCURL_TLS_STATUS = 91,
};

/// Enough for the text that libcurl writes at CCURL_ERROR_BUFFER (CURL_ERROR_SIZE).
enum { CCURL_ERROR_SIZE = 256 };

typedef size_t (*ccurl_receive)(char *bytes, size_t size, size_t count, void *context);

/// Loads libcurl once, from any thread. False, with the reason in `problem`, when there is none.
bool ccurl_load(const char **problem);

void *ccurl_new(void);
void ccurl_free(void *easy);
int ccurl_set_number(void *easy, int option, long value);
int ccurl_set_size(void *easy, int option, int64_t value);
int ccurl_set_pointer(void *easy, int option, const void *value);
int ccurl_set_receive(void *easy, int option, ccurl_receive value);

/// Returns the longer list, or null (and leaves `list` as it was) when there is no memory.
void *ccurl_list_append(void *list, const char *text);
void ccurl_list_free(void *list);

/// Performs the transfer and returns its result code; asks `stop` at least every 50 ms and ends with CCURL_ABORTED
/// when it answers true. `os_error` gets the errno of the socket or
/// the connection that failed, or 0.
int ccurl_perform(void *easy, bool (*stop)(void *context), void *context, long *status, long *os_error);
