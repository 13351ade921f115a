/* test_utf8.c - every code point there and back, and each way in which bytes are no character.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool is_surrogate(uint32_t code)
{
    return code >= 0xD800 && code <= 0xDFFF;
}

/* RFC 3629 section 3: the table of lengths. */
static size_t length_of(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static void every_code_point_is_encoded_and_recognised(void **state)
{
    char bytes[4];
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        if (is_surrogate(code))
            continue;
        size_t length = flota_utf8_encode(code, bytes);
        assert_int_equal(length, length_of(code));
        assert_int_equal(flota_utf8_length(bytes, length), length);
        if (length > 1)
            assert_int_equal(flota_utf8_length(bytes, length - 1), 0); /* cut off */
    }
}

/* Another reading of RFC 3629 section 4's grammar: first byte, range of the second. */
static bool is_character(const unsigned char *b)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t length;
    } rows[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
                {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    if (b[0] < 0x80)
        return true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (b[0] >= rows[i].first && b[0] <= rows[i].last)
            return b[1] >= rows[i].low && b[1] <= rows[i].high &&
                   (rows[i].length < 3 || (b[2] & 0xC0) == 0x80) &&
                   (rows[i].length < 4 || (b[3] & 0xC0) == 0x80);
    return false;
}

/* Overlong forms, surrogates, beyond the last code point, stray bytes: all first and second bytes,
 * with good and bad ones behind them. */
static void what_the_grammar_does_not_have_is_no_character(void **state)
{
    static const unsigned char behind[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0};
    (void)state;
    for (uint32_t pair = 0; pair < 0x10000; pair++)
        for (size_t i = 0; i < sizeof behind; i++)
            for (size_t j = 0; j < sizeof behind; j++) {
                const unsigned char b[4] = {(unsigned char)(pair >> 8), (unsigned char)pair,
                                            behind[i], behind[j]};
                assert_int_equal(flota_utf8_length((const char *)b, 4) != 0, is_character(b));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_encoded_and_recognised),
        cmocka_unit_test(what_the_grammar_does_not_have_is_no_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
