/* test_ble_frame.c - frames over GATT characteristics, as bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/ble_frame.h"
#include "flota/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CAPACITY 300u

static struct flota_ble_frame frame;
static char *buffer;

static int begin(void **state)
{
    (void)state;
    buffer = malloc(CAPACITY); /* so that writing behind it is seen */
    flota_ble_frame_init(&frame, buffer, CAPACITY);
    return buffer ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    free(buffer);
    return 0;
}

static int control(const char *value)
{
    return flota_ble_frame_control(&frame, (const uint8_t *)value, 4);
}

static int write(const char *text)
{
    return flota_ble_frame_write(&frame, (const uint8_t *)text, strlen(text));
}

static void a_frame_comes_in_pieces_of_any_size(void **state)
{
    (void)state;
    static uint8_t text[0x0104];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    for (size_t piece = 1; piece <= sizeof text; piece++) {
        assert_int_equal(control("\x00\x00\x01\x04"), 0);
        for (size_t at = 0; at < sizeof text; at += piece) {
            size_t size = piece < sizeof text - at ? piece : sizeof text - at;
            assert_false(flota_ble_frame_is_complete(&frame));
            assert_int_equal(flota_ble_frame_write(&frame, text + at, size), 0);
        }
        assert_true(flota_ble_frame_is_complete(&frame));
        assert_int_equal(frame.size, sizeof text);
        assert_memory_equal(frame.text, text, sizeof text);
        assert_int_equal(control("\x00\x00\x00\x01"), FLOTA_ERR_NOT_READY); /* not served yet */
        assert_int_equal(write("x"), FLOTA_ERR_NOT_READY);
        flota_ble_frame_next(&frame);
        assert_false(flota_ble_frame_is_complete(&frame));
    }
}

static void lengths_that_cannot_be_are_refused(void **state)
{
    (void)state;
    assert_int_equal(control("\x00\x00\x00\x00"), FLOTA_ERR_BAD_VALUE);
    assert_int_equal(control("\x00\x00\x01\x2D"), FLOTA_ERR_BAD_VALUE); /* 301 */
    assert_int_equal(control("\xFF\xFF\xFF\xFF"), FLOTA_ERR_BAD_VALUE);
    assert_int_equal(flota_ble_frame_control(&frame, (const uint8_t *)"\0\0\1", 3),
                     FLOTA_ERR_BAD_VALUE);
    assert_int_equal(write("{}"), FLOTA_ERR_NOT_READY);
    assert_int_equal(control("\x00\x00\x01\x2C"), 0);
}

static void more_than_was_said_drops_the_frame(void **state)
{
    (void)state;
    assert_int_equal(control("\x00\x00\x00\x03"), 0);
    assert_int_equal(write("{}"), 0);
    assert_int_equal(write("{}"), FLOTA_ERR_BAD_VALUE);
    assert_int_equal(write("}"), FLOTA_ERR_NOT_READY);
    assert_int_equal(control("\x00\x00\x00\x02"), 0);
    assert_int_equal(write("{}"), 0);
    assert_memory_equal(frame.text, "{}", 2);
}

static void a_new_length_begins_a_new_frame(void **state)
{
    (void)state;
    assert_int_equal(control("\x00\x00\x00\x05"), 0);
    assert_int_equal(write("{\"a"), 0);
    assert_int_equal(control("\x00\x00\x00\x02"), 0);
    assert_int_equal(write("[]"), 0);
    assert_true(flota_ble_frame_is_complete(&frame));
    assert_memory_equal(frame.text, "[]", 2);
}

static void the_reply_is_read_in_pieces_and_its_rest_is_told(void **state)
{
    (void)state;
    static char reply[0x010203];
    static uint8_t got[sizeof reply];
    uint8_t left[4];
    size_t size, at = 0;
    for (size_t i = 0; i < sizeof reply; i++)
        reply[i] = (char)(i * 3);
    assert_true(flota_ble_frame_is_read(&frame));
    assert_int_equal(flota_ble_frame_read(&frame, got, 20), 0);
    flota_ble_frame_reply_control(&frame, left);
    assert_memory_equal(left, "\0\0\0\0", 4);
    assert_int_equal(flota_ble_frame_reply(&frame, reply, sizeof reply), 0);
    flota_ble_frame_reply_control(&frame, left);
    assert_memory_equal(left, "\x00\x01\x02\x03", 4);
    while ((size = flota_ble_frame_read(&frame, got + at, 20)) > 0) {
        at += size;
        bool is_all = at == sizeof reply;
        assert_true(flota_ble_frame_is_read(&frame) == is_all);
        assert_int_equal(flota_ble_frame_reply(&frame, "x", 1), is_all ? 0 : FLOTA_ERR_NOT_READY);
        if (is_all)
            break;
    }
    assert_int_equal(at, sizeof reply);
    assert_memory_equal(got, reply, sizeof reply);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_frame_comes_in_pieces_of_any_size),
        TEST(lengths_that_cannot_be_are_refused),
        TEST(more_than_was_said_drops_the_frame),
        TEST(a_new_length_begins_a_new_frame),
        TEST(the_reply_is_read_in_pieces_and_its_rest_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
