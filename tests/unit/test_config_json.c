/* test_config_json.c - configuration from and to JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/config.h"
#include "flota/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct flash_model_geometry geometry = {16384, 2, 3, 32, 0, 0};

static const struct flota_config_key first_keys[] = {
    {"update.url", FLOTA_CONFIG_STRING, "", false},
    {"mqtt.pass", FLOTA_CONFIG_STRING, "", true},
    {"update.interval", FLOTA_CONFIG_INTEGER, "300", false},
    {"top", FLOTA_CONFIG_BOOLEAN, "true", false},
};
static const struct flota_config_key second_keys[] = {
    {"update.tls.ca", FLOTA_CONFIG_STRING, "ca.pem", false},
    {"top", FLOTA_CONFIG_STRING, "again", false},
    {"mqtt.port", FLOTA_CONFIG_INTEGER, "1883", false},
    {"a.b.c.d", FLOTA_CONFIG_INTEGER, "4", false},
    {"a.b.c.d.e", FLOTA_CONFIG_INTEGER, "5", false},
};

static struct {
    struct flash_model model;
    struct flota_config config;
    struct flota_config_table first;
    struct flota_config_table second;
} device;

static int begin(void **state)
{
    (void)state;
    flash_model_init(&device.model, &geometry);
    device.first = (struct flota_config_table){.keys = first_keys, .count = 4};
    device.second = (struct flota_config_table){.keys = second_keys, .count = 5};
    flota_config_init(&device.config, &device.model.flash);
    flota_config_add(&device.config, &device.first);
    flota_config_add(&device.config, &device.second);
    flota_config_add(&device.config, &device.first); /* no circle */
    return 0;
}

static int end(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    return 0;
}

static int put(const char *text, char *bad)
{
    return flota_config_set_json(&device.config, text, strlen(text), bad);
}

static void assert_json(const char *section, const char *expected)
{
    char text[512];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    assert_int_equal(flota_config_json(&device.config, section, &json), 0);
    assert_false(json.full);
    assert_string_equal(text, expected);
}

#define ALL_BUT_A                                                                                  \
    "{\"update\":{\"url\":\"\",\"interval\":300,\"tls\":{\"ca\":\"ca.pem\"}},\"mqtt\":{\"pass\":"  \
    "\"\",\"port\":1883},\"top\":true,"

static void sections_are_objects_in_the_order_of_their_first_keys(void **state)
{
    (void)state;
    assert_json("", ALL_BUT_A "\"a\":{\"b\":{\"c\":{\"d\":4}}}}");
    assert_json("update.tls", "{\"ca\":\"ca.pem\"}");
    assert_json("a.b", "{\"c\":{\"d\":4}}");
    assert_json("update.interval", "300");
    assert_json("top", "true");
}

static void what_is_no_section_and_no_key_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"upd", "update.", ".", "update.x", "a.b.c.d.e", "top.x"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[16];
        struct flota_json json;
        flota_json_begin(&json, text, sizeof text);
        assert_int_equal(flota_config_json(&device.config, names[i], &json), FLOTA_ERR_CONFIG_KEY);
        assert_int_equal(json.size, 0);
    }
}

static void a_secret_is_masked_and_its_mask_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(put("{\"mqtt\":{\"pass\":\"open sesame\"}}", NULL), 0);
    assert_json("mqtt", "{\"pass\":\"***\",\"port\":1883}");
    assert_json("mqtt.pass", "\"***\"");
    assert_int_equal(put("{\"mqtt\":{\"pass\":\"***\",\"port\":1}}", NULL), 0);
    assert_string_equal(flota_config_text(&device.config, "mqtt.pass"), "open sesame");
    assert_int_equal(flota_config_integer(&device.config, "mqtt.port"), 1);
    assert_int_equal(put("{\"update\":{\"url\":\"***\"}}", NULL), 0); /* no secret */
    assert_string_equal(flota_config_text(&device.config, "update.url"), "***");
}

static void several_values_change_at_once(void **state)
{
    (void)state;
    assert_int_equal(put(" { \"update\" : {\n\"interval\":60, \"tls\":{\"ca\":\"\"}} , "
                         "\"top\":false,\t\"mqtt.port\":2 }\r\n",
                         NULL),
                     0);
    assert_int_equal(flota_config_integer(&device.config, "update.interval"), 60);
    assert_string_equal(flota_config_text(&device.config, "update.tls.ca"), "");
    assert_false(flota_config_boolean(&device.config, "top"));
    assert_int_equal(flota_config_integer(&device.config, "mqtt.port"), 2);
    assert_int_equal(put("{\"update\":{\"interval\":null},\"top\":null}", NULL), 0);
    assert_int_equal(flota_config_integer(&device.config, "update.interval"), 300);
    assert_true(flota_config_boolean(&device.config, "top"));
    assert_int_equal(put("{}", NULL), 0);
    assert_int_equal(put("{\"update\":{}}", NULL), 0);
}

static void escapes_are_read_as_the_characters_they_mean(void **state)
{
    (void)state;
    assert_int_equal(put("{\"update\":{\"url\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\u20AC"
                         "\\ud83d\\ude00\"}}",
                         NULL),
                     0);
    assert_string_equal(flota_config_text(&device.config, "update.url"),
                        "\"\\/\b\f\n\r\tA\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
}

struct refusal {
    const char *text;
    int error;
    const char *bad;
};

/* Each of them begins with a change that must not stay. */
#define GOOD "{\"update\":{\"interval\":60},"

static void one_bad_value_changes_none(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {GOOD "\"mqtt\":{\"prt\":1}}", FLOTA_ERR_CONFIG_KEY, "mqtt.prt"},
        {GOOD "\"mqtt\":{\"port\":\"1\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.port"},
        {GOOD "\"mqtt\":{\"port\":1.5}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.port"},
        {GOOD "\"mqtt\":{\"port\":2147483648}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.port"},
        {GOOD "\"mqtt\":{\"port\":true}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.port"},
        {GOOD "\"mqtt\":{\"port\":[1]}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.port"},
        {GOOD "\"mqtt\":{\"port\":{}}}", 0, ""}, /* no member, no change */
        {GOOD "\"mqtt\":1}", FLOTA_ERR_CONFIG_KEY, "mqtt"},
        {GOOD "\"top\":1}", FLOTA_ERR_CONFIG_VALUE, "top"},
        {GOOD "\"mqtt\":{\"pass\":1}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"mqtt\":{\"pass\":\"\\u0000\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"mqtt\":{\"pass\":\"\\ud83d\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"mqtt\":{\"pass\":\"\\ud83d\\u0041\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"mqtt\":{\"pass\":\"\\ude00\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"mqtt\":{\"pass\":\"\xC3\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"mqtt\":{\"pass\":\"a\nb\"}}", FLOTA_ERR_CONFIG_VALUE, "mqtt.pass"},
        {GOOD "\"\":1}", FLOTA_ERR_CONFIG_KEY, ""},
        {GOOD "\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}", FLOTA_ERR_CONFIG_KEY, "a.b.c.d.e"},
        {GOOD "\"a_name_that_is_longer_than_any_key_may_be\":1}", FLOTA_ERR_CONFIG_KEY, ""},
        {GOOD "\"top\" 1}", FLOTA_ERR_CONFIG_VALUE, ""},
        {GOOD "\"top\":false", FLOTA_ERR_CONFIG_VALUE, ""},
        {GOOD "\"top\":false}}", FLOTA_ERR_CONFIG_VALUE, ""},
        {GOOD "\"top\":false} x", FLOTA_ERR_CONFIG_VALUE, ""},
        {GOOD ",\"top\":false}", FLOTA_ERR_CONFIG_VALUE, ""},
        {GOOD "\"top\":false,}", FLOTA_ERR_CONFIG_VALUE, ""},
        {"{\"update\":{\"interval\":60} \"top\":false}", FLOTA_ERR_CONFIG_VALUE, ""},
        {"[1]", FLOTA_ERR_CONFIG_VALUE, ""},
        {"", FLOTA_ERR_CONFIG_VALUE, ""},
        {"1", FLOTA_ERR_CONFIG_VALUE, ""},
        {"{", FLOTA_ERR_CONFIG_VALUE, ""},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        char bad[FLOTA_CONFIG_KEY_MAX] = "?";
        int error = put(refusals[i].text, bad);
        if (error != refusals[i].error ||
            (error != 0 && refusals[i].bad[0] && strcmp(bad, refusals[i].bad) != 0))
            print_error("%s: %d, %s\n", refusals[i].text, error, bad);
        assert_int_equal(error, refusals[i].error);
        if (error == 0) {
            assert_int_equal(put("{\"update\":{\"interval\":null}}", NULL), 0);
            continue;
        }
        if (refusals[i].bad[0])
            assert_string_equal(bad, refusals[i].bad);
        assert_int_equal(device.config.values.size, 0);
    }
}

static void a_text_with_too_many_values_is_refused(void **state)
{
    (void)state;
    char text[1600] = "{\"top\":false";
    for (int i = 0; i < 100; i++)
        strcat(text, ",\"top\":true");
    strcat(text, "}");
    assert_int_equal(put(text, NULL), FLOTA_ERR_CONFIG_VALUE);
    assert_true(flota_config_boolean(&device.config, "top"));
}

static void the_buffer_may_be_too_small(void **state)
{
    (void)state;
    char text[40];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    assert_int_equal(flota_config_json(&device.config, "", &json), 0);
    assert_true(json.full);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(sections_are_objects_in_the_order_of_their_first_keys),
        TEST(what_is_no_section_and_no_key_is_refused),
        TEST(a_secret_is_masked_and_its_mask_changes_nothing),
        TEST(several_values_change_at_once),
        TEST(escapes_are_read_as_the_characters_they_mean),
        TEST(one_bad_value_changes_none),
        TEST(a_text_with_too_many_values_is_refused),
        TEST(the_buffer_may_be_too_small),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
