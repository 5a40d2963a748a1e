#include "CArchive.h"

#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { RESULT_END = 1, RESULT_OK = 0, RESULT_WARN = -20, BLOCK = 1 << 17 };

#define FUNCTIONS(F)                                                                          \
    F(void *, archive_read_new, (void))                                                       \
    F(int, archive_read_support_filter_gzip, (void *))                                        \
    F(int, archive_read_support_filter_zstd, (void *))                                        \
    F(int, archive_read_support_format_tar, (void *))                                         \
    F(int, archive_read_open_fd, (void *, int, size_t))                                       \
    F(int, archive_read_next_header, (void *, void **))                                       \
    F(int, archive_read_data_block, (void *, const void **, size_t *, int64_t *))             \
    F(int, archive_read_free, (void *))                                                       \
    F(void *, archive_write_new, (void))                                                      \
    F(int, archive_write_add_filter_gzip, (void *))                                           \
    F(int, archive_write_add_filter_zstd, (void *))                                           \
    F(int, archive_write_set_format_pax, (void *))                                            \
    F(int, archive_write_set_bytes_in_last_block, (void *, int))                              \
    F(int, archive_write_open_fd, (void *, int))                                              \
    F(int, archive_write_header, (void *, void *))                                            \
    F(ssize_t, archive_write_data, (void *, const void *, size_t))                            \
    F(int, archive_write_close, (void *))                                                     \
    F(int, archive_write_free, (void *))                                                      \
    F(const char *, archive_error_string, (void *))                                           \
    F(void *, archive_entry_new, (void))                                                      \
    F(void *, archive_entry_clear, (void *))                                                  \
    F(void, archive_entry_free, (void *))                                                     \
    F(const char *, archive_entry_pathname, (void *))                                         \
    F(const char *, archive_entry_symlink, (void *))                                          \
    F(const char *, archive_entry_hardlink, (void *))                                         \
    F(const char *, archive_entry_uname, (void *))                                            \
    F(const char *, archive_entry_gname, (void *))                                            \
    F(mode_t, archive_entry_mode, (void *))                                                   \
    F(int64_t, archive_entry_uid, (void *))                                                   \
    F(int64_t, archive_entry_gid, (void *))                                                   \
    F(time_t, archive_entry_mtime, (void *))                                                  \
    F(long, archive_entry_mtime_nsec, (void *))                                               \
    F(int64_t, archive_entry_size, (void *))                                                  \
    F(void, archive_entry_set_pathname, (void *, const char *))                               \
    F(void, archive_entry_set_symlink, (void *, const char *))                                \
    F(void, archive_entry_set_hardlink, (void *, const char *))                               \
    F(void, archive_entry_set_uname, (void *, const char *))                                  \
    F(void, archive_entry_set_gname, (void *, const char *))                                  \
    F(void, archive_entry_set_mode, (void *, mode_t))                                         \
    F(void, archive_entry_set_uid, (void *, int64_t))                                         \
    F(void, archive_entry_set_gid, (void *, int64_t))                                         \
    F(void, archive_entry_set_mtime, (void *, time_t, long))                                  \
    F(void, archive_entry_set_size, (void *, int64_t))                                        \
    F(void, archive_entry_sparse_add_entry, (void *, int64_t, int64_t))                       \
    F(void, archive_entry_xattr_add_entry, (void *, const char *, const void *, size_t))      \
    F(int, archive_entry_xattr_reset, (void *))                                               \
    F(int, archive_entry_xattr_next, (void *, const char **, const void **, size_t *))

#define DECLARE(result, name, parameters) static result(*lib_##name) parameters;
FUNCTIONS(DECLARE)

struct carchive {
    void *archive, *entry;
    bool writes;
};

static const char *load_problem;
static locale_t utf8;

static void load(void) {
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        load_problem = "libarchive.so.13 is not installed";
        return;
    }
#define FIND(result, name, parameters)                    \
    if (!(*(void **)&lib_##name = dlsym(library, #name))) \
        load_problem = "this libarchive.so.13 is too old: it has no " #name;
    FUNCTIONS(FIND)
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
}

bool carchive_load(const char **problem) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *problem = load_problem;
    return !load_problem;
}

static enum carchive_result result(int code) {
    // A warning is about names that are no UTF-8: they are kept as the bytes that they are.
    if (code == RESULT_OK || code == RESULT_WARN) return CARCHIVE_OK;
    return code == RESULT_END ? CARCHIVE_END : CARCHIVE_FAILED;
}

static carchive *make(void *archive, bool writes) {
    // Names are UTF-8 in tar: in the C locale libarchive could not tell what others are.
    if (utf8) uselocale(utf8);
    carchive *made = calloc(1, sizeof *made);
    if (made) {
        made->archive = archive;
        made->writes = writes;
        made->entry = writes ? lib_archive_entry_new() : NULL;
    }
    return made;
}

carchive *carchive_reader(int descriptor) {
    carchive *reader = make(lib_archive_read_new(), false);
    if (!reader || !reader->archive) return reader;
    lib_archive_read_support_filter_gzip(reader->archive);
    lib_archive_read_support_filter_zstd(reader->archive);
    lib_archive_read_support_format_tar(reader->archive);
    // What is wrong is told by the first header.
    lib_archive_read_open_fd(reader->archive, descriptor, BLOCK);
    return reader;
}

carchive *carchive_writer(int descriptor, enum carchive_compression compression) {
    carchive *writer = make(lib_archive_write_new(), true);
    if (!writer || !writer->archive) return writer;
    if (compression == CARCHIVE_GZIP) lib_archive_write_add_filter_gzip(writer->archive);
    if (compression == CARCHIVE_ZSTD) lib_archive_write_add_filter_zstd(writer->archive);
    lib_archive_write_set_format_pax(writer->archive);
    lib_archive_write_set_bytes_in_last_block(writer->archive, 1);
    lib_archive_write_open_fd(writer->archive, descriptor);
    return writer;
}

const char *carchive_problem(carchive *archive) {
    const char *text = archive->archive ? lib_archive_error_string(archive->archive) : "no memory left";
    return text ? text : "";
}

void carchive_free(carchive *archive) {
    if (archive->writes && archive->entry) lib_archive_entry_free(archive->entry);
    if (archive->archive) (archive->writes ? lib_archive_write_free : lib_archive_read_free)(archive->archive);
    free(archive);
}

// MARK: Reading

enum carchive_result carchive_next(carchive *archive, struct carchive_entry *entry) {
    if (!archive->archive) return CARCHIVE_FAILED;
    enum carchive_result found = result(lib_archive_read_next_header(archive->archive, &archive->entry));
    if (found != CARCHIVE_OK) return found;
    void *from = archive->entry;
    *entry = (struct carchive_entry){
        .path = lib_archive_entry_pathname(from),
        .target = lib_archive_entry_symlink(from),
        .hardlink = lib_archive_entry_hardlink(from),
        .user = lib_archive_entry_uname(from),
        .group = lib_archive_entry_gname(from),
        .mode = lib_archive_entry_mode(from),
        .uid = lib_archive_entry_uid(from),
        .gid = lib_archive_entry_gid(from),
        .seconds = lib_archive_entry_mtime(from),
        .nanoseconds = lib_archive_entry_mtime_nsec(from),
        .size = lib_archive_entry_size(from),
    };
    return CARCHIVE_OK;
}

enum carchive_result carchive_read(carchive *archive, const void **bytes, size_t *count, int64_t *offset) {
    return result(lib_archive_read_data_block(archive->archive, bytes, count, offset));
}

int carchive_apply_attributes(carchive *archive, int descriptor) {
    const char *name;
    const void *value;
    size_t size;
    int refused = 0;
    for (int left = lib_archive_entry_xattr_reset(archive->entry); left > 0; left--) {
        if (lib_archive_entry_xattr_next(archive->entry, &name, &value, &size) != RESULT_OK) break;
        if (fsetxattr(descriptor, name, value, size, 0) != 0) refused++;
    }
    return refused;
}

// MARK: Writing

static void add_holes(void *entry, int descriptor, int64_t size) {
    off_t data = lseek(descriptor, 0, SEEK_DATA);
    // One piece from the beginning to the end is no sparse file.
    if (data == 0 && lseek(descriptor, 0, SEEK_HOLE) >= size) return;
    // All of it is a hole.
    if (data < 0) lib_archive_entry_sparse_add_entry(entry, 0, 0);
    while (data >= 0 && data < size) {
        off_t hole = lseek(descriptor, data, SEEK_HOLE);
        if (hole < 0 || hole > size) hole = size;
        lib_archive_entry_sparse_add_entry(entry, data, hole - data);
        data = hole < size ? lseek(descriptor, hole, SEEK_DATA) : -1;
    }
}

static void add_attributes(void *entry, int descriptor) {
    char names[65536], value[65536];
    ssize_t length = flistxattr(descriptor, names, sizeof names);
    for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t size = fgetxattr(descriptor, names + at, value, sizeof value);
        if (size >= 0) lib_archive_entry_xattr_add_entry(entry, names + at, value, (size_t)size);
    }
}

enum carchive_result carchive_add(carchive *archive, const struct carchive_entry *entry, int descriptor) {
    if (!archive->archive || !archive->entry) return CARCHIVE_FAILED;
    void *to = archive->entry;
    lib_archive_entry_clear(to);
    lib_archive_entry_set_pathname(to, entry->path);
    lib_archive_entry_set_mode(to, entry->mode);
    lib_archive_entry_set_uid(to, entry->uid);
    lib_archive_entry_set_gid(to, entry->gid);
    if (entry->user) lib_archive_entry_set_uname(to, entry->user);
    if (entry->group) lib_archive_entry_set_gname(to, entry->group);
    lib_archive_entry_set_mtime(to, entry->seconds, entry->nanoseconds);
    lib_archive_entry_set_size(to, entry->size);
    if (entry->target) lib_archive_entry_set_symlink(to, entry->target);
    if (entry->hardlink) lib_archive_entry_set_hardlink(to, entry->hardlink);
    if (descriptor >= 0) {
        add_attributes(to, descriptor);
        if (entry->size > 0) add_holes(to, descriptor, entry->size);
        lseek(descriptor, 0, SEEK_SET);
    }
    return result(lib_archive_write_header(archive->archive, to));
}

enum carchive_result carchive_write(carchive *archive, const void *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = lib_archive_write_data(archive->archive, bytes, count);
        if (written <= 0) return CARCHIVE_FAILED;
        bytes = (const char *)bytes + written;
        count -= (size_t)written;
    }
    return CARCHIVE_OK;
}

enum carchive_result carchive_finish(carchive *archive) {
    return archive->archive ? result(lib_archive_write_close(archive->archive)) : CARCHIVE_FAILED;
}
