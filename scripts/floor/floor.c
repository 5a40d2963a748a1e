// The bench's floor: runs /bin/true N times in a row and does for each what Belay's promises need, and no more:
// an attempt file made before the intent; one synced commit (or two) with the outcome of the step before and the next
// intent as chained events and as rows; a supervisor from a fork server, in a session of its own, that holds the lock
// of the attempt file, writes what it started and what came of it, and keeps the output in files.
//
// usage: floor [--steps N] [--commits 1|2] [--dir DIR]       (make -C scripts/floor)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sha2.h>
#include <signal.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPT_SIZE = 4096, STARTED_AT = 1024, RESULT_AT = 2048, CHECKPOINT_FRAMES = 1000 };

struct slot {
    int64_t pid, status, start_ns, end_ns, output_bytes;
    uint64_t checksum;
};

struct order {
    int step;
    char directory[64];
};

static void check(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// FNV-1a over what stands before the checksum.
static uint64_t slot_checksum(const struct slot *slot) {
    uint64_t hash = 0xcbf29ce484222325;
    const unsigned char *bytes = (const unsigned char *)slot;
    for (size_t i = 0; i < offsetof(struct slot, checksum); i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash;
}

static void write_slot(int attempt, off_t at, struct slot slot) {
    slot.checksum = slot_checksum(&slot);
    check(pwrite(attempt, &slot, sizeof slot, at) == sizeof slot, "attempt file");
}

// ---- The supervisor: one process for each attempt.

static int open_output(const char *directory, const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    check(file >= 0, path);
    return file;
}

static int64_t size_of(int file) {
    struct stat information;
    check(fstat(file, &information) == 0, "fstat");
    return information.st_size;
}

static void supervise(int channel, int attempt, const struct order *order) {
    setsid();
    for (int i = 0; i < 3; i++) signal((int[]){SIGTERM, SIGINT, SIGHUP}[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    struct slot slot = {.pid = getpid(), .start_ns = now_ns()};
    write_slot(attempt, STARTED_AT, slot);
    int out = open_output(order->directory, "stdout"), err = open_output(order->directory, "stderr");
    pid_t child = fork();
    check(child >= 0, "fork");
    if (child == 0) {
        setpgid(0, 0);
        for (int i = 0; i < 3; i++) signal((int[]){SIGTERM, SIGINT, SIGHUP}[i], SIG_DFL);
        dup2(out, 1);
        dup2(err, 2);
        fcntl(attempt, F_SETFD, 0);  // The command holds the lock, too, and everything it leaves behind.
        execl("/bin/true", "true", (char *)0);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) check(errno == EINTR, "waitpid");
    slot.status = status;
    slot.end_ns = now_ns();
    slot.output_bytes = size_of(out) + size_of(err);
    write_slot(attempt, RESULT_AT, slot);
    check(send(channel, &order->step, sizeof order->step, 0) == sizeof order->step, "report");
    _exit(0);
}

// ---- The fork server: made before the database is opened, so that a fork copies little and inherits no lock.

static int receive_order(int channel, struct order *order) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {order, sizeof *order};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) <= 0) return -1;
    int descriptor = -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header) memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

static void send_order(int channel, const struct order *order, int descriptor) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    struct iovec data = {(void *)order, sizeof *order};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    check(sendmsg(channel, &message, 0) == sizeof *order, "order");
}

static int start_fork_server(void) {
    int ends[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
    pid_t server = fork();
    check(server >= 0, "fork");
    if (server > 0) {
        close(ends[1]);
        return ends[0];
    }
    close(ends[0]);
    signal(SIGCHLD, SIG_IGN);  // Supervisors are not waited for: the attempt file tells what came of them.
    struct order order;
    for (int attempt; (attempt = receive_order(ends[1], &order)) >= 0; close(attempt)) {
        pid_t supervisor = fork();
        check(supervisor >= 0, "fork");
        if (supervisor == 0) supervise(ends[1], attempt, &order);
    }
    _exit(0);
}

// ---- The journal.

struct journal {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *event, *attempt;
    int lock, sequence, frames;
    char hash[SHA256_DIGEST_STRING_LENGTH];
};

static void run_sql(struct journal *journal, const char *sql) {
    if (sqlite3_exec(journal->database, sql, 0, 0, 0) == SQLITE_OK) return;
    fprintf(stderr, "floor: %s: %s\n", sql, sqlite3_errmsg(journal->database));
    exit(1);
}

static void step_statement(struct journal *journal, sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) {
        fprintf(stderr, "floor: %s\n", sqlite3_errmsg(journal->database));
        exit(1);
    }
    sqlite3_reset(statement);
}

static sqlite3_stmt *prepare(struct journal *journal, const char *sql) {
    sqlite3_stmt *statement = 0;
    check(sqlite3_prepare_v2(journal->database, sql, -1, &statement, 0) == SQLITE_OK, sql);
    return statement;
}

static int note_frames(void *journal, sqlite3 *database, const char *name, int frames) {
    (void)database, (void)name;
    ((struct journal *)journal)->frames = frames;
    return SQLITE_OK;
}

static void open_journal(struct journal *journal) {
    check((journal->lock = open("belay.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600)) >= 0, "belay.lock");
    check(sqlite3_open("belay.db", &journal->database) == SQLITE_OK, "belay.db");
    run_sql(journal,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE events(run INTEGER, seq INTEGER, body TEXT, hash TEXT, PRIMARY KEY(run, seq)) STRICT;"
            "CREATE TABLE attempts(step TEXT PRIMARY KEY, state TEXT, status INTEGER) STRICT;");
    sqlite3_wal_hook(journal->database, note_frames, journal);  // Replaces SQLite's own checkpoints.
    journal->begin = prepare(journal, "BEGIN IMMEDIATE");
    journal->commit = prepare(journal, "COMMIT");
    journal->event = prepare(journal, "INSERT INTO events VALUES (1, ?1, ?2, ?3)");
    journal->attempt = prepare(
        journal, "INSERT INTO attempts VALUES (?1, ?2, ?3)"
                 " ON CONFLICT DO UPDATE SET state = excluded.state, status = excluded.status");
}

static void record(struct journal *journal, const char *step, const char *state, int64_t status) {
    char body[256];
    snprintf(body, sizeof body,
             "{\"type\":\"attempt_%s\",\"step\":\"%s\",\"attempt\":1,\"status\":%lld,\"at\":%lld,"
             "\"by\":{\"uid\":0,\"host\":\"floor\",\"pid\":%d}}",
             state, step, (long long)status, (long long)now_ns(), getpid());
    SHA2_CTX hash;
    SHA256Init(&hash);
    SHA256Update(&hash, (const uint8_t *)journal->hash, strlen(journal->hash));
    SHA256Update(&hash, (const uint8_t *)body, strlen(body));
    SHA256End(&hash, journal->hash);
    sqlite3_bind_int(journal->event, 1, ++journal->sequence);
    sqlite3_bind_text(journal->event, 2, body, -1, SQLITE_STATIC);
    sqlite3_bind_text(journal->event, 3, journal->hash, -1, SQLITE_STATIC);
    step_statement(journal, journal->event);
    sqlite3_bind_text(journal->attempt, 1, step, -1, SQLITE_STATIC);
    sqlite3_bind_text(journal->attempt, 2, state, -1, SQLITE_STATIC);
    sqlite3_bind_int64(journal->attempt, 3, status);
    step_statement(journal, journal->attempt);
}

static void begin(struct journal *journal) {
    check(flock(journal->lock, LOCK_EX) == 0, "belay.lock");
    step_statement(journal, journal->begin);
}

static void commit(struct journal *journal) {
    step_statement(journal, journal->commit);
    if (journal->frames > CHECKPOINT_FRAMES) {
        sqlite3_wal_checkpoint_v2(journal->database, 0, SQLITE_CHECKPOINT_PASSIVE, 0, 0);
    }
    flock(journal->lock, LOCK_UN);
}

// ---- The driver.

static int make_attempt(const struct order *order) {
    char path[128];
    check(mkdir(order->directory, 0700) == 0, order->directory);
    snprintf(path, sizeof path, "%s/attempt", order->directory);
    int attempt = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    check(attempt >= 0 && posix_fallocate(attempt, 0, ATTEMPT_SIZE) == 0, path);
    return attempt;
}

static int64_t run_attempt(int channel, const struct order *order, int attempt) {
    struct slot slot;
    check(flock(attempt, LOCK_EX | LOCK_NB) == 0, "attempt lock");
    check(pread(attempt, &slot, sizeof slot, STARTED_AT) == sizeof slot && slot.checksum == 0, "attempt not empty");
    send_order(channel, order, attempt);
    int finished = -1;
    check(recv(channel, &finished, sizeof finished, 0) == sizeof finished && finished == order->step, "report");
    check(pread(attempt, &slot, sizeof slot, RESULT_AT) == sizeof slot, "result");
    check(slot.checksum == slot_checksum(&slot), "checksum of the result");
    close(attempt);
    return slot.status;
}

static void run_steps(struct journal *journal, int channel, int steps, int commits) {
    struct order order = {0};
    char name[32] = "", before[32] = "";
    int64_t status = 0;
    for (int i = 0; i <= steps; i++) {
        int attempt = -1;
        if (i < steps) {
            order.step = i;
            snprintf(name, sizeof name, "s%d", i);
            snprintf(order.directory, sizeof order.directory, "steps/%s", name);
            attempt = make_attempt(&order);
        }
        begin(journal);
        if (i > 0) record(journal, before, status == 0 ? "succeeded" : "failed", status);
        if (commits == 2 && i > 0 && i < steps) {
            commit(journal);
            begin(journal);
        }
        if (i < steps) record(journal, name, "started", 0);
        commit(journal);
        if (i < steps) status = run_attempt(channel, &order, attempt);
        memcpy(before, name, sizeof before);
    }
}

static int remove_entry(const char *path, const struct stat *information, int kind, struct FTW *where) {
    (void)information, (void)kind, (void)where;
    return remove(path);
}

int main(int count, char **arguments) {
    int steps = 1000, commits = 1;
    const char *base = ".";
    for (int i = 1; i < count; i++) {
        if (i + 1 < count && !strcmp(arguments[i], "--steps")) steps = atoi(arguments[++i]);
        else if (i + 1 < count && !strcmp(arguments[i], "--commits")) commits = atoi(arguments[++i]);
        else if (i + 1 < count && !strcmp(arguments[i], "--dir")) base = arguments[++i];
        else steps = 0;
    }
    if (steps < 1 || commits < 1 || commits > 2) {
        fprintf(stderr, "usage: floor [--steps N] [--commits 1|2] [--dir DIR]\n");
        return 64;
    }
    char directory[4096], absolute[4096];
    snprintf(directory, sizeof directory, "%s/floor-XXXXXX", base);
    check(mkdtemp(directory) && realpath(directory, absolute) && chdir(absolute) == 0, directory);
    check(mkdir("steps", 0700) == 0, "steps");
    int channel = start_fork_server();
    struct journal journal = {.hash = "0"};
    open_journal(&journal);

    int64_t start = now_ns();
    run_steps(&journal, channel, steps, commits);
    double total = (now_ns() - start) / 1e3;

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("floor: %d steps, %d commit%s a step: %.0f us a step, %.0f ms in all, peak %.1f MiB\n", steps, commits,
           commits == 1 ? "" : "s", total / steps, total / 1e3, usage.ru_maxrss / 1024.0);
    check(chdir("/") == 0, "/");
    nftw(absolute, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
