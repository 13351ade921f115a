/* test_serial_frame.c - RPC frames among console text and noise, in any split.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/serial_frame.h"
#include "prng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* {"id":1} and its CRC as zlib's crc32() computes it. */
#define JSON "{\"id\":1}"
#define CRC  "445df8c5"
#define Q    "\"\"\""

#define CAPACITY 64u

/* What the events said: "F{json} ", "H ", "E ", "D ", "L ". */
struct story {
    size_t size;
    char text[4096];
    struct flota_serial_frame frame;
    char buffer[CAPACITY];
};

static void tell(struct story *story, enum flota_serial_event event)
{
    static const char letters[] = {' ', 'F', 'H', 'E', 'D', 'L'};
    int size = snprintf(story->text + story->size, sizeof story->text - story->size, "%c%.*s ",
                        letters[event], event == FLOTA_SERIAL_FRAME ? (int)story->frame.size : 0,
                        story->frame.text);
    story->size += (size_t)size;
    assert_true(story->size < sizeof story->text);
}

static void feed(struct story *story, const char *bytes, size_t size)
{
    while (size > 0) {
        enum flota_serial_event event;
        uint8_t *copy = malloc(size); /* so that reading behind it is seen */
        assert_non_null(copy);
        memcpy(copy, bytes, size);
        size_t taken = flota_serial_frame_receive(&story->frame, copy, size, &event);
        free(copy);
        assert_true(taken > 0 && taken <= size);
        if (event != FLOTA_SERIAL_NONE)
            tell(story, event);
        else
            assert_int_equal(taken, size);
        bytes += taken;
        size -= taken;
    }
}

static void begin(struct story *story)
{
    memset(story, 0, sizeof *story);
    flota_serial_frame_init(&story->frame, story->buffer, CAPACITY);
}

/* The same in every split into two, and byte by byte. */
static void check(const char *bytes, size_t size, const char *expected)
{
    struct story story;
    for (size_t at = 0; at <= size; at++) {
        begin(&story);
        feed(&story, bytes, at);
        feed(&story, bytes + at, size - at);
        assert_string_equal(story.text, expected);
    }
    begin(&story);
    for (size_t at = 0; at < size; at++)
        feed(&story, bytes + at, 1);
    assert_string_equal(story.text, expected);
}

#define CHECK(bytes, expected) check(bytes, sizeof(bytes) - 1, expected)

static void every_form_of_a_frame_is_read(void **state)
{
    (void)state;
    CHECK("\n" Q JSON CRC Q "\n", "F" JSON " ");
    CHECK(Q JSON Q "\n", "F" JSON " ");
    CHECK(JSON CRC "\n", "F" JSON " ");
    CHECK(JSON "\n", "F" JSON " ");
    CHECK(JSON "445DF8C5\r\n", "F" JSON " ");
    CHECK("{}\n{}\n\n" Q "{}" Q Q "{}" Q, "F{} F{} F{} F{} ");
    CHECK("{\"a\":\"\",\"b\":\"\"}\n", "F{\"a\":\"\",\"b\":\"\"} ");
}

static void a_frame_with_a_wrong_or_cut_crc_is_dropped(void **state)
{
    (void)state;
    CHECK(JSON "445df8c4\n" JSON "\n", "D F" JSON " ");
    CHECK(Q "{\"id\":2}" CRC Q "\n" JSON "\n", "D F" JSON " ");
    CHECK(JSON "445df8c\n" JSON "\n", "D F" JSON " ");
    CHECK(JSON "445df8c" Q JSON Q, "D F" JSON " ");
    CHECK(JSON "0" CRC "\n" JSON "\n", "D F" JSON " ");
    CHECK("{\n}\n{\"\n" JSON "\n", "D D F" JSON " ");
}

static void text_and_noise_between_frames_are_ignored(void **state)
{
    (void)state;
    CHECK("hello\r\nip 192.168.0.10 (dhcp)\r\n" JSON CRC "\nbye\n", "F" JSON " ");
    CHECK("\0\1\x7F ab" Q JSON Q "cd\n" JSON "\n", "F" JSON " F" JSON " ");
    CHECK("a \"quoted\" and \"\" word\n" JSON "\n", "F" JSON " ");
    CHECK("some text " JSON CRC "\n", "F" JSON " ");
    CHECK("\xFF\xFE\x80" JSON "\n", "F" JSON " ");
}

static void a_lost_mark_costs_one_frame_at_most(void **state)
{
    (void)state;
    CHECK("\n" Q "{\"id\n" Q JSON Q "\n", "D F" JSON " "); /* cut off */
    CHECK("\n" Q "{\"id" Q JSON Q "\n" JSON "\n", "D F" JSON " F" JSON " ");
    CHECK("\n\"\"" JSON CRC Q "\n" Q JSON Q "\n", "F" JSON " F" JSON " "); /* opened by two */
    CHECK("\n" Q JSON CRC "\"\"\n" Q JSON Q "\n", "D F" JSON " ");         /* closed by two */
    CHECK("\n" Q "junk" Q JSON Q "\n", "F" JSON " ");
    CHECK("\n" Q "junk\n" JSON "\n", "F" JSON " ");
}

static void utf8_inside_strings_stays_and_other_bytes_drop_the_frame(void **state)
{
    (void)state;
    CHECK("{\"a\":\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"}\n",
          "F{\"a\":\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"} ");
    CHECK("{\"a\":\"\xFF\"}\n" JSON "\n", "F" JSON " ");
    CHECK("{\"a\":\"\x80\"}\n" JSON "\n", "F" JSON " ");
    CHECK("{\"a\":\"\xC3(\"}\n" JSON "\n", "F" JSON " ");
    CHECK("{\"a\":\"\xC3\"}\n" JSON "\n", "F" JSON " ");
    CHECK("{\"a\":\"\xE0\x80\x80\"}\n" JSON "\n", "F" JSON " "); /* overlong */
    CHECK("{\"a\":\"\xED\xA0\x80\"}\n" JSON "\n", "F" JSON " "); /* a surrogate */
    CHECK("{\"a\xFF" JSON "\n", "F" JSON " ");                   /* the buffer is cleared */
    CHECK("{\"a\xC3\n" JSON "\n", "D F" JSON " ");
}

static void flow_control_is_left_out_wherever_it_stands(void **state)
{
    (void)state;
    CHECK("\x11\"\x13\"\"{\"id\x13\":\x11"
          "1}445d\x11"
          "f8c5\"\"\x13\"\n",
          "F" JSON " ");
}

static void a_client_that_says_hello_is_answered(void **state)
{
    (void)state;
    CHECK(Q "\x04" Q, "H ");
    CHECK(Q "\x04" Q "\n\n", "H E ");
    CHECK(Q "\x04" Q "\r\n\r\n\r\n\n", "H E ");
    CHECK("junk\n" Q "\x04" Q "\n\n" Q "\x04" Q "\n\n", "H E H E ");
    CHECK(Q Q, "E ");
    CHECK("\x04\n\n", "");
    CHECK(Q "\x04\n\n" Q "\x04\x04" Q "\n", "");
    CHECK("\n\n\n" JSON "\n\n\n", "F" JSON " "); /* line ends are no frames */
}

static void the_other_end_s_form_is_seen(void **state)
{
    (void)state;
    struct story story;
    begin(&story);
    feed(&story, JSON "\n", 9);
    assert_false(story.frame.form.is_quoted || story.frame.form.has_crc);
    feed(&story, JSON CRC "\n", 17);
    assert_false(story.frame.form.is_quoted);
    assert_true(story.frame.form.has_crc);
    feed(&story, Q JSON Q "\n", 15);
    assert_true(story.frame.form.is_quoted && story.frame.form.has_crc);
    feed(&story, Q "\x04" Q, 7); /* a new client */
    assert_true(story.frame.form.is_quoted);
    assert_false(story.frame.form.has_crc);
}

static void the_longest_frame_fits_and_a_longer_one_is_told(void **state)
{
    (void)state;
    char line[3 * CAPACITY];
    struct story story;
    int room = CAPACITY - FLOTA_SERIAL_EXTRA - (int)sizeof "{\"\"}" + 1;
    snprintf(line, sizeof line, Q "{\"%0*d\"}00000000" Q "\n" JSON "\n", room, 0);
    begin(&story);
    feed(&story, line, strlen(line));
    assert_string_equal(story.text, "D F" JSON " "); /* the CRC was looked at */
    snprintf(line, sizeof line, Q "{\"%0*d\"}" Q "\n" JSON "\n", (int)CAPACITY, 0);
    check(line, strlen(line), "L F" JSON " ");
    snprintf(line, sizeof line, "{%0*d\"\"\n" JSON "\n", (int)CAPACITY - 1, 0);
    check(line, strlen(line), "L F" JSON " ");
    snprintf(line, sizeof line, "{%0*d\"\"9" Q Q JSON "\n", (int)CAPACITY - 2, 0);
    check(line, strlen(line), "L E F" JSON " ");
}

static void a_frame_under_way_can_be_dropped(void **state)
{
    (void)state;
    struct story story;
    begin(&story);
    assert_false(flota_serial_frame_is_partial(&story.frame));
    feed(&story, "{\"id", 4);
    assert_true(flota_serial_frame_is_partial(&story.frame));
    flota_serial_frame_drop(&story.frame);
    assert_false(flota_serial_frame_is_partial(&story.frame));
    feed(&story, JSON "\n", 9);
    assert_string_equal(story.text, "F" JSON " ");
    assert_false(flota_serial_frame_is_partial(&story.frame));
}

/* What we write is what we read, in all four forms. */
static void frames_are_written_as_they_are_read(void **state)
{
    (void)state;
    static const char *const expected[4] = {JSON "\n", "\n" Q JSON Q "\n", JSON CRC "\n",
                                            "\n" Q JSON CRC Q "\n"};
    for (int i = 0; i < 4; i++) {
        struct flota_serial_form form = {.is_quoted = i & 1, .has_crc = i & 2};
        char line[64];
        size_t size = flota_serial_frame_head(&form, line);
        memcpy(line + size, JSON, 8);
        size += 8;
        size += flota_serial_frame_tail(&form, JSON, 8, line + size);
        assert_true(size - 8 <= FLOTA_SERIAL_EXTRA);
        assert_int_equal(size, strlen(expected[i]));
        assert_memory_equal(line, expected[i], size);
        check(line, size, "F" JSON " ");
    }
}

/* --- damage --- */

static size_t mutate(char *line, size_t size, uint32_t *random)
{
    for (uint32_t i = 1 + prng_below(random, 4); i > 0 && size > 0; i--) {
        uint32_t at = prng_below(random, (uint32_t)size);
        switch (prng_below(random, 4)) {
        case 0:
            line[at] = (char)prng_next(random);
            break;
        case 1:
            memmove(line + at, line + at + 1, --size - at);
            break;
        case 2:
            memmove(line + at + 1, line + at, size++ - at);
            line[at] = "\"\n{}\x04\x80"[prng_below(random, 6)];
            break;
        default:
            size = at;
        }
    }
    return size;
}

/* As a client sends it: with the line end in front. */
static void after_10000_damaged_frames_the_next_one_is_served(void **state)
{
    (void)state;
    static const char *const forms[] = {"\n" Q JSON CRC Q "\n", "\n" Q JSON Q "\n",
                                        "\n" JSON CRC "\n", "\n" Q "\x04" Q "\n\n"};
    struct story story;
    uint32_t random = 4711;
    begin(&story);
    for (int i = 0; i < 10000; i++) {
        uint32_t seed = random;
        char line[64] = "";
        strcpy(line, forms[prng_below(&random, 4)]);
        feed(&story, line, mutate(line, strlen(line), &random));
        story.size = 0;
        story.text[0] = '\0';
        const char *good = forms[prng_below(&random, 3)];
        feed(&story, good, strlen(good));
        if (!strstr(story.text, "F" JSON " "))
            fail_msg("mutation %d, seed %u: %s", i, seed, story.text);
    }
    assert_true(story.frame.damaged > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_frame_is_read),
        cmocka_unit_test(a_frame_with_a_wrong_or_cut_crc_is_dropped),
        cmocka_unit_test(text_and_noise_between_frames_are_ignored),
        cmocka_unit_test(a_lost_mark_costs_one_frame_at_most),
        cmocka_unit_test(utf8_inside_strings_stays_and_other_bytes_drop_the_frame),
        cmocka_unit_test(flow_control_is_left_out_wherever_it_stands),
        cmocka_unit_test(a_client_that_says_hello_is_answered),
        cmocka_unit_test(the_other_end_s_form_is_seen),
        cmocka_unit_test(the_longest_frame_fits_and_a_longer_one_is_told),
        cmocka_unit_test(a_frame_under_way_can_be_dropped),
        cmocka_unit_test(frames_are_written_as_they_are_read),
        cmocka_unit_test(after_10000_damaged_frames_the_next_one_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
