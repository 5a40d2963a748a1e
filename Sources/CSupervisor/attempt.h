// What the parts of a supervisor share; nothing of it is visible to Swift.
#pragma once

#include "CSupervisor.h"
#include "masker.h"

#include <stdbool.h>

// One output stream of the command.
struct stream {
    const char *path;
    int file;                   // where the output is recorded
    int pipe;                   // the reading end where the supervisor pumps; else -1
    int given;                  // the descriptor for the command; -1 once it is spawned
    struct masker masker;
};

// Everything one supervisor knows.
struct attempt {
    struct belay_request request;
    int reports, signals;       // descriptors
    int file;                   // the attempt file; -1 for a probe
    int held;                   // a lock that is kept until the command has ended; -1: none
    int input;                  // stdin of the command
    const char *directory, *output_path;
    char **arguments;           // arguments[-1] is room for an interpreter
    char **environment;
    const uint32_t *groups;
    struct secrets secrets;
    struct stream streams[2];   // stdout, stderr
    struct belay_result result;
};

// Fills an attempt from a request and its payload, which must outlive it. False: malformed.
bool attempt_parse(struct attempt *attempt, char *payload);

// Opens the streams and spawns the command; errors are recorded in the result.
void attempt_spawn(struct attempt *attempt);

// Runs the whole attempt; never returns.
_Noreturn void attempt_supervise(struct attempt *attempt, char *payload);

// Ends this process as kill -9 would where `crash_at` named this point (tests only).
void crash_point(const char *point, uint64_t token);

// Takes `crash_at` (POINT, POINT@TOKEN or POINT#N; NULL: nowhere), and counts attempts for its last form.
void crash_points_prepare(const char *crash_at);
void crash_points_count_attempt(void);
