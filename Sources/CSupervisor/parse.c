#include "attempt.h"

#include <stdlib.h>
#include <string.h>

// What is left of a payload; every step checks that there is as much.
struct cursor {
    char *at, *end;
};

static char *take_string(struct cursor *cursor)
{
    char *string = cursor->at;
    char *zero = memchr(string, 0, (size_t)(cursor->end - string));
    if (!zero) return NULL;
    cursor->at = zero + 1;
    return string;
}

// `before` entries in front stay free.
static char **take_strings(struct cursor *cursor, uint32_t count, uint32_t before)
{
    char **list = calloc((size_t)count + before + 1, sizeof *list);
    if (!list) return NULL;
    list += before;
    for (uint32_t i = 0; i < count; i++)
        if (!(list[i] = take_string(cursor))) return NULL;
    return list;
}

static bool take_secrets(struct cursor *cursor, uint32_t count, struct secrets *secrets)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length;
        if ((size_t)(cursor->end - cursor->at) < sizeof length) return false;
        memcpy(&length, cursor->at, sizeof length);
        cursor->at += sizeof length;
        if ((size_t)(cursor->end - cursor->at) < length) return false;
        if (!secrets_add(secrets, (const uint8_t *)cursor->at, length)) return false;
        cursor->at += length;
    }
    return true;
}

bool attempt_parse(struct attempt *attempt, char *payload)
{
    const struct belay_request *request = &attempt->request;
    struct cursor cursor = {payload, payload + request->length};
    if (request->argument_count == 0 || request->length / sizeof(uint32_t) < request->group_count) return false;
    attempt->groups = (const uint32_t *)(void *)payload;
    cursor.at += request->group_count * sizeof(uint32_t);
    return take_secrets(&cursor, request->secret_count, &attempt->secrets)
        && (attempt->directory = take_string(&cursor))
        && (attempt->streams[BELAY_STDOUT].path = take_string(&cursor))
        && (attempt->streams[BELAY_STDERR].path = take_string(&cursor))
        && (attempt->output_path = take_string(&cursor))
        && (attempt->arguments = take_strings(&cursor, request->argument_count, 1))
        && (attempt->environment = take_strings(&cursor, request->environment_count, 0));
}
