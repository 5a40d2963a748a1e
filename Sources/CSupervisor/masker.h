// Replaces secrets in a stream of bytes, also where they are split over reads, and cuts it at a length.
#pragma once

#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct secret {
    const uint8_t *bytes;
    size_t length;
};

struct secrets {
    struct secret *list;
    size_t count, longest;
    bool starts[256];           // bytes with which some secret begins
};

struct masker {
    const struct secrets *secrets;
    int file;                   // where masked output goes
    uint64_t limit;             // bytes; 0: none
    uint64_t length;            // recorded so far
    SHA2_CTX digest;            // of what is recorded
    uint8_t *held;              // a beginning that may yet become a secret
    size_t held_length;
    size_t covered;             // bytes from here on that belong to a secret found already
    bool at_line_start, truncated;
    int error;                  // the first failure to write
};

// Adds a secret, and each of its lines of at least four bytes where it has several. False: no memory.
bool secrets_add(struct secrets *secrets, const uint8_t *bytes, size_t length);

// Prepares a masker. False: no memory.
bool masker_start(struct masker *masker, const struct secrets *secrets, int file, uint64_t limit);

// Takes bytes of the stream; `at_end` releases what is held back.
void masker_take(struct masker *masker, const uint8_t *bytes, size_t length, bool at_end);
