#include "CFileSystem.h"

#include <sys/vfs.h>

long cfs_magic(const char *path) {
    struct statfs found;
    return statfs(path, &found) == 0 ? (long)(unsigned int)found.f_type : -1;
}
