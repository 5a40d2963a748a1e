#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// How the end of a command is brought about, in this order; `running`: not at all.
enum ending { running, terminating, killing };

struct watch {
    struct attempt *attempt;
    enum ending ending;
    bool command_alive, anything_alive;
    int timer;                  // fires at the deadline, then at the end of the grace
};

static void report(struct attempt *attempt, const struct belay_report *report, int flags)
{
    // A dead driver is no concern of ours: whoever comes next reads the file.
    while (send(attempt->reports, report, sizeof *report, flags | MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static void set_timer(struct watch *watch, uint64_t milliseconds)
{
    // Time spent in suspend counts, hence BOOTTIME.
    if (watch->timer < 0) watch->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    struct itimerspec at = {.it_value = {
        .tv_sec = (time_t)(milliseconds / 1000),
        .tv_nsec = milliseconds ? (long)(milliseconds % 1000) * 1000000 : 1,
    }};
    timerfd_settime(watch->timer, 0, &at, NULL);
}

// Ends everything that descends from this process. Orphans are its children, it being their subreaper: so
// nothing is left once there is nothing to wait for.
static void kill_descendants(pid_t group)
{
    struct belay_process *list;
    int count = belay_process_list(&list), found = 1;
    if (count < 0) return;
    bool group_exists = false;
    pid_t self = getpid();
    // Marked by parent = self; a pass for each generation, as children may be listed before their parents.
    while (found) {
        found = 0;
        for (int i = 0; i < count; i++) {
            if (list[i].parent == self) continue;
            for (int j = 0; j < count && list[i].parent != self; j++)
                if (list[j].pid == list[i].parent && list[j].parent == self) list[i].parent = self, found = 1;
        }
    }
    for (int i = 0; i < count; i++) {
        if (list[i].parent != self || list[i].state == 'Z') continue;
        if (list[i].group == group) group_exists = true;
        kill(list[i].pid, SIGKILL);
    }
    // The group once more as a whole: atomically, so that a fork bomb cannot outrun it.
    if (group_exists) kill(-group, SIGKILL);
    free(list);
}

static void begin_killing(struct watch *watch)
{
    watch->ending = killing;
    // Nobody else can have this id while the group's leader is not reaped.
    if (watch->command_alive) kill(-watch->attempt->result.command_pid, SIGKILL);
}

static void begin_ending(struct watch *watch, enum belay_ended_by by)
{
    if (watch->ending != running || !watch->command_alive) return;
    watch->ending = terminating;
    watch->attempt->result.ended_by = by;
    pid_t group = watch->attempt->result.command_pid;
    kill(-group, SIGTERM);
    kill(-group, SIGCONT);
    set_timer(watch, watch->attempt->request.grace_ms);
}

static void reap(struct watch *watch)
{
    struct belay_result *result = &watch->attempt->result;
    struct rusage usage;
    int status;
    pid_t pid;
    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        if (pid != result->command_pid) continue;
        watch->command_alive = false;
        result->wait_status = status;
        result->max_rss_kib = (uint64_t)usage.ru_maxrss;
    }
    watch->anything_alive = pid == 0;
}

static void take_signals(struct watch *watch)
{
    struct signalfd_siginfo info;
    while (read(watch->attempt->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGUSR1) begin_ending(watch, BELAY_ENDED_REQUEST);
        if (info.ssi_signo != SIGUSR2) continue;
        begin_ending(watch, BELAY_ENDED_REQUEST);
        if (watch->ending == terminating) begin_killing(watch);
    }
}

static void take_timer(struct watch *watch)
{
    uint64_t expirations;
    if (read(watch->timer, &expirations, sizeof expirations) != sizeof expirations) return;
    if (watch->ending == running) begin_ending(watch, BELAY_ENDED_TIMEOUT);
    else if (watch->ending == terminating) begin_killing(watch);
}

// Reads once, at most `most` bytes. Returns their number; 0: there is nothing more, for now or for ever.
static size_t pump(struct stream *stream, size_t most)
{
    static uint8_t buffer[65536];
    if (stream->pipe < 0) return 0;
    ssize_t got = read(stream->pipe, buffer, most < sizeof buffer ? most : sizeof buffer);
    if (got < 0) return 0;
    masker_take(&stream->masker, buffer, (size_t)got, got == 0);
    if (got) return (size_t)got;
    close(stream->pipe);
    stream->pipe = -1;
    return 0;
}

// Waits for something to happen, and takes what comes out of the command.
static void wait_for_event(struct watch *watch, int timeout_ms)
{
    struct attempt *attempt = watch->attempt;
    struct pollfd fds[] = {
        {attempt->signals, POLLIN, 0},
        {watch->timer, POLLIN, 0},
        {attempt->streams[0].pipe, POLLIN, 0},
        {attempt->streams[1].pipe, POLLIN, 0},
    };
    if (poll(fds, 4, timeout_ms) <= 0) return;
    for (int i = 0; i < 2; i++)
        if (fds[2 + i].revents) pump(&attempt->streams[i], SIZE_MAX);
    // The end of the command is looked at before its deadline is.
    if (fds[0].revents) {
        reap(watch);
        take_signals(watch);
        reap(watch);
    }
    if (fds[1].revents && watch->anything_alive) take_timer(watch);
}

// Until the direct child has ended; where it was made to end, until nothing of it is left.
static void watch_command(struct attempt *attempt)
{
    enum { first_rescan_ms = 10, last_rescan_ms = 1000 };
    int rescan_ms = first_rescan_ms;
    struct watch watch = {attempt, running, true, true, -1};
    if (attempt->request.timeout_ms) set_timer(&watch, attempt->request.timeout_ms);
    while (watch.ending == running ? watch.command_alive : watch.anything_alive) {
        if (watch.ending == killing) {
            kill_descendants(attempt->result.command_pid);
            rescan_ms = rescan_ms * 2 < last_rescan_ms ? rescan_ms * 2 : last_rescan_ms;
        }
        wait_for_event(&watch, watch.ending == killing ? rescan_ms : -1);
    }
    if (watch.timer >= 0) close(watch.timer);
}

// What the command has written by now; a daemon that it left may go on for ever.
static void drain(struct stream *stream)
{
    int waiting = 0;
    ioctl(stream->pipe, FIONREAD, &waiting);
    for (size_t left = (size_t)waiting, got = 1; left && got; left -= got) got = pump(stream, left);
    pump(stream, 1);            // sees the end, where nobody holds the pipe any more
}

static void digest_path(const char *path, struct belay_digest *digest)
{
    struct stat status;
    // The command may own this place: what it put there may be a link, or something that blocks.
    int fd = *path ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    bool regular = fd >= 0 && !fstat(fd, &status) && S_ISREG(status.st_mode);
    belay_digest_file(fd, regular ? (uint64_t)status.st_size : 0, digest);
    if (fd >= 0) close(fd);
}

static void record_stream(struct attempt *attempt, enum belay_stream which)
{
    struct stream *stream = &attempt->streams[which];
    struct belay_digest *digest = &attempt->result.digests[which];
    struct masker *masker = &stream->masker;
    struct stat status;
    if (!masker->held) {
        bool regular = !fstat(stream->file, &status) && S_ISREG(status.st_mode);
        belay_digest_file(stream->file, regular ? (uint64_t)status.st_size : 0, digest);
        return;
    }
    drain(stream);
    SHA2_CTX context = masker->digest;
    digest->length = masker->length;
    SHA256Final(digest->sha256, &context);
    if (masker->truncated) attempt->result.truncated |= 1u << which;
    if (masker->error) attempt->result.output_errno = masker->error;
}

static void finish(struct attempt *attempt)
{
    struct belay_result *result = &attempt->result;
    result->ended_wall_ns = belay_clock_ns(CLOCK_REALTIME);
    result->ended_boot_ns = belay_clock_ns(CLOCK_BOOTTIME);
    record_stream(attempt, BELAY_STDOUT);
    record_stream(attempt, BELAY_STDERR);
    digest_path(attempt->output_path, &result->digests[BELAY_OUTPUT]);
    if (attempt->file >= 0) belay_slot_write(attempt->file, BELAY_SLOT_RESULT, result, sizeof *result);
    crash_point("supervisor.after_result", result->token);
    struct belay_report done = {.kind = BELAY_REPORT_DONE, .pid = result->pid, .token = result->token};
    done.result = *result;
    report(attempt, &done, 0);
}

static _Noreturn void refuse(struct attempt *attempt, int error)
{
    struct belay_report refused = {
        .kind = BELAY_REPORT_REFUSED, .pid = getpid(), .token = attempt->request.token, .error = error,
    };
    report(attempt, &refused, 0);
    _exit(0);
}

static void start(struct attempt *attempt)
{
    struct belay_result *result = &attempt->result;
    struct belay_report started = {.kind = BELAY_REPORT_STARTED, .pid = getpid(), .token = attempt->request.token};
    struct belay_process self;
    int error = belay_process_read(started.pid, &self);
    if (error) refuse(attempt, error);
    result->token = attempt->request.token;
    result->pid = started.pid;
    result->started_wall_ns = belay_clock_ns(CLOCK_REALTIME);
    result->started_boot_ns = belay_clock_ns(CLOCK_BOOTTIME);
    started.started = (struct belay_started){
        .token = result->token, .start_ticks = self.start_ticks, .pid = started.pid,
        .wall_ns = result->started_wall_ns, .boot_ns = result->started_boot_ns,
    };
    if (attempt->request.timeout_ms)
        started.started.deadline_boot_ns = result->started_boot_ns + (int64_t)attempt->request.timeout_ms * 1000000;
    if (attempt->file >= 0)
        error = belay_slot_write(attempt->file, BELAY_SLOT_STARTED, &started.started, sizeof started.started);
    if (error) refuse(attempt, error);
    // Only news: a driver that does not read must not keep the supervisor from its timeout.
    report(attempt, &started, MSG_DONTWAIT);
}

_Noreturn void attempt_supervise(struct attempt *attempt, char *payload)
{
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_NAME, "belay-attempt", 0, 0, 0);
    if (!attempt_parse(attempt, payload)) refuse(attempt, EINVAL);
    crash_point("supervisor.before_started", attempt->request.token);
    start(attempt);
    crash_point("supervisor.after_started", attempt->request.token);
    attempt_spawn(attempt);
    crash_point("supervisor.after_spawn", attempt->request.token);
    if (attempt->result.command_pid) watch_command(attempt);
    crash_point("supervisor.after_exit", attempt->request.token);
    finish(attempt);
    // A daemon that the command left behind must not die of a closed pipe: stay as its pump.
    struct watch rest = {attempt, running, false, false, -1};
    if (attempt->file >= 0) close(attempt->file);
    if (attempt->held >= 0) close(attempt->held);
    while (attempt->streams[0].pipe >= 0 || attempt->streams[1].pipe >= 0) wait_for_event(&rest, -1);
    _exit(0);
}
