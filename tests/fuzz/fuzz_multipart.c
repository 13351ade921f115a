/* fuzz_multipart.c - any body to the multipart parser: once whole, once in pieces; both must tell
 * the same.
 *
 * Input: one byte that chooses the pieces, the boundary up to a line end, the body.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/multipart.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A digest of the events: contents byte by byte, so that their pieces do not matter. */
struct story {
    uint32_t sum;
    bool failed;
};

static void tell(struct story *story, uint32_t value)
{
    story->sum = (story->sum ^ value) * 16777619u;
}

static void tell_event(struct story *story, const struct flota_multipart *parser,
                       enum flota_multipart_event event)
{
    if (event == FLOTA_MULTIPART_DATA) {
        REQUIRE(parser->data_size > 0);
        for (size_t i = 0; i < parser->data_size; i++)
            tell(story, parser->data[i]);
    } else if (event != FLOTA_MULTIPART_NEED_MORE) {
        tell(story, 256u + (uint32_t)event);
    }
    if (event == FLOTA_MULTIPART_PART) {
        REQUIRE(strlen(parser->name) < FLOTA_MULTIPART_NAME_MAX);
        tell(story, parser->has_filename);
    }
    story->failed = event == FLOTA_MULTIPART_ERROR;
}

static void feed(struct flota_multipart *parser, struct story *story, const uint8_t *data,
                 size_t size)
{
    enum flota_multipart_event event;
    size_t at = 0, calls = 0;
    do {
        size_t taken;
        event = flota_multipart_next(parser, data + at, size - at, &taken);
        REQUIRE(taken <= size - at);
        REQUIRE(++calls < 4 * size + 16);
        at += taken;
        tell_event(story, parser, event);
    } while (event != FLOTA_MULTIPART_NEED_MORE && event != FLOTA_MULTIPART_ERROR);
    REQUIRE(at == size || event == FLOTA_MULTIPART_ERROR);
}

static struct story run(const struct flota_multipart *start, const uint8_t *data, size_t size,
                        uint32_t *random)
{
    struct flota_multipart parser = *start;
    struct story story = {2166136261u, false};
    while (size > 0 && !story.failed) {
        size_t piece = random ? 1 + prng_below(random, 20) : size;
        if (piece > size)
            piece = size;
        uint8_t *copy = malloc(piece); /* so that reading behind it is seen */
        memcpy(copy, data, piece);
        feed(&parser, &story, copy, piece);
        free(copy);
        data += piece;
        size -= piece;
    }
    return story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flota_multipart parser;
    char type[160];
    if (size < 2 || size > 8192)
        return 0;
    uint32_t random = data[0];
    const uint8_t *end = memchr(data + 1, '\n', size - 1);
    if (!end || end - data > 100)
        return 0;
    int length = snprintf(type, sizeof type, "multipart/form-data; boundary=%.*s",
                          (int)(end - data - 1), (const char *)data + 1);
    if (flota_multipart_init(&parser, type, (size_t)length) != 0)
        return 0;
    size_t body_size = size - (size_t)(end + 1 - data);
    struct story whole = run(&parser, end + 1, body_size, NULL);
    struct story pieces = run(&parser, end + 1, body_size, &random);
    REQUIRE(whole.sum == pieces.sum);
    return 0;
}
