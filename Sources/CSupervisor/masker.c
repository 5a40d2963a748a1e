#include "masker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { shortest_line = 4, chunk = 65536 };

static bool add(struct secrets *secrets, const uint8_t *bytes, size_t length)
{
    if (!length) return true;
    struct secret *larger = realloc(secrets->list, (secrets->count + 1) * sizeof *larger);
    if (!larger) return false;
    secrets->list = larger;
    secrets->list[secrets->count++] = (struct secret){bytes, length};
    secrets->starts[bytes[0]] = true;
    if (length > secrets->longest) secrets->longest = length;
    return true;
}

bool secrets_add(struct secrets *secrets, const uint8_t *bytes, size_t length)
{
    if (!add(secrets, bytes, length)) return false;
    if (!memchr(bytes, '\n', length)) return true;
    for (size_t at = 0; at < length;) {
        const uint8_t *newline = memchr(bytes + at, '\n', length - at);
        size_t end = newline ? (size_t)(newline - bytes) : length;
        size_t size = end - at;
        if (size && bytes[end - 1] == '\r') size--;
        if (size >= shortest_line && !add(secrets, bytes + at, size)) return false;
        at = end + 1;
    }
    return true;
}

bool masker_start(struct masker *masker, const struct secrets *secrets, int file, uint64_t limit)
{
    *masker = (struct masker){.secrets = secrets, .file = file, .limit = limit, .at_line_start = true};
    masker->held = malloc(secrets->longest + chunk);
    SHA256Init(&masker->digest);
    return masker->held != NULL;
}

static void record(struct masker *masker, const uint8_t *bytes, size_t length)
{
    if (length) masker->at_line_start = bytes[length - 1] == '\n';
    while (length && !masker->error) {
        ssize_t written = write(masker->file, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            masker->error = errno;
            return;
        }
        SHA256Update(&masker->digest, bytes, (size_t)written);
        masker->length += (uint64_t)written;
        bytes += written;
        length -= (size_t)written;
    }
}

static void emit(struct masker *masker, const uint8_t *bytes, size_t length)
{
    if (masker->truncated) return;
    uint64_t room = masker->limit ? masker->limit - masker->length : length;
    if (length <= room) {
        record(masker, bytes, length);
        return;
    }
    char note[96];
    record(masker, bytes, (size_t)room);
    int size = snprintf(note, sizeof note, "%s[belay: output truncated after %llu bytes]\n",
        masker->at_line_start ? "" : "\n", (unsigned long long)masker->limit);
    record(masker, (const uint8_t *)note, (size_t)size);
    masker->truncated = true;
}

// The longest secret that begins here, or 0. `may_grow`: all that is left is the beginning of a longer one.
static size_t match(const struct secrets *secrets, const uint8_t *bytes, size_t left, bool *may_grow)
{
    size_t best = 0;
    if (!secrets->starts[bytes[0]]) return 0;
    for (size_t i = 0; i < secrets->count; i++) {
        const struct secret *secret = &secrets->list[i];
        size_t common = secret->length < left ? secret->length : left;
        if (memcmp(secret->bytes, bytes, common)) continue;
        if (secret->length > left) *may_grow = true;
        else if (secret->length > best) best = secret->length;
    }
    return best;
}

// Masks one buffer and returns how many bytes at its end must wait for more.
static size_t mask(struct masker *masker, const uint8_t *bytes, size_t length, bool at_end)
{
    static const uint8_t stars[] = "***";
    size_t plain = 0, at = 0;   // bytes[plain..<at] are to be emitted as they are
    for (; at < length; at++) {
        bool may_grow = false;
        size_t found = match(masker->secrets, bytes + at, length - at, &may_grow);
        if (may_grow && !at_end) break;
        if (found > masker->covered) {
            emit(masker, bytes + plain, at - plain);
            if (!masker->covered) emit(masker, stars, 3);
            masker->covered = found;
        }
        if (masker->covered) {
            masker->covered--;
            plain = at + 1;
        }
    }
    emit(masker, bytes + plain, at - plain);
    return length - at;
}

void masker_take(struct masker *masker, const uint8_t *bytes, size_t length, bool at_end)
{
    do {
        size_t part = length < chunk ? length : chunk;
        if (part) memcpy(masker->held + masker->held_length, bytes, part);
        size_t filled = masker->held_length + part;
        bytes += part;
        length -= part;
        masker->held_length = mask(masker, masker->held, filled, at_end && !length);
        memmove(masker->held, masker->held + filled - masker->held_length, masker->held_length);
    } while (length);
}
