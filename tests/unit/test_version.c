/* test_version.c - the order of semantic versions, 2.0.0 clauses 2, 9, 10 and 11.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Each before the next; what stands in one line is equal. */
static const char *const ascending[][4] = {
    {"", "1.0", "v1.0.0", "no version"},
    {"0.0.0-0"},
    {"0.0.0"},
    {"0.0.9", "0.0.9+build"},
    {"0.9.0"},
    {"1.0.0-0", "1.0.0-0+a"},
    {"1.0.0-9"},
    {"1.0.0-10"},
    {"1.0.0-99999999999999999999"},
    {"1.0.0-A"},
    {"1.0.0-a-b"},
    {"1.0.0-alpha", "1.0.0-alpha+001", "1.0.0-alpha+exp.sha-5114f85"},
    {"1.0.0-alpha.1"},
    {"1.0.0-alpha.beta"},
    {"1.0.0-alpha.beta.0"},
    {"1.0.0-beta"},
    {"1.0.0-beta.2"},
    {"1.0.0-beta.11"},
    {"1.0.0-rc.1"},
    {"1.0.0", "1.0.0+20130313144700", "1.0.0+0.0", "1.0.0+-"},
    {"1.0.1"},
    {"1.2.0"},
    {"1.10.0"},
    {"2.0.0"},
    {"10.0.0"},
    {"99999999999999999999.0.0"},
    {"100000000000000000000.0.0"},
};
#define COUNT (sizeof ascending / sizeof ascending[0])

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void compare_row_with_row(size_t i, size_t j)
{
    for (size_t a = 0; a < 4; a++)
        for (size_t b = 0; b < 4; b++)
            if (ascending[i][a] && ascending[j][b])
                assert_int_equal(sign(flota_version_compare(ascending[i][a], ascending[j][b])),
                                 (i > j) - (i < j));
}

static void versions_are_ordered_as_clause_11_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++)
            compare_row_with_row(i, j);
}

static void a_text_that_is_no_version_sorts_before_every_version(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "1",        "1.2",     "1.2.3.4", "01.2.3",         "1.02.3",   "1.2.03",
        "1.2.3-",   "1.2.3-+", "1.2.3+",  "1.2.3-01",       "-1.2.3",   "1.2.3-a..b",
        "1.2.3 ",   " 1.2.3",  "1.2.3-.", "1.2.3+a+b",      "1..3",     ".1.2",
        "1.2.3-a.", "1.2.3_4", "1.2.x",   "1.2.3-\xC3\xA9", "1.2.3-a{",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_true(flota_version_compare(wrong[i], "0.0.0-0") < 0);
        assert_true(flota_version_compare("0.0.0-0", wrong[i]) > 0);
        assert_int_equal(flota_version_compare(wrong[i], "nothing"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_ordered_as_clause_11_says),
        cmocka_unit_test(a_text_that_is_no_version_sorts_before_every_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
