/* dashboard_mutate.c - descriptions with random faults: each is right or has mistakes, none a
 * crash.
 *
 *     dashboard_mutate COUNT SEED FILE ...
 *
 * A failure prints the command that repeats it alone. When the program itself is ended by a
 * sanitizer, run it again with fewer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 65536u

struct text {
    char bytes[ROOM];
    size_t size;
};

/* SplitMix64: the same numbers on every machine. */
static uint64_t draw(uint64_t *seed)
{
    uint64_t z = *seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static size_t below(uint64_t *seed, size_t count)
{
    return count ? (size_t)(draw(seed) % count) : 0;
}

/* Replace size bytes at `at` by others. */
static void splice(struct text *text, size_t at, size_t size, const char *with, size_t with_size)
{
    size = size > text->size - at ? text->size - at : size;
    if (text->size - size + with_size > ROOM)
        return;
    memmove(text->bytes + at + with_size, text->bytes + at + size, text->size - at - size);
    memcpy(text->bytes + at, with, with_size);
    text->size = text->size - size + with_size;
}

/* A word of JSON or of descriptions, at a place between two others: more telling than single bits.
 */
static void put_word(struct text *text, uint64_t *seed, size_t at)
{
    static const char *const words[] = {
        "null",         "true",      "-1",         "1e308",   "99999999999", "\"\"",
        "{}",           "[]",        "[[[[",       "\"api\"", "\"value\"",   "\"repeat\"",
        "\"row.x\"",    "${",        "}",          "\\u0000", "\\ud8",       "\xFF",
        "\xE2\x80",     "\"type\":", ",",          "\"",      "<!--",        "\"initial\": 5,",
        "${leds.state", "${a.b?'",   "\"min\": 5,"};
    const char *word = words[below(seed, sizeof words / sizeof words[0])];
    size_t end = at;
    while (end < text->size && !strchr(" \n,:{}[]", text->bytes[end]))
        end++;
    splice(text, at, below(seed, 2) ? end - at : 0, word, strlen(word));
}

/* Another value for a key, so that the text stays JSON and the mistake is one of meaning. */
static void put_value(struct text *text, uint64_t *seed, size_t at)
{
    static const char *const values[] = {"null",       "true",
                                         "false",      "0",
                                         "-1",         "1",
                                         "5",          "0.5",
                                         "1e300",      "2147483648",
                                         "\"\"",       "\"x\"",
                                         "{}",         "[]",
                                         "[1, 2]",     "{\"type\": \"bool\"}",
                                         "\"bool\"",   "\"string\"",
                                         "\"array\"",  "\"action\"",
                                         "\"slider\"", "\"container\"",
                                         "\"row.n\"",  "\"x.t\"",
                                         "\"${x.t}\"", "\"${row.n + 1}\"",
                                         "\"${\"",     "\"../a.png\""};
    const char *value = values[below(seed, sizeof values / sizeof values[0])];
    while (at < text->size && text->bytes[at] != ':')
        at++;
    at += 2; /* ": " */
    size_t end = at;
    bool is_text = at < text->size && text->bytes[at] == '"';
    for (end += is_text; end < text->size; end++)
        if (is_text ? text->bytes[end] == '"' : strchr(",\n}]", text->bytes[end]) != NULL)
            break;
    if (end < text->size)
        splice(text, at, end - at + is_text, value, strlen(value));
}

static void mutate(struct text *text, uint64_t *seed)
{
    char piece[256];
    size_t at = below(seed, text->size), from = below(seed, text->size);
    size_t size = below(seed, sizeof piece);
    size = size > text->size - from ? text->size - from : size;
    memcpy(piece, text->bytes + from, size);
    switch (below(seed, 12)) {
    case 0:
        if (text->size)
            text->bytes[at] = (char)draw(seed);
        break;
    case 1:
        splice(text, at, below(seed, 64), "", 0);
        break;
    case 2:
        splice(text, at, 0, piece, size);
        break;
    case 3:
        put_word(text, seed, at);
        break;
    default:
        put_value(text, seed, at);
        break;
    }
}

static bool is_sound(const struct dashboard *dashboard, bool good, const struct text *text)
{
    size_t offset = 0;
    for (size_t i = 0; i < dashboard->mistake_count; i++) {
        const struct dashboard_mistake *mistake = &dashboard->mistakes[i];
        if (mistake->offset < offset || mistake->offset > text->size || mistake->line == 0 ||
            mistake->column == 0 || !mistake->message[0] || !mistake->remedy[0])
            return false;
        offset = mistake->offset;
    }
    return good == (dashboard->mistake_count == 0);
}

static bool load(struct text *text, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    text->size = fread(text->bytes, 1, ROOM, file);
    fclose(file);
    return text->size > 0 && text->size < ROOM;
}

static bool try_one(const char *path, uint64_t seed, size_t *right)
{
    static struct text text;
    struct dashboard dashboard;
    if (!load(&text, path))
        return false;
    for (size_t i = 1 + below(&seed, 4); i > 0; i--)
        mutate(&text, &seed);
    char *exact = malloc(text.size ? text.size : 1); /* a step beyond its end is seen */
    if (!exact)
        return false;
    memcpy(exact, text.bytes, text.size);
    bool good = dashboard_read(&dashboard, exact, text.size, NULL);
    bool sound = is_sound(&dashboard, good, &text);
    *right += good;
    dashboard_free(&dashboard);
    free(exact);
    return sound;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    uint64_t first = strtoull(argv[2], NULL, 0), count = strtoull(argv[1], NULL, 0);
    size_t right = 0;
    for (uint64_t i = 0; i < count; i++) {
        const char *path = argv[3 + i % (uint64_t)(argc - 3)];
        if (try_one(path, first + i, &right))
            continue;
        printf("FAILED: seed %llu: %s 1 %llu %s\n", (unsigned long long)(first + i), argv[0],
               (unsigned long long)(first + i), path);
        return 1;
    }
    printf("dashboard: %llu mutated descriptions, %zu of them still right\n",
           (unsigned long long)count, right);
    return right < count && (right > 0 || count < 100) ? 0 : 1;
}
