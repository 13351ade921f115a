/* test_dash.c - the dashboard: values to JSON and back, and the endpoints over HTTP.
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
    {"state", FLOTA_FIELD_BOOL, offsetof(struct probe, state), sizeof(bool), false},
    {"count", FLOTA_FIELD_INT, offsetof(struct probe, count), sizeof(int32_t), false},
    {"ratio", FLOTA_FIELD_DOUBLE, offsetof(struct probe, ratio), sizeof(double), false},
    {"name", FLOTA_FIELD_STRING, offsetof(struct probe, name), 8, false},
    {"serial", FLOTA_FIELD_INT, offsetof(struct probe, serial), sizeof(int32_t), true},
};

static struct {
    struct probe hardware;
    int sets;
} world;

static void get_probe(void *data)
{
    *(struct probe *)data = world.hardware;
}

static void set_probe(void *data)
{
    world.hardware = *(struct probe *)data;
    world.sets++;
}

static struct probe probe_copy;
static struct flota_endpoint endpoints[2];
static struct flota_dash dash;

static int set_up(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    memset(&probe_copy, 0, sizeof probe_copy);
    world.hardware = (struct probe){.count = -7, .ratio = 0.5, .name = "abc", .serial = 42};
    endpoints[0] = (struct flota_endpoint){"probe",           probe_fields, 5,        &probe_copy,
                                           sizeof probe_copy, get_probe,    set_probe};
    memset(&dash, 0, sizeof dash);
    dash.endpoints = endpoints;
    dash.endpoint_count = 1;
    dash.auth = FLOTA_AUTH_NONE;
    return 0;
}

static const char *values(void)
{
    static char json[FLOTA_HTTP_TEXT_MAX];
    int size = flota_dash_to_json(&endpoints[0], json, sizeof json);
    assert_int_equal(size, (int)strlen(json));
    return json;
}

/* The text is copied to the heap at its exact size, so that the sanitizer sees a read past its end.
 */
static int change(const char *json, size_t size)
{
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, json, size);
    int result = flota_dash_from_json(&endpoints[0], exact, size);
    free(exact);
    return result;
}

static void assert_changes(const char *json)
{
    int sets = world.sets;
    if (change(json, strlen(json)) != 0)
        fail_msg("refused: %s", json);
    assert_int_equal(world.sets, sets + 1);
}

static void assert_refused(const char *json, size_t size)
{
    struct probe before = world.hardware;
    int sets = world.sets;
    if (change(json, size) != FLOTA_ERR_BAD_VALUE)
        fail_msg("taken: %.*s", (int)size, json);
    assert_int_equal(world.sets, sets);
    assert_memory_equal(&before, &world.hardware, sizeof before);
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
    assert_true(world.hardware.state);
    assert_int_equal(world.hardware.count, -7);
    assert_string_equal(world.hardware.name, "abc");
    assert_changes(" \t\r\n{ \"count\" : 2147483647 , \"name\":\"\" , \"ratio\":-1.25e2 } \n");
    assert_int_equal(world.hardware.count, INT32_MAX);
    assert_true(world.hardware.ratio == -125.0);
    assert_string_equal(world.hardware.name, "");
    assert_true(world.hardware.state);
    assert_changes("{\"count\":-2147483648}");
    assert_int_equal(world.hardware.count, INT32_MIN);
    assert_changes("{}");
}

static void an_endpoint_without_functions_keeps_its_own_copy(void **state)
{
    (void)state;
    endpoints[0].get = NULL;
    endpoints[0].set = NULL;
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
    return world.hardware.ratio;
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
            fail_msg("%s read as %.17g", texts[i], world.hardware.ratio);
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
            fail_msg("%s read as %.17g", texts[i], world.hardware.ratio);
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
        world.hardware.ratio = cases[i].value;
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
        world.hardware.ratio = value;
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
    assert_string_equal(world.hardware.name, "\"\\/\b\n");
    assert_non_null(strstr(values(), "\"name\":\"\\\"\\\\/\\u0008\\u000a\""));
    assert_changes("{\"name\":\"\\u00e9\\u20AC\"}");
    assert_string_equal(world.hardware.name, "\xC3\xA9\xE2\x82\xAC");
    assert_non_null(strstr(values(), "\xC3\xA9\xE2\x82\xAC"));
    assert_changes("{\"name\":\"\\uD83D\\uDE00\"}");
    assert_string_equal(world.hardware.name, "\xF0\x9F\x98\x80");
    assert_changes("{\"n\\u0061me\":\"1234567\"}");
    assert_string_equal(world.hardware.name, "1234567");
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
    memcpy(world.hardware.name,
           "a\xFF"
           "b\xE2\x82",
           5);
    world.hardware.name[5] = '\0';
    assert_non_null(strstr(values(), "\"name\":\"a\\ufffdb\\ufffd\\ufffd\""));
    memset(world.hardware.name, 'x', sizeof world.hardware.name); /* no zero at the end */
    assert_non_null(strstr(values(), "\"name\":\"xxxxxxxx\""));
}

static void json_that_does_not_fit_is_an_error_and_stays_in_bounds(void **state)
{
    (void)state;
    size_t whole = strlen(values());
    for (size_t size = 0; size <= whole + 1; size++) {
        char *exact = malloc(size ? size : 1);
        assert_non_null(exact);
        int result = flota_dash_to_json(&endpoints[0], exact, size);
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

/* --- over HTTP --- */

static struct flota_http_route routes[1];
static struct flota_http_server server;

static void open_connection(struct flota_http_connection *connection)
{
    routes[0] = (struct flota_http_route){"/api/", "GET POST", &flota_dash_handler, &dash};
    server = (struct flota_http_server){.routes = routes, .route_count = 1};
    flota_http_open(connection, &server, "192.168.0.5", 0);
}

static void deliver(struct flota_http_connection *connection, const char *text, size_t split)
{
    size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        size_t piece = size - at < split ? size - at : split;
        size_t taken = flota_http_receive(connection, (const uint8_t *)text + at, piece, 0);
        if (taken == 0)
            return;
        at += taken;
    }
}

static const char *answer(struct flota_http_connection *connection)
{
    static char text[4096];
    size_t used = 0;
    const uint8_t *data;
    for (size_t size; (size = flota_http_output(connection, &data)) > 0;) {
        assert_true(used + size < sizeof text);
        memcpy(text + used, data, size);
        used += size;
        flota_http_sent(connection, size);
        flota_http_acked(connection, size, 0);
    }
    text[used] = '\0';
    return text;
}

static const char *ask(const char *request, size_t split)
{
    static struct flota_http_connection connection;
    open_connection(&connection);
    deliver(&connection, request, split);
    const char *text = answer(&connection);
    flota_http_close(&connection);
    return text;
}

static const char *post(const char *path, const char *extra, const char *body)
{
    static char request[2048];
    snprintf(request, sizeof request,
             "POST %s HTTP/1.1\r\nHost: 192.168.0.10\r\n%sContent-Length: %zu\r\n\r\n%s", path,
             extra, strlen(body), body);
    return ask(request, SIZE_MAX);
}

static void assert_status(const char *reply, int status)
{
    char wanted[16];
    snprintf(wanted, sizeof wanted, "HTTP/1.1 %d ", status);
    if (strncmp(reply, wanted, strlen(wanted)) != 0)
        fail_msg("wanted %d, found: %s", status, reply);
}

static void get_answers_with_the_values(void **state)
{
    (void)state;
    const char *reply = ask("GET /api/probe HTTP/1.1\r\nHost: a\r\n\r\n", SIZE_MAX);
    assert_status(reply, 200);
    assert_non_null(strstr(reply, "application/json"));
    assert_non_null(strstr(reply, "\r\n\r\n{\"state\":false,\"count\":-7,"));
}

static void post_changes_and_answers_with_the_new_values_at_any_split(void **state)
{
    (void)state;
    static const char request[] =
        "POST /api/probe HTTP/1.1\r\nHost: a\r\nContent-Length: 25\r\n\r\n"
        "{\"state\":true,\"count\":12}";
    for (size_t split = 1; split < sizeof request; split++) {
        world.hardware.state = false;
        const char *reply = ask(request, split);
        assert_status(reply, 200);
        assert_non_null(strstr(reply, "\r\n\r\n{\"state\":true,\"count\":12,"));
        assert_true(world.hardware.state);
        assert_int_equal(world.sets, (int)split);
    }
}

static void a_bad_value_is_400_with_cause_and_remedy(void **state)
{
    (void)state;
    const char *reply = post("/api/probe", "", "{\"state\":1}");
    assert_status(reply, 400);
    assert_non_null(strstr(reply, "{\"error\":{\"code\":-306,\"name\":\"BAD_VALUE\",\"cause\":\""));
    assert_non_null(strstr(reply, "\"remedy\":\""));
    assert_int_equal(world.sets, 0);
}

static void an_unknown_name_is_404(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/prob", "/api/probes", "/api/", "/api/probe/",
                                        "/api/PROBE"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_status(post(paths[i], "", "{}"), 404);
    assert_status(ask("GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n", SIZE_MAX), 404);
}

static void other_methods_are_405(void **state)
{
    (void)state;
    const char *reply = ask("DELETE /api/probe HTTP/1.1\r\nHost: a\r\n\r\n", SIZE_MAX);
    assert_status(reply, 405);
    assert_non_null(strstr(reply, "Allow: "));
}

static void a_long_body_is_413_declared_or_chunked(void **state)
{
    (void)state;
    char body[FLOTA_DASH_BODY_MAX + 2];
    memset(body, ' ', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    assert_status(post("/api/probe", "", body), 413);
    body[0] = '{';
    body[FLOTA_DASH_BODY_MAX - 1] = '}';
    body[FLOTA_DASH_BODY_MAX] = '\0';
    assert_status(post("/api/probe", "", body), 200);
    body[FLOTA_DASH_BODY_MAX] = ' ';
    char request[1024];
    snprintf(request, sizeof request,
             "POST /api/probe HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "201\r\n%s\r\n0\r\n\r\n",
             body);
    assert_status(ask(request, 100), 413);
    assert_int_equal(world.sets, 1);
}

static void writing_needs_credentials_and_reading_does_not(void **state)
{
    (void)state;
    dash.auth = FLOTA_AUTH_TOKEN("secret-token");
    assert_status(post("/api/probe", "", "{\"state\":true}"), 401);
    assert_status(post("/api/probe", "Authorization: Bearer wrong\r\n", "{\"state\":true}"), 401);
    assert_int_equal(world.sets, 0);
    assert_status(ask("GET /api/probe HTTP/1.1\r\nHost: a\r\n\r\n", SIZE_MAX), 200);
    assert_status(post("/api/probe", "Authorization: Bearer secret-token\r\n", "{\"state\":true}"),
                  200);
    assert_int_equal(world.sets, 1);
}

static void a_page_of_another_site_may_not_write(void **state)
{
    (void)state;
    assert_status(post("/api/probe", "Origin: http://evil.example\r\n", "{\"state\":true}"), 403);
    assert_int_equal(world.sets, 0);
    assert_status(post("/api/probe", "Origin: http://192.168.0.10\r\n", "{\"state\":true}"), 200);
}

static void writers_do_not_mix_and_a_fifth_is_told_to_come_again(void **state)
{
    (void)state;
    static struct flota_http_connection connections[FLOTA_DASH_WRITERS + 1];
    static const char head[] = "POST /api/probe HTTP/1.1\r\nHost: a\r\nContent-Length: 13\r\n\r\n";
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++) {
        open_connection(&connections[i]);
        deliver(&connections[i], head, SIZE_MAX);
        deliver(&connections[i], "{\"count\":", SIZE_MAX);
    }
    open_connection(&connections[FLOTA_DASH_WRITERS]);
    deliver(&connections[FLOTA_DASH_WRITERS], head, SIZE_MAX);
    assert_status(answer(&connections[FLOTA_DASH_WRITERS]), 503);
    flota_http_close(&connections[FLOTA_DASH_WRITERS]);
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++) {
        char rest[8];
        snprintf(rest, sizeof rest, "10%zu}", i);
        deliver(&connections[i], rest, SIZE_MAX);
        assert_status(answer(&connections[i]), 200);
        assert_int_equal(world.hardware.count, 100 + (int)i);
        flota_http_close(&connections[i]);
    }
}

static void a_writer_that_goes_away_leaves_its_place(void **state)
{
    (void)state;
    static struct flota_http_connection connection;
    for (size_t i = 0; i < 2 * FLOTA_DASH_WRITERS; i++) {
        open_connection(&connection);
        deliver(&connection,
                "POST /api/probe HTTP/1.1\r\nHost: a\r\nContent-Length: 13\r\n\r\n{\"co", SIZE_MAX);
        flota_http_close(&connection);
    }
    assert_status(post("/api/probe", "", "{\"count\":1}"), 200);
    assert_int_equal(world.sets, 1);
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
        TEST(get_answers_with_the_values),
        TEST(post_changes_and_answers_with_the_new_values_at_any_split),
        TEST(a_bad_value_is_400_with_cause_and_remedy),
        TEST(an_unknown_name_is_404),
        TEST(other_methods_are_405),
        TEST(a_long_body_is_413_declared_or_chunked),
        TEST(writing_needs_credentials_and_reading_does_not),
        TEST(a_page_of_another_site_may_not_write),
        TEST(writers_do_not_mix_and_a_fifth_is_told_to_come_again),
        TEST(a_writer_that_goes_away_leaves_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
