/* test_dash.c - the dashboard: values to JSON and back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/dash.h"
#include "flota/error.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- an endpoint of every type, and an application behind it --- */

struct probe {
    bool state;
    int32_t count;
    double ratio;
    char name[8];
    int32_t serial;
};

static const struct flota_field probe_fields[] = {
    {.name = "state",
     .type = FLOTA_FIELD_BOOL,
     .offset = offsetof(struct probe, state),
     .size = sizeof(bool)},
    {.name = "count",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct probe, count),
     .size = sizeof(int32_t)},
    {.name = "ratio",
     .type = FLOTA_FIELD_DOUBLE,
     .offset = offsetof(struct probe, ratio),
     .size = sizeof(double)},
    {.name = "name", .type = FLOTA_FIELD_STRING, .offset = offsetof(struct probe, name), .size = 8},
    {.name = "serial",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct probe, serial),
     .size = sizeof(int32_t),
     .read_only = true},
};

static struct {
    struct probe hardware;
    int sets;
} app;

static void get_probe(size_t row, void *data)
{
    assert_int_equal(row, 0);
    *(struct probe *)data = app.hardware;
}

static void set_probe(size_t row, void *data)
{
    assert_int_equal(row, 0);
    app.hardware = *(struct probe *)data;
    app.sets++;
}

static struct probe probe_copy, probe_scratch;
static struct flota_endpoint_state probe_state;
static struct flota_endpoint probe;
static struct flota_dash dash;

static int set_up(void **state)
{
    (void)state;
    memset(&app, 0, sizeof app);
    memset(&probe_copy, 0, sizeof probe_copy);
    app.hardware = (struct probe){.count = -7, .ratio = 0.5, .name = "abc", .serial = 42};
    probe_state = (struct flota_endpoint_state){.calls = {.get = get_probe, .set = set_probe}};
    probe = (struct flota_endpoint){
        .name = "probe",
        .fields = probe_fields,
        .field_count = 5,
        .size = sizeof probe_copy,
        .rows = 1,
        .data = &probe_copy,
        .scratch = &probe_scratch,
        .state = &probe_state,
    };
    const struct flota_dash_config config = {.endpoints = &probe, .endpoint_count = 1};
    flota_dash_init(&dash, &config);
    return 0;
}

static const char *values(void)
{
    static char json[FLOTA_HTTP_TEXT_MAX];
    int size = flota_dash_to_json(&dash, &probe, 0, json, sizeof json);
    assert_int_equal(size, (int)strlen(json));
    return json;
}

/* The text is copied to the heap at its exact size, so that the sanitizer sees a read past its end.
 */
static struct flota_dash_fault fault;

static int change(const char *json, size_t size)
{
    memset(&fault, 0, sizeof fault);
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, json, size);
    int result = flota_dash_from_json(&dash, &probe, 0, exact, size, &fault);
    free(exact);
    return result;
}

static void assert_changes(const char *json)
{
    int sets = app.sets;
    if (change(json, strlen(json)) != 0)
        fail_msg("refused: %s", json);
    assert_int_equal(app.sets, sets + 1);
}

static void assert_refused(const char *json, size_t size)
{
    struct probe before = app.hardware;
    int sets = app.sets;
    if (change(json, size) != FLOTA_ERR_BAD_VALUE)
        fail_msg("taken: %.*s", (int)size, json);
    assert_true(fault.cause[0] && fault.remedy[0]);
    assert_int_equal(app.sets, sets);
    assert_memory_equal(&before, &app.hardware, sizeof before);
}

/* --- values --- */

static void values_are_written_as_json(void **state)
{
    (void)state;
    assert_string_equal(
        values(), "{\"state\":false,\"count\":-7,\"ratio\":0.5,\"name\":\"abc\",\"serial\":42}");
}

static void a_change_touches_the_given_fields_only(void **state)
{
    (void)state;
    assert_changes("{\"state\":true}");
    assert_true(app.hardware.state);
    assert_int_equal(app.hardware.count, -7);
    assert_string_equal(app.hardware.name, "abc");
    assert_changes(" \t\r\n{ \"count\" : 2147483647 , \"name\":\"\" , \"ratio\":-1.25e2 } \n");
    assert_int_equal(app.hardware.count, INT32_MAX);
    assert_true(app.hardware.ratio == -125.0);
    assert_string_equal(app.hardware.name, "");
    assert_true(app.hardware.state);
    assert_changes("{\"count\":-2147483648}");
    assert_int_equal(app.hardware.count, INT32_MIN);
    assert_changes("{}");
}

static void an_endpoint_without_functions_keeps_its_own_copy(void **state)
{
    (void)state;
    probe_state = (struct flota_endpoint_state){0};
    assert_int_equal(change("{\"count\":5}", 11), 0);
    assert_int_equal(probe_copy.count, 5);
    assert_non_null(strstr(values(), "\"count\":5,"));
}

static void wrong_json_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "null",
        "true",
        "1",
        "\"state\"",
        "[]",
        "[{\"state\":true}]",
        "{",
        "}",
        "{]",
        "{\"state\"}",
        "{\"state\":}",
        "{:true}",
        "{\"state\" true}",
        "{\"state\"::true}",
        "{\"state\":true,}",
        "{,\"state\":true}",
        "{\"state\":true \"count\":1}",
        "{\"state\":true,,\"count\":1}",
        "{\"state\":true}{",
        "{\"state\":true}{}",
        "{\"state\":true} x",
        "x{\"state\":true}",
        "{\"state\":true}]",
        "{state:true}",
        "{'state':true}",
        "{\"state\":true",
        "{\"state\":tru}",
        "{\"state\":truely}",
        "{\"state\":True}",
        "{\"state\":null}",
        "{\"state\":1}",
        "{\"state\":\"true\"}",
        "{\"state\":[true]}",
        "{\"state\":{\"state\":true}}",
        "{true:true}",
        "{1:true}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused(texts[i], strlen(texts[i]));
    assert_refused("{\"state\":true}\0", 15);
    assert_refused("{\"state\":true\0}", 15);
    assert_refused("{\"state\0\":true}", 15);
    assert_refused("{\"name\":\"a\0b\"}", 14);
    assert_refused("\xEF\xBB\xBF{}", 5);
}

static void a_later_wrong_field_undoes_the_earlier_ones(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"state\":true,\"count\":\"1\"}", "{\"state\":true,\"unknown\":1}",
        "{\"state\":true,\"serial\":1}",    "{\"state\":true,\"state\":false}",
        "{\"state\":true,\"count\":1.0}",   "{\"state\":true,\"Count\":1}",
        "{\"state\":true,\"\":1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused(texts[i], strlen(texts[i]));
}

static void numbers_outside_the_grammar_or_range_are_refused(void **state)
{
    (void)state;
    static const char *const ints[] = {"2147483648", "-2147483649", "99999999999999999999999",
                                       "01",         "-",           "--1",
                                       "+1",         "1.",          "1.5",
                                       "1e2",        "0x10",        "1a",
                                       ".5",         "00",          "-01"};
    static const char *const doubles[] = {
        "1e309", "-1e400", "1e99999999999", "1.", ".5",    "1e",    "1e+",  "01.5",
        "1.5.5", "NaN",    "1e5e",          "-",  "0x1p3", "\"1\"", "true", "Infinity"};
    char json[64];
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        snprintf(json, sizeof json, "{\"count\":%s}", ints[i]);
        assert_refused(json, strlen(json));
    }
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        snprintf(json, sizeof json, "{\"ratio\":%s}", doubles[i]);
        assert_refused(json, strlen(json));
    }
    assert_changes("{\"count\":-0}");
}

static double read_ratio(const char *number)
{
    char json[512];
    snprintf(json, sizeof json, "{\"ratio\":%s}", number);
    assert_changes(json);
    return app.hardware.ratio;
}

static void doubles_of_everyday_size_are_read_as_strtod_reads_them(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0.0",
                                        "0.1",
                                        "21.5",
                                        "3.14159265358979",
                                        "1E3",
                                        "1e+3",
                                        "1.5e-10",
                                        "1e22",
                                        "1e-22",
                                        "100",
                                        "123456789012345",
                                        "0.00000001",
                                        "-2.5e-3",
                                        "1e-400",
                                        "0e999",
                                        "4e0",
                                        "9007199254740991"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (read_ratio(texts[i]) != strtod(texts[i], NULL))
            fail_msg("%s read as %.17g", texts[i], app.hardware.ratio);
}

static double distance(double found, double wanted)
{
    return fabs(found - wanted) / (fabs(wanted) > DBL_MIN ? fabs(wanted) : DBL_MIN);
}

static void long_and_large_doubles_are_read_closely(void **state)
{
    (void)state;
    static const char *const texts[] = {"1.7976931348623157e308",
                                        "2.2250738585072014e-308",
                                        "0.1000000000000000055511151231257827",
                                        "123456789012345678901234567890",
                                        "0.000000000000000000000000000000123456789",
                                        "179769313486231570000000000000000000000e270"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (distance(read_ratio(texts[i]), strtod(texts[i], NULL)) > 1e-14)
            fail_msg("%s read as %.17g", texts[i], app.hardware.ratio);
}

static void doubles_come_back_as_they_were_written(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},
        {1.0, "1"},
        {-0.0, "0"},
        {100.0, "100"},
        {21.5, "21.5"},
        {-2.5, "-2.5"},
        {0.001, "0.001"},
        {1e14, "100000000000000"},
        {1e15, "1e15"},
        {1.5e300, "1.5e300"},
        {1e-7, "0.0000001"},
        {2.5e-9, "2.5e-9"},
        {0.3, "0.3"},
        {9.99e22, "9.99e22"},
        {1 / 3.0, "0.333333333333333"},
        {999999999999999.9, "1e15"},
        {5e-324, "4.94065645841247e-324"},

        {DBL_MAX, "1.79769313486231e308"},
        {(double)NAN, "null"},
        {(double)INFINITY, "null"},
        {-(double)INFINITY, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char wanted[64];
        app.hardware.ratio = cases[i].value;
        snprintf(wanted, sizeof wanted, "\"ratio\":%s,", cases[i].text);
        if (!strstr(values(), wanted))
            fail_msg("%s in %s", wanted, values());
    }
}

static void random_doubles_survive_writing_and_reading(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = 0;
        for (int j = 0; j < 5; j++)
            bits = bits << 15 ^ (uint64_t)rand_r(&seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isnormal(value) || fabs(value) > 1e307)
            continue;
        app.hardware.ratio = value;
        const char *text = strstr(values(), "\"ratio\":") + 8;
        double found = strtod(text, NULL);
        if (distance(found, value) > 1e-14)
            fail_msg("%.17g written as %.24s", value, text);
    }
}

static void strings_are_decoded_and_encoded(void **state)
{
    (void)state;
    assert_changes("{\"name\":\"\\\"\\\\\\/\\b\\n\"}");
    assert_string_equal(app.hardware.name, "\"\\/\b\n");
    assert_non_null(strstr(values(), "\"name\":\"\\\"\\\\/\\u0008\\u000a\""));
    assert_changes("{\"name\":\"\\u00e9\\u20AC\"}");
    assert_string_equal(app.hardware.name, "\xC3\xA9\xE2\x82\xAC");
    assert_non_null(strstr(values(), "\xC3\xA9\xE2\x82\xAC"));
    assert_changes("{\"name\":\"\\uD83D\\uDE00\"}");
    assert_string_equal(app.hardware.name, "\xF0\x9F\x98\x80");
    assert_changes("{\"n\\u0061me\":\"1234567\"}");
    assert_string_equal(app.hardware.name, "1234567");
}

static void bad_strings_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"12345678",
                                        "\\u0000",
                                        "\\u12",
                                        "\\u12g4",
                                        "\\x",
                                        "\\uD83D",
                                        "\\uDE00",
                                        "\\uD83Dab",
                                        "\\uD83D\\u0041",
                                        "\\uD83D\\uD83D",
                                        "\x01",
                                        "a\nb",
                                        "\x80",
                                        "\xC0\x80",
                                        "\xC3",
                                        "\xE2\x82",
                                        "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80",
                                        "\xF5\x80\x80\x80",
                                        "\xE0\x80\x80",
                                        "\xF0\x80\x80\x80",
                                        "1234\\uD83D\\uDE00",
                                        "\xC3\x41",
                                        "\\"};
    char json[80];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(json, sizeof json, "{\"name\":\"%s\"}", texts[i]);
        assert_refused(json, strlen(json));
    }
}

static void a_string_that_is_not_utf8_is_written_as_valid_json(void **state)
{
    (void)state;
    memcpy(app.hardware.name,
           "a\xFF"
           "b\xE2\x82",
           5);
    app.hardware.name[5] = '\0';
    assert_non_null(strstr(values(), "\"name\":\"a\\ufffdb\\ufffd\\ufffd\""));
    memset(app.hardware.name, 'x', sizeof app.hardware.name); /* no zero at the end */
    assert_non_null(strstr(values(), "\"name\":\"xxxxxxxx\""));
}

static void json_that_does_not_fit_is_an_error_and_stays_in_bounds(void **state)
{
    (void)state;
    size_t whole = strlen(values());
    for (size_t size = 0; size <= whole + 1; size++) {
        char *exact = malloc(size ? size : 1);
        assert_non_null(exact);
        int result = flota_dash_to_json(&dash, &probe, 0, exact, size);
        assert_int_equal(result, size > whole ? (int)whole : FLOTA_ERR_BAD_VALUE);
        free(exact);
    }
}

static void every_prefix_of_a_change_is_refused(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"state\":true,\"count\":12,\"ratio\":1.5e1,\"name\":\"\\u00e9x\"}";
    for (size_t size = 0; size < sizeof whole - 1; size++)
        assert_refused(whole, size);
    assert_changes(whole);
}

static void a_body_with_too_many_fields_is_refused(void **state)
{
    (void)state;
    char json[FLOTA_DASH_BODY_MAX + 1] = "{\"state\":true";
    while (strlen(json) + 7 < sizeof json)
        strcat(json, ",\"a\":1");
    json[strlen(json) - 1] = '}';
    assert_refused(json, strlen(json));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_written_as_json),
        TEST(a_change_touches_the_given_fields_only),
        TEST(an_endpoint_without_functions_keeps_its_own_copy),
        TEST(wrong_json_changes_nothing),
        TEST(a_later_wrong_field_undoes_the_earlier_ones),
        TEST(numbers_outside_the_grammar_or_range_are_refused),
        TEST(doubles_of_everyday_size_are_read_as_strtod_reads_them),
        TEST(long_and_large_doubles_are_read_closely),
        TEST(doubles_come_back_as_they_were_written),
        TEST(random_doubles_survive_writing_and_reading),
        TEST(strings_are_decoded_and_encoded),
        TEST(bad_strings_are_refused),
        TEST(a_string_that_is_not_utf8_is_written_as_valid_json),
        TEST(json_that_does_not_fit_is_an_error_and_stays_in_bounds),
        TEST(every_prefix_of_a_change_is_refused),
        TEST(a_body_with_too_many_fields_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
