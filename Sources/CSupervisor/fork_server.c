#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Its own descriptors, after 0, 1 and 2, which are /dev/null.
enum { requests = 3, reports = 4, signals = 5, first_free = 6 };

enum { largest_payload = 64 << 20 };

struct supervisor {
    pid_t pid;
    uint64_t token;
};

static struct supervisor *supervisors;
static size_t supervisor_count, supervisor_room;

static void send_report(enum belay_report_kind kind, pid_t pid, uint64_t token, int error, int status)
{
    struct belay_report report = {
        .kind = kind, .pid = pid, .token = token, .error = error, .wait_status = status,
    };
    while (send(reports, &report, sizeof report, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static bool read_fully(void *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        ssize_t got = recv(requests, (char *)bytes + at, length - at, MSG_WAITALL);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += (size_t)got;
    }
    return true;
}

// Descriptors come with the first byte of a request.
static bool read_header(struct belay_request *request, int fds[BELAY_FD_COUNT], uint32_t *fd_count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(BELAY_FD_COUNT * sizeof(int))];
    } control;
    struct iovec vector = {request, sizeof *request};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control,
    };
    ssize_t got;
    do got = recvmsg(requests, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return false;
    struct cmsghdr *attached = CMSG_FIRSTHDR(&message);
    if (attached && attached->cmsg_type == SCM_RIGHTS) {
        *fd_count = (uint32_t)((attached->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(attached), *fd_count * sizeof(int));
    }
    return read_fully((char *)request + got, sizeof *request - (size_t)got)
        && request->magic == BELAY_REQUEST_MAGIC && request->length <= largest_payload;
}

static int take_fd(const struct belay_request *request, uint32_t bit, const int *fds, uint32_t *next, uint32_t count)
{
    return request->descriptors & bit && *next < count ? fds[(*next)++] : -1;
}

static _Noreturn void become_supervisor(const struct belay_request *request, char *payload, const int *fds,
    uint32_t count)
{
    static struct attempt attempt;
    uint32_t next = 0;
    close(requests);
    attempt.request = *request;
    attempt.reports = reports;
    attempt.signals = signals;
    attempt.file = take_fd(request, BELAY_FD_ATTEMPT, fds, &next, count);
    attempt.input = take_fd(request, BELAY_FD_STDIN, fds, &next, count);
    attempt.streams[0] = (struct stream){.file = take_fd(request, BELAY_FD_STDOUT, fds, &next, count), .pipe = -1};
    attempt.streams[1] = (struct stream){.file = take_fd(request, BELAY_FD_STDERR, fds, &next, count), .pipe = -1};
    attempt.held = take_fd(request, BELAY_FD_HELD, fds, &next, count);
    attempt_supervise(&attempt, payload);
}

static void remember(pid_t pid, uint64_t token)
{
    supervisors[supervisor_count++] = (struct supervisor){pid, token};
}

static bool has_room(void)
{
    if (supervisor_count < supervisor_room) return true;
    size_t room = supervisor_room ? 2 * supervisor_room : 64;
    struct supervisor *larger = realloc(supervisors, room * sizeof *larger);
    if (!larger) return false;
    supervisors = larger;
    supervisor_room = room;
    return true;
}

static void launch(const struct belay_request *request, char *payload, const int *fds, uint32_t count)
{
    crash_points_count_attempt();
    pid_t pid = has_room() ? fork() : -1;
    if (pid == 0) become_supervisor(request, payload, fds, count);
    if (pid < 0) send_report(BELAY_REPORT_REFUSED, 0, request->token, errno, 0);
    else remember(pid, request->token);
}

// Takes one request. False: the driver is gone, or what it says makes no sense.
static bool serve(void)
{
    struct belay_request request;
    int fds[BELAY_FD_COUNT];
    uint32_t count = 0;
    if (!read_header(&request, fds, &count)) return false;
    char *payload = malloc(request.length);
    if (!payload || !read_fully(payload, request.length)) return false;
    launch(&request, payload, fds, count);
    for (uint32_t i = 0; i < count; i++) close(fds[i]);
    explicit_bzero(payload, request.length);
    free(payload);
    return true;
}

// A supervisor that has reported ends with 0; any other end is news.
static void reap(void)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == sizeof info) {}
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        for (size_t i = 0; i < supervisor_count; i++) {
            if (supervisors[i].pid != pid) continue;
            if (status) send_report(BELAY_REPORT_VANISHED, pid, supervisors[i].token, 0, status);
            supervisors[i] = supervisors[--supervisor_count];
            break;
        }
    }
}

static void settle_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &action, NULL);
    // Blocked, and read from a descriptor, by the server and by every supervisor: none comes too early.
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGUSR1);
    sigaddset(&watched, SIGUSR2);
    sigprocmask(SIG_SETMASK, &watched, NULL);
    if (signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK) != signals) _exit(70);
}

// Keeps two descriptors, moves them to their places, and closes all others.
static void settle_descriptors(int request_end, int report_end)
{
    int request = fcntl(request_end, F_DUPFD_CLOEXEC, first_free), report = fcntl(report_end, F_DUPFD_CLOEXEC, first_free);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    dup3(request, requests, O_CLOEXEC);
    dup3(report, reports, O_CLOEXEC);
    close_range(signals, ~0u, 0);
}

static _Noreturn void run_server(int request_end, int report_end, const char *crash_at)
{
    setsid();
    settle_descriptors(request_end, report_end);
    settle_signals();
    prctl(PR_SET_NAME, "belay-forks", 0, 0, 0);
    umask(077);
    if (chdir("/")) _exit(70);
    crash_points_prepare(crash_at);
    send_report(BELAY_REPORT_READY, getpid(), 0, 0, 0);
    struct pollfd fds[] = {{requests, POLLIN, 0}, {signals, POLLIN, 0}};
    while (true) {
        if (poll(fds, 2, -1) < 0) continue;
        if (fds[1].revents) reap();
        // Without its driver it has nothing to do: the supervisors go on, as children of init.
        if (fds[0].revents && !serve()) _exit(0);
    }
}

// A child of init, not of the driver: so it is never a zombie that somebody's waitpid(-1) comes upon.
static int fork_away(int request_end, int report_end, const char *crash_at)
{
    pid_t between = fork();
    if (between < 0) return errno;
    if (between == 0) {
        pid_t server = fork();
        if (server == 0) run_server(request_end, report_end, crash_at);
        _exit(server < 0 ? errno : 0);
    }
    int status = 0;
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

int belay_fork_server_start(struct belay_fork_server *server, const char *crash_at)
{
    int request[2], report[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, request)) return errno;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report)) {
        int error = errno;
        close(request[0]);
        close(request[1]);
        return error;
    }
    struct belay_report ready = {0};
    int error = fork_away(request[1], report[1], crash_at);
    close(request[1]);
    close(report[1]);
    if (!error && belay_fork_server_receive(report[0], &ready) != 1) error = EIO;
    if (error) {
        close(request[0]);
        close(report[0]);
        return error;
    }
    *server = (struct belay_fork_server){request[0], report[0], ready.pid};
    return 0;
}

int belay_fork_server_send(int socket, const void *bytes, size_t length, const int *fds, uint32_t fd_count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(BELAY_FD_COUNT * sizeof(int))];
    } control = {0};
    struct iovec vector = {(void *)bytes, length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (fd_count > BELAY_FD_COUNT) return EINVAL;
    if (fd_count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *attached = CMSG_FIRSTHDR(&message);
        attached->cmsg_level = SOL_SOCKET;
        attached->cmsg_type = SCM_RIGHTS;
        attached->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(attached), fds, fd_count * sizeof(int));
    }
    while (vector.iov_len) {
        ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno;
        vector.iov_base = (char *)vector.iov_base + sent;
        vector.iov_len -= (size_t)sent;
        message.msg_control = NULL;
        message.msg_controllen = 0;
    }
    return 0;
}

int belay_fork_server_receive(int socket, struct belay_report *report)
{
    ssize_t got;
    do got = recv(socket, report, sizeof *report, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    return got == sizeof *report ? 1 : got ? -EPROTO : 0;
}
