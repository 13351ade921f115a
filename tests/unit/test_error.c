/* test_error.c - the table of errors.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const int numbers[] = {
#define X(name, number, cause, remedy) FLOTA_ERR_##name,
    FLOTA_ERROR_MAP(X)
#undef X
};
#define COUNT (sizeof numbers / sizeof numbers[0])

static void every_error_finds_its_own_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(flota_error_text(numbers[i])->number, numbers[i]);
    assert_string_equal(flota_error_text(FLOTA_ERR_IMAGE_EMPTY)->name, "IMAGE_EMPTY");
}

static void every_number_is_negative_and_used_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(numbers[i] < 0);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(numbers[i], numbers[j]);
    }
}

static void causes_and_remedies_are_clauses_without_full_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        const struct flota_error_text *text = flota_error_text(numbers[i]);
        const char *clauses[] = {text->cause, text->remedy};
        for (size_t j = 0; j < 2; j++) {
            size_t size = strlen(clauses[j]);
            assert_true(size >= 10);
            assert_int_not_equal(clauses[j][size - 1], '.');
        }
    }
}

/* Replies carry name, cause and remedy: they must fit the text that a handler may send. */
static void an_error_in_words_fits_a_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        const struct flota_error_text *text = flota_error_text(numbers[i]);
        assert_true(strlen(text->name) + strlen(text->cause) + strlen(text->remedy) < 300);
    }
}

static void an_unknown_number_is_said_to_be_unknown(void **state)
{
    (void)state;
    assert_string_equal(flota_error_text(-9999)->name, "UNKNOWN");
    assert_string_equal(flota_error_text(0)->name, "UNKNOWN");
    assert_non_null(flota_error_text(1)->remedy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_finds_its_own_words),
        cmocka_unit_test(every_number_is_negative_and_used_once),
        cmocka_unit_test(causes_and_remedies_are_clauses_without_full_stop),
        cmocka_unit_test(an_error_in_words_fits_a_reply),
        cmocka_unit_test(an_unknown_number_is_said_to_be_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
