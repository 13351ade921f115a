/* digest_test.c - the digest differs with each thing that it is of, and with nothing else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../src/instruments.h"
#include "../src/watch.h"

static const uint8_t frame[61] = {1, 2, 3};

struct story {
    uint64_t reset_ns, frame_ns, start_ns;
    bool to_guest, starts;
    size_t size;
    uint8_t last; /* of the frame's bytes */
    struct operation_record record;
    enum reset_cause cause;
};

static const struct story usual = {.reset_ns = 10,
                                   .frame_ns = 20,
                                   .start_ns = 30,
                                   .to_guest = true,
                                   .starts = true,
                                   .size = sizeof frame,
                                   .record = {.number = 1, .word = 7, .count = 1},
                                   .cause = RESET_PIN};

static uint64_t tell(const struct story *story)
{
    struct board board = {.options = {.deterministic = true}};
    uint8_t bytes[sizeof frame];
    uint64_t value;

    memcpy(bytes, frame, sizeof bytes);
    bytes[sizeof bytes - 1] = story->last;
    board.digest = digest_create(&board);
    board.now_ns = story->reset_ns;
    digest_reset(&board, story->cause);
    board.now_ns = story->frame_ns;
    digest_frame(&board, story->to_guest, bytes, story->size);
    board.now_ns = story->start_ns;
    digest_operation(&board, &story->record, story->starts);
    value = digest_value(&board);
    digest_destroy(&board);
    return value;
}

static void the_same_story_has_the_same_digest(void **state)
{
    (void)state;
    assert_true(tell(&usual) == tell(&usual));
}

static void each_difference_shows(void **state)
{
    struct story other[12];

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        other[i] = usual;
    }
    other[0].reset_ns++;
    other[1].frame_ns++;
    other[2].start_ns++;
    other[3].to_guest = false;
    other[4].starts = false;
    other[5].size--;
    other[6].last = 1;
    other[7].record.word++;
    other[8].record.count++;
    other[9].record.bank++;
    other[10].record.kind = KIND_ERASE;
    other[11].cause = RESET_IWDG;
    for (size_t i = 0; i < 12; i++) {
        assert_true(tell(&other[i]) != tell(&usual));
    }
}

static void without_deterministic_there_is_none(void **state)
{
    struct board board = {.options = {.deterministic = false}};

    (void)state;
    assert_null(digest_create(&board));
    digest_frame(&board, true, frame, sizeof frame);
    digest_reset(&board, RESET_PIN);
    assert_true(digest_value(&board) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_story_has_the_same_digest),
        cmocka_unit_test(each_difference_shows),
        cmocka_unit_test(without_deterministic_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
