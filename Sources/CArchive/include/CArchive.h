// libarchive as a codec: headers and bytes in and out of tar archives, plain, gzip or zstd. It is loaded when the
// first archive is handled. No path is ever touched by it: that is done, and guarded, by its callers.
//
// The prototypes are libarchive's ABI (libarchive.so.13, https://github.com/libarchive/libarchive/wiki); its headers are
// not needed to build.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Loads libarchive once, from any thread. False, with the reason in `problem`, when there is none.
bool carchive_load(const char **problem);

/// What a tar header says. Texts belong to the archive and are valid until its next header.
struct carchive_entry {
    const char *path;
    /// Where a symbolic link points; null for all others.
    const char *target;
    /// The earlier entry that this is another name of; null for all others.
    const char *hardlink;
    const char *user, *group;
    /// Type and mode as in stat(2).
    uint32_t mode;
    int64_t uid, gid;
    int64_t seconds;
    long nanoseconds;
    int64_t size;
};

enum carchive_compression { CARCHIVE_PLAIN, CARCHIVE_GZIP, CARCHIVE_ZSTD };
enum carchive_result { CARCHIVE_OK, CARCHIVE_END, CARCHIVE_FAILED };

typedef struct carchive carchive;

/// Reads from, or writes to, a descriptor that stays the caller's; null where there is no memory.
carchive *carchive_reader(int descriptor);
carchive *carchive_writer(int descriptor, enum carchive_compression compression);
/// What libarchive said last; empty where it said nothing.
const char *carchive_problem(carchive *archive);
void carchive_free(carchive *archive);

enum carchive_result carchive_next(carchive *archive, struct carchive_entry *entry);
/// The next piece of an entry's content, and where in it that stands: what is between two pieces is zero.
enum carchive_result carchive_read(carchive *archive, const void **bytes, size_t *count, int64_t *offset);

/// `descriptor` (-1: none) is of the file itself: its holes and extended attributes are written too.
enum carchive_result carchive_add(carchive *archive, const struct carchive_entry *entry, int descriptor);
enum carchive_result carchive_write(carchive *archive, const void *bytes, size_t count);
/// After the last entry: writes what is still held back.
enum carchive_result carchive_finish(carchive *archive);

/// Gives a file the extended attributes of the entry read last; the number of those that were refused.
int carchive_apply_attributes(carchive *archive, int descriptor);
