#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void failed(struct attempt *attempt, enum belay_spawn_stage stage, int error)
{
    attempt->result.spawn_stage = stage;
    attempt->result.spawn_errno = error;
}

// Replaces this process by the program, or returns the errno. Runs in the vfork child: no allocation here.
static int exec_program(struct attempt *attempt, const char *program)
{
    execve(program, attempt->arguments, attempt->environment);
    if (errno != ENOEXEC) return errno;
    // A script without an interpreter line: to the shell, as execvp(3) does.
    char *name = attempt->arguments[0];
    attempt->arguments[-1] = "/bin/sh";
    attempt->arguments[0] = (char *)program;
    execve("/bin/sh", attempt->arguments - 1, attempt->environment);
    attempt->arguments[0] = name;
    return errno;
}

// Looks the program up in the PATH of the command's own environment, not in the driver's.
static int exec_command(struct attempt *attempt)
{
    const char *name = attempt->arguments[0], *path = "/usr/bin:/bin";
    if (!*name) return ENOENT;
    if (strchr(name, '/')) return exec_program(attempt, name);
    for (char **entry = attempt->environment; *entry; entry++)
        if (!strncmp(*entry, "PATH=", 5)) path = *entry + 5;
    int error = ENOENT;
    char program[PATH_MAX];
    while (true) {
        size_t length = strcspn(path, ":");
        if (length + strlen(name) + 2 <= sizeof program) {
            memcpy(program, path, length);
            program[length] = '/';
            strcpy(program + length + (length ? 1 : 0), name);
            int failure = exec_program(attempt, program);
            if (failure == EACCES) error = EACCES;
            else if (failure != ENOENT && failure != ENOTDIR) return failure;
        }
        if (!path[length]) return error;
        path += length + 1;
    }
}

// By system calls: glibc's functions would signal the threads of a process that shares this memory.
static bool set_user(const struct belay_request *request, const uint32_t *groups)
{
    return !syscall(SYS_setgroups, (size_t)request->group_count, groups)
        && !syscall(SYS_setresgid, request->gid, request->gid, request->gid)
        && !syscall(SYS_setresuid, request->uid, request->uid, request->uid);
}

static void default_signals(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// The vfork child: shares the supervisor's memory, but neither its descriptors nor its signal dispositions.
static _Noreturn void run_command(struct attempt *attempt)
{
    setpgid(0, 0);
    default_signals();
    dup2(attempt->input, 0);
    dup2(attempt->streams[BELAY_STDOUT].given, 1);
    dup2(attempt->streams[BELAY_STDERR].given, 2);
    // As long as anything of the command holds this, the attempt is known to be running. Where the limit
    // of descriptors is lower, any number will do.
    if (attempt->file >= 0 && dup2(attempt->file, BELAY_ATTEMPT_FD) < 0) fcntl(attempt->file, F_SETFD, 0);
    umask(attempt->request.file_mode_mask);
    if (attempt->request.set_user && !set_user(&attempt->request, attempt->groups))
        failed(attempt, BELAY_SPAWN_USER, errno);
    else if (chdir(attempt->directory))
        failed(attempt, BELAY_SPAWN_DIRECTORY, errno);
    else
        failed(attempt, BELAY_SPAWN_EXEC, exec_command(attempt));
    _exit(127);
}

// Gives the command a pipe where its output must be masked or cut, else the file itself.
static bool open_stream(struct attempt *attempt, struct stream *stream)
{
    if (stream->file < 0) {
        bool none = !*stream->path;
        int flags = none ? O_RDWR : O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW;
        stream->file = open(none ? "/dev/null" : stream->path, flags | O_CLOEXEC, 0600);
        if (stream->file < 0) return false;
    }
    stream->given = stream->file;
    if (!attempt->secrets.count && !attempt->request.max_output) return true;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    stream->pipe = ends[0];
    stream->given = ends[1];
    errno = ENOMEM;
    return masker_start(&stream->masker, &attempt->secrets, stream->file, attempt->request.max_output);
}

void attempt_spawn(struct attempt *attempt)
{
    if (attempt->input < 0) attempt->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (attempt->input < 0 || !open_stream(attempt, &attempt->streams[BELAY_STDOUT])
        || !open_stream(attempt, &attempt->streams[BELAY_STDERR])) {
        failed(attempt, BELAY_SPAWN_STREAMS, errno);
        return;
    }
    pid_t pid = vfork();
    if (pid == 0) run_command(attempt);
    if (pid < 0) failed(attempt, BELAY_SPAWN_FORK, errno);
    else attempt->result.command_pid = pid;
    close(attempt->input);
    for (int i = 0; i < 2; i++) {
        struct stream *stream = &attempt->streams[i];
        if (stream->given != stream->file) close(stream->given);
        stream->given = -1;
    }
}
