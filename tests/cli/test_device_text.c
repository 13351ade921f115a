/* test_device_text.c - what a device says does not drive the terminal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void control_characters_are_replaced(void **state)
{
    char text[] = "\x1b]0;owned\a\x1b[2J\r\ntab\t del\x7f c1 \xc2\x9b";
    (void)state;
    device_clean_text(text);
    assert_string_equal(text, "?]0;owned??[2J??tab? del? c1 ??");
}

static void text_stays(void **state)
{
    char text[] = "Größe: 20 °C, \xc2\xa0 日本";
    (void)state;
    device_clean_text(text);
    assert_string_equal(text, "Größe: 20 °C, \xc2\xa0 日本");
}

static void all_texts_of_a_value_are_replaced(void **state)
{
    (void)state;
    cJSON *value = cJSON_Parse("{\"a\":[1,{\"b\":\"x\\u001by\"}],\"c\":\"\\n\"}");
    device_clean(value);
    char *text = cJSON_PrintUnformatted(value);
    assert_string_equal(text, "{\"a\":[1,{\"b\":\"x?y\"}],\"c\":\"?\"}");
    cJSON_free(text);
    cJSON_Delete(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(text_stays),
        cmocka_unit_test(all_texts_of_a_value_are_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
