// The C edge of Belay's processes: the fork server, the supervisor of an attempt, and the attempt file.
// README.md beside this directory describes the protocol.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/statfs.h>
#include <sys/types.h>

// MARK: The attempt file: three slots at fixed offsets, each written once with a single pwrite.

enum {
    BELAY_ATTEMPT_SIZE = 4096,
    BELAY_SLOT_SIZE = 1024,
    // The command inherits the attempt file here. Below the usual limit of 256, and away from 9, 200 and 255,
    // which scripts and bash itself use.
    BELAY_ATTEMPT_FD = 251,
};

enum belay_slot : uint32_t { BELAY_SLOT_VOID, BELAY_SLOT_STARTED, BELAY_SLOT_RESULT };

enum belay_slot_state : uint32_t { BELAY_SLOT_EMPTY, BELAY_SLOT_VALID, BELAY_SLOT_TORN };

// Written by whoever found the file empty under its lock: nothing may be launched from it any more.
struct belay_void {
    uint64_t token;
    int64_t wall_ns;
    int32_t pid;
    uint32_t reserved;
};

// Written before the command is spawned (or before the first effect of an action inside the driver).
struct belay_started {
    uint64_t token;
    uint64_t start_ticks;       // of the process, as in /proc/PID/stat
    int64_t wall_ns;            // since 1970
    int64_t boot_ns;            // CLOCK_BOOTTIME
    int64_t deadline_boot_ns;   // when the supervisor ends the command; 0: never
    int32_t pid;                // of the supervisor, which is its session's id; of the driver for its own actions
    uint32_t reserved;
};

struct belay_digest {
    uint64_t length;
    uint8_t sha256[32];
};

enum belay_stream : uint32_t { BELAY_STDOUT, BELAY_STDERR, BELAY_OUTPUT };

enum belay_ended_by : uint32_t { BELAY_ENDED_ITSELF, BELAY_ENDED_TIMEOUT, BELAY_ENDED_REQUEST };

enum belay_spawn_stage : uint32_t {
    BELAY_SPAWNED,              // nothing went wrong
    BELAY_SPAWN_STREAMS,        // stdin, stdout or stderr could not be opened
    BELAY_SPAWN_FORK,
    BELAY_SPAWN_USER,           // the credentials were refused
    BELAY_SPAWN_DIRECTORY,      // the working directory cannot be entered
    BELAY_SPAWN_EXEC,
};

// Written when the direct child has ended; after a timeout or a request, when nothing of it is left.
struct belay_result {
    uint64_t token;
    int64_t started_wall_ns, ended_wall_ns;
    int64_t started_boot_ns, ended_boot_ns;
    uint64_t max_rss_kib;
    int32_t pid;                // of the supervisor
    int32_t command_pid;        // 0: nothing was spawned
    int32_t wait_status;        // as wait(2) gives it
    int32_t spawn_errno;
    uint32_t spawn_stage;       // enum belay_spawn_stage
    uint32_t ended_by;          // enum belay_ended_by
    uint32_t truncated;         // bit set of enum belay_stream: cut at max_output
    int32_t output_errno;       // the first error of writing masked output; what follows was lost
    struct belay_digest digests[3];     // by enum belay_stream; of the recorded length only
};

// Writes a slot. Returns 0 or an errno.
int belay_slot_write(int fd, enum belay_slot slot, const void *payload, uint32_t length);

// Reads a slot; the payload is set only where `state` becomes VALID. Returns 0 or an errno.
int belay_slot_read(int fd, enum belay_slot slot, void *payload, uint32_t length, enum belay_slot_state *state);

// The digest of the first `length` bytes. Returns 0, an errno, or ENODATA where the file is shorter.
int belay_digest_file(int fd, uint64_t length, struct belay_digest *digest);

// MARK: Requests and reports of the fork server.

enum { BELAY_REQUEST_MAGIC = 0x42527131 };

// Bits of belay_request.descriptors, in the order in which the descriptors are attached.
// `held` is only kept until the command has ended: the lock of an action inside the driver, for which it runs.
enum {
    BELAY_FD_ATTEMPT = 1, BELAY_FD_STDIN = 2, BELAY_FD_STDOUT = 4, BELAY_FD_STDERR = 8, BELAY_FD_HELD = 16,
    BELAY_FD_COUNT = 5,
};

// Followed by `length` bytes: group_count × uint32; secret_count × (uint32 length, bytes); then NUL-terminated
// strings: working directory, paths of stdout, stderr and output (empty: none), arguments, environment.
struct belay_request {
    uint32_t magic;
    uint32_t length;
    uint64_t token;
    uint64_t timeout_ms;        // 0: none
    uint64_t max_output;        // bytes a stream; 0: no limit
    uint32_t grace_ms;          // between TERM and KILL
    uint32_t argument_count, environment_count, group_count, secret_count;
    uint32_t descriptors;
    uint32_t set_user;          // 1: uid, gid and groups are to be set
    uint32_t uid, gid;
    uint32_t file_mode_mask;    // umask
};

enum belay_report_kind : uint32_t {
    BELAY_REPORT_READY,         // by the fork server, once, with its own pid
    BELAY_REPORT_STARTED,       // by the supervisor, after its slot is written
    BELAY_REPORT_DONE,          // by the supervisor, after the result is written
    BELAY_REPORT_REFUSED,       // nothing was launched; `error` says why
    BELAY_REPORT_VANISHED,      // by the fork server: the supervisor ended without having said `done`
};

struct belay_report {
    uint32_t kind;              // enum belay_report_kind
    int32_t pid;                // of the supervisor
    uint64_t token;
    int32_t error;              // REFUSED: errno
    int32_t wait_status;        // VANISHED: of the supervisor
    struct belay_started started;
    struct belay_result result;
};

struct belay_fork_server {
    int requests;               // stream; send only
    int reports;                // one report a message; receive only
    pid_t pid;
};

// Forks the fork server. To be called before any thread, lock or journal exists. Returns 0 or an errno.
// `crash_at` (tests only) names a point where supervisors end as by kill -9: POINT, POINT@TOKEN or POINT#N.
int belay_fork_server_start(struct belay_fork_server *server, const char *crash_at);

// Sends one request with its descriptors, which stay open here. Returns 0 or an errno.
int belay_fork_server_send(int requests, const void *bytes, size_t length, const int *fds, uint32_t fd_count);

// Receives one report. Returns 1, 0 when nobody can report any more, or -errno.
int belay_fork_server_receive(int reports, struct belay_report *report);

// MARK: Processes.

struct belay_process {
    int32_t pid, parent, group, session;
    uint64_t start_ticks;       // since boot, in clock ticks
    char state;                 // as in /proc/PID/stat
};

// Reads /proc/PID/stat. Returns 0 or an errno.
int belay_process_read(pid_t pid, struct belay_process *process);

// All processes that /proc shows; to be freed by the caller. Returns their number, or -errno.
int belay_process_list(struct belay_process **processes);

// MARK: System calls that Swift's Glibc does not show (statfs too). Each returns its value, or -errno.

int belay_pidfd_open(pid_t pid);
int belay_pidfd_send_signal(int pidfd, int signal);
int belay_memfd(const char *name);
int64_t belay_mount_id(const char *path);
int64_t belay_clock_ns(int clock);
void belay_name_thread(const char *name);
