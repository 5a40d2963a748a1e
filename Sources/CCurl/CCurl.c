#include "CCurl.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

enum { OPEN_SOCKET_FUNCTION = 20163, OPEN_SOCKET_DATA = 10164 };
enum { GLOBAL_ALL = 3, MESSAGE_DONE = 1, INFO_STATUS = 0x200000 + 2, INFO_OS_ERRNO = 0x200000 + 25 };

// CURLMsg
struct message {
    int kind;
    void *easy;
    union {
        void *whatever;
        int result;
    } data;
};

// struct curl_sockaddr
struct peer {
    int family, type, protocol;
    unsigned length;
    struct sockaddr address;
};

// The one list of what is used of libcurl: declares a pointer for each function, and finds it by its name.
#define FUNCTIONS(F)                                                      \
    F(int, global_init, (long))                                           \
    F(void *, easy_init, (void))                                          \
    F(void, easy_cleanup, (void *))                                       \
    F(int, easy_setopt, (void *, int, ...))                               \
    F(int, easy_getinfo, (void *, int, ...))                              \
    F(void *, slist_append, (void *, const char *))                       \
    F(void, slist_free_all, (void *))                                     \
    F(void *, multi_init, (void))                                         \
    F(int, multi_add_handle, (void *, void *))                            \
    F(int, multi_remove_handle, (void *, void *))                         \
    F(int, multi_perform, (void *, int *))                                \
    F(int, multi_poll, (void *, void *, unsigned, int, int *))            \
    F(struct message *, multi_info_read, (void *, int *))                 \
    F(int, multi_cleanup, (void *))

#define DECLARE(result, name, parameters) static result(*curl_##name) parameters;
FUNCTIONS(DECLARE)

static const char *load_problem;

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        load_problem = "libcurl.so.4 is not installed";
        return;
    }
#define FIND(result, name, parameters)                             \
    if (!(*(void **)&curl_##name = dlsym(library, "curl_" #name))) \
        load_problem = "this libcurl.so.4 is too old: it has no curl_" #name;
    FUNCTIONS(FIND)
    if (!load_problem && curl_global_init(GLOBAL_ALL) != 0) load_problem = "libcurl could not be initialised";
}

bool ccurl_load(const char **problem) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *problem = load_problem;
    return !load_problem;
}

void *ccurl_new(void) { return curl_easy_init(); }
void ccurl_free(void *easy) { curl_easy_cleanup(easy); }
int ccurl_set_number(void *easy, int option, long value) { return curl_easy_setopt(easy, option, value); }
int ccurl_set_size(void *easy, int option, int64_t value) { return curl_easy_setopt(easy, option, value); }
int ccurl_set_pointer(void *easy, int option, const void *value) { return curl_easy_setopt(easy, option, value); }
int ccurl_set_receive(void *easy, int option, ccurl_receive value) { return curl_easy_setopt(easy, option, value); }
void *ccurl_list_append(void *list, const char *text) { return curl_slist_append(list, text); }
void ccurl_list_free(void *list) { curl_slist_free_all(list); }

// The multi interface, because curl_easy_perform would look at its progress callback only once a second.
static int drive(void *multi, bool (*stop)(void *), void *context) {
    for (;;) {
        int running = 0, left = 0;
        if (curl_multi_perform(multi, &running) != 0) return CCURL_FAILED_INIT;
        struct message *message = curl_multi_info_read(multi, &left);
        if (message && message->kind == MESSAGE_DONE) return message->data.result;
        if (stop(context)) return CCURL_ABORTED;
        if (curl_multi_poll(multi, NULL, 0, 50, NULL) != 0) return CCURL_FAILED_INIT;
    }
}

// libcurl tells "no socket" and "refused" apart by nothing else.
static int open_socket(void *context, int purpose, struct peer *peer) {
    (void)purpose;
    int descriptor = socket(peer->family, peer->type | SOCK_CLOEXEC, peer->protocol);
    if (descriptor < 0 && errno != EAFNOSUPPORT) *(long *)context = errno;
    return descriptor;
}

int ccurl_perform(void *easy, bool (*stop)(void *), void *context, long *status, long *os_error) {
    *status = *os_error = 0;
    void *multi = curl_multi_init();
    if (!multi) return CCURL_FAILED_INIT;
    long socket_error = 0;
    curl_easy_setopt(easy, OPEN_SOCKET_FUNCTION, open_socket);
    curl_easy_setopt(easy, OPEN_SOCKET_DATA, &socket_error);
    int result = CCURL_FAILED_INIT;
    if (curl_multi_add_handle(multi, easy) == 0) {
        result = drive(multi, stop, context);
        curl_easy_getinfo(easy, INFO_STATUS, status);
        curl_easy_getinfo(easy, INFO_OS_ERRNO, os_error);
        if (*os_error == 0) *os_error = socket_error;
        curl_multi_remove_handle(multi, easy);
    }
    curl_multi_cleanup(multi);
    return result;
}
