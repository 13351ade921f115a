/* fuzz_serial_frame.c - any characters to the frame reader: once whole, once in pieces; both must
 * tell the same, and a good frame after them must be read.
 *
 * Input: one byte that chooses the pieces, the characters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/serial_frame.h"
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

#define CAPACITY 256u

struct story {
    uint32_t sum; /* a digest of the events */
    enum flota_serial_event last;
    struct flota_serial_frame frame;
    char *buffer;
};

static void tell(struct story *story, enum flota_serial_event event)
{
    const struct flota_serial_frame *frame = &story->frame;
    story->last = event;
    story->sum = (story->sum ^ event) * 16777619u;
    if (event != FLOTA_SERIAL_FRAME)
        return;
    REQUIRE(frame->size >= 2 && frame->size <= CAPACITY);
    REQUIRE(frame->text[0] == '{' && frame->text[frame->size - 1] == '}');
    for (size_t i = 0; i < frame->size; i++) {
        REQUIRE(frame->text[i] != '\n' && frame->text[i] != FLOTA_SERIAL_XOFF);
        story->sum = (story->sum ^ (uint8_t)frame->text[i]) * 16777619u;
    }
}

static void feed(struct story *story, const uint8_t *data, size_t size)
{
    while (size > 0) {
        enum flota_serial_event event;
        size_t taken = flota_serial_frame_receive(&story->frame, data, size, &event);
        REQUIRE(taken > 0 && taken <= size);
        REQUIRE(story->frame.size <= CAPACITY);
        if (event != FLOTA_SERIAL_NONE)
            tell(story, event);
        data += taken;
        size -= taken;
    }
}

static void run(struct story *story, const uint8_t *data, size_t size, uint32_t *random)
{
    static const char good[] = "\n\"\"\"{\"id\":1}445df8c5\"\"\"\n";
    memset(story, 0, sizeof *story);
    story->buffer = malloc(CAPACITY); /* so that writing behind it is seen */
    REQUIRE(story->buffer != NULL);
    flota_serial_frame_init(&story->frame, story->buffer, CAPACITY);
    while (size > 0) {
        size_t piece = random ? 1 + prng_below(random, 9) : size;
        if (piece > size)
            piece = size;
        feed(story, data, piece);
        data += piece;
        size -= piece;
    }
    feed(story, (const uint8_t *)good, sizeof good - 1);
    REQUIRE(story->last == FLOTA_SERIAL_FRAME && story->frame.form.is_quoted);
    free(story->buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct story whole, pieces;
    if (size < 1)
        return 0;
    uint32_t random = data[0];
    run(&whole, data + 1, size - 1, NULL);
    run(&pieces, data + 1, size - 1, &random);
    REQUIRE(whole.sum == pieces.sum);
    return 0;
}
