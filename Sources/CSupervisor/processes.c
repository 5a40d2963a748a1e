#include "CSupervisor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int belay_process_read(pid_t pid, struct belay_process *process)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    ssize_t got = read(fd, text, sizeof text - 1);
    int error = errno;
    close(fd);
    if (got <= 0) return got < 0 ? error : ESRCH;
    text[got] = 0;
    // The command's name may hold anything, parentheses too: the fields start behind the last one.
    const char *fields = strrchr(text, ')');
    if (!fields) return EINVAL;
    unsigned long long ticks = 0;
    process->pid = pid;
    int count = sscanf(fields + 1,
        " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
        &process->state, &process->parent, &process->group, &process->session, &ticks);
    process->start_ticks = ticks;
    return count == 5 ? 0 : EINVAL;
}

int belay_process_list(struct belay_process **processes)
{
    DIR *proc = opendir("/proc");
    if (!proc) return -errno;
    size_t count = 0, room = 0;
    struct belay_process *list = NULL;
    for (struct dirent *entry; (entry = readdir(proc));) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
        if (count == room) {
            room = room ? 2 * room : 256;
            struct belay_process *larger = realloc(list, room * sizeof *list);
            if (!larger) {
                free(list);
                closedir(proc);
                return -ENOMEM;
            }
            list = larger;
        }
        if (!belay_process_read(atoi(entry->d_name), &list[count])) count++;
    }
    closedir(proc);
    *processes = list;
    return (int)count;
}

int belay_pidfd_open(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

int belay_pidfd_send_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) ? -errno : 0;
}

int belay_memfd(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int64_t belay_mount_id(const char *path)
{
    struct statx status;
    if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status)) return -errno;
    return status.stx_mask & STATX_MNT_ID ? (int64_t)status.stx_mnt_id : -ENOSYS;
}

int64_t belay_clock_ns(int clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now)) return -errno;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void belay_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
