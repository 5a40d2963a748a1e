#pragma once

/// The magic number of the filesystem that holds a path (statfs(2)), or -1 with errno.
long cfs_magic(const char *path);
