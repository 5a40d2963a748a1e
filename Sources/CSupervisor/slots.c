#include "CSupervisor.h"

#include <errno.h>
#include <sha2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t slot_magic = 0x42414c53, slot_version = 1;

struct slot_header {
    uint32_t magic, version, slot, length;
    uint8_t checksum[8];        // the first bytes of the SHA-256 of the header before it, and the payload
};

static void checksum(const struct slot_header *header, const void *payload, uint8_t sum[8])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)header, offsetof(struct slot_header, checksum));
    SHA256Update(&context, payload, header->length);
    SHA256Final(digest, &context);
    memcpy(sum, digest, 8);
}

int belay_slot_write(int fd, enum belay_slot slot, const void *payload, uint32_t length)
{
    uint8_t bytes[BELAY_SLOT_SIZE];
    struct slot_header header = {slot_magic, slot_version, slot, length, {0}};
    if (length > sizeof bytes - sizeof header) return EINVAL;
    checksum(&header, payload, header.checksum);
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, payload, length);
    ssize_t size = (ssize_t)(sizeof header + length);
    ssize_t written;
    do written = pwrite(fd, bytes, (size_t)size, (off_t)slot * BELAY_SLOT_SIZE);
    while (written < 0 && errno == EINTR);
    if (written < 0) return errno;
    return written == size ? 0 : ENOSPC;
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i]) return false;
    return true;
}

int belay_slot_read(int fd, enum belay_slot slot, void *payload, uint32_t length, enum belay_slot_state *state)
{
    uint8_t bytes[BELAY_SLOT_SIZE] = {0}, sum[8];
    struct slot_header header;
    ssize_t got = pread(fd, bytes, sizeof bytes, (off_t)slot * BELAY_SLOT_SIZE);
    if (got < 0) return errno;
    memcpy(&header, bytes, sizeof header);
    *state = BELAY_SLOT_TORN;
    if (is_zero(bytes, sizeof bytes)) *state = BELAY_SLOT_EMPTY;
    if (header.magic != slot_magic || header.version != slot_version || header.slot != slot) return 0;
    if (header.length != length || length > sizeof bytes - sizeof header) return 0;
    checksum(&header, bytes + sizeof header, sum);
    if (memcmp(sum, header.checksum, sizeof sum)) return 0;
    memcpy(payload, bytes + sizeof header, length);
    *state = BELAY_SLOT_VALID;
    return 0;
}

static const uint8_t digest_of_nothing[32] = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
};

int belay_digest_file(int fd, uint64_t length, struct belay_digest *digest)
{
    digest->length = length;
    memcpy(digest->sha256, digest_of_nothing, sizeof digest_of_nothing);
    if (!length) return 0;
    static _Thread_local uint8_t buffer[65536];
    SHA2_CTX context;
    SHA256Init(&context);
    for (uint64_t at = 0; at < length;) {
        uint64_t want = length - at < sizeof buffer ? length - at : sizeof buffer;
        ssize_t got = pread(fd, buffer, want, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (!got) return ENODATA;
        SHA256Update(&context, buffer, (size_t)got);
        at += (uint64_t)got;
    }
    SHA256Final(digest->sha256, &context);
    return 0;
}
