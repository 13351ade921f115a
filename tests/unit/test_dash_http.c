/* test_dash_http.c - every type of endpoint over HTTP, with the glue that the generator writes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dash_fixture.h"
#include "glue_example.c"

const unsigned char flota_page[1];
const unsigned long flota_page_size = 1;

/* --- the application --- */

static struct {
    struct settings settings;
    int sets;
    struct relays relays[64];
    size_t relay_count;
    struct blink blink;
    struct lift lift;
    int starts;
    enum flota_action_state state;
    bool may_restart;
    int restarts;
} app;

static void get_settings(struct settings *data)
{
    *data = app.settings;
}

static void set_settings(struct settings *data)
{
    app.settings = *data;
    app.sets++;
}

static size_t count_relays(void)
{
    return app.relay_count;
}

static void get_relays(size_t row, struct relays *data)
{
    assert_true(row < app.relay_count);
    *data = app.relays[row];
}

static void set_relays(size_t row, struct relays *data)
{
    app.relays[row] = *data;
    app.sets++;
}

static void start_blink(struct blink *data)
{
    app.blink = *data;
    app.starts++;
    app.state = FLOTA_ACTION_RUNNING;
}

static enum flota_action_state blink_state(void)
{
    return app.state;
}

static void start_lift(struct lift *data)
{
    app.lift = *data;
    app.starts++;
}

static int restart_allowed(void *context)
{
    (void)context;
    return app.may_restart ? 0 : FLOTA_ERR_UPDATE_BUSY;
}

static void restart(void *context)
{
    (void)context;
    app.restarts++;
}

static int status(void *context, char *json, size_t size)
{
    (void)context;
    return snprintf(json, size, "{\"phase\":\"idle\"}");
}

static struct settings first_settings;
static struct relays first_relays[64];

static int set_up(void **state)
{
    static bool has_begun;
    const struct flota_dash_config config = {
        .endpoints = flota_glue.endpoints,
        .endpoint_count = flota_glue.endpoint_count,
        .access = &fake_access,
        .status = status,
        .restart_allowed = restart_allowed,
        .restart = restart,
    };
    (void)state;
    if (!has_begun) {
        first_settings = settings_data;
        memcpy(first_relays, relays_data, sizeof first_relays);
    }
    has_begun = true;
    settings_data = first_settings;
    memcpy(relays_data, first_relays, sizeof first_relays);
    memset(&app, 0, sizeof app);
    memset(states, 0, sizeof states);
    memset(&logs_ram, 0, sizeof logs_ram);
    memset(climate_histories[0].values, 0, 120 * sizeof(float));
    climate_histories[0].started = false;
    states[ENDPOINT_RELAYS].count = 3;
    flota_set_file_handlers(logs, &logs_files);
    set_up_world(&config);
    return 0;
}

/* --- data --- */

#define SETTINGS                                                                                   \
    "{\"enabled\":false,\"level\":5,\"ratio\":0.5,\"mode\":\"auto\",\"password\":\"\","            \
    "\"serial\":42}"

static void data_is_read_and_changed_by_its_mock(void **state)
{
    (void)state;
    expect("GET", "/api/settings", NULL, 200, SETTINGS);
    assert_non_null(strstr(world.clients[0].output, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(world.clients[0].output, "Cache-Control: no-store\r\n"));
    expect("POST", "/api/settings", "{\"level\":7,\"mode\":\"off\"}", 200,
           "{\"enabled\":false,\"level\":7,\"ratio\":0.5,\"mode\":\"off\",\"password\":\"\","
           "\"serial\":42}");
    assert_string_equal(settings_data.password, "geheim");
}

static void registered_functions_serve_data(void **state)
{
    (void)state;
    flota_set_http_handlers(settings, get_settings, set_settings);
    expect("POST", "/api/settings", "{\"enabled\":true,\"mode\":\"auto\"}", 200, NULL);
    assert_true(app.settings.enabled);
    assert_int_equal(app.sets, 1);
    app.settings.level = -3;
    expect("GET", "/api/settings", NULL, 200,
           "{\"enabled\":true,\"level\":-3,\"ratio\":0,\"mode\":\"auto\",\"password\":\"\","
           "\"serial\":0}");
}

static void without_a_setter_nothing_can_be_changed(void **state)
{
    (void)state;
    flota_set_http_handlers(settings, get_settings, NULL);
    expect_refusal("POST", "/api/settings", "{\"enabled\":true}", 400, "can only be read");
    assert_false(app.settings.enabled);
}

static void limits_options_and_secrets_hold(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"level\":11}", "send a number from 0 to 10"},
        {"{\"level\":-1}", "out of range"},
        {"{\"ratio\":-1.6}", "send at least -1.5"},
        {"{\"mode\":\"fast\"}", "send one of: auto, manual, off"},
        {"{\"mode\":\"much too long\"}", "send at most 7 bytes"},
        {"{\"mode\":3}", "send a text in quotes"},
        {"{\"serial\":1}", "can only be read"},
        {"{\"level\":\"5\"}", "send a whole number"},
        {"{\"nonsense\":1}", "is no field"},
        {"{\"<b>\\u0000\":1}", "a field's name"},
        {"{\"<script>\":1}", "\\\"<script>\\\" is no field"},
        {"{\"level\":1,\"level\":2}", "is there twice"},
        {"[]", "is no JSON object"},
        {"", "is no JSON object"},
        {"{\"enabled\":{\"enabled\":{}}}", "is no JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal("POST", "/api/settings", cases[i][0], 400, cases[i][1]);
    expect("GET", "/api/settings", NULL, 200, SETTINGS);
    expect("POST", "/api/settings", "{\"password\":\"\",\"ratio\":1e9}", 200, NULL);
    assert_string_equal(settings_data.password, "geheim");
    expect("POST", "/api/settings", "{\"password\":\"new\"}", 200, NULL);
    assert_string_equal(settings_data.password, "new");
    assert_null(strstr(answer(), "new"));
}

static void a_change_works_at_any_split(void **state)
{
    (void)state;
    for (world.split = 1; world.split < 120; world.split++) {
        char body[64];
        snprintf(body, sizeof body, "{\"level\":%zu}", world.split % 11);
        expect("POST", "/api/settings", body, 200, NULL);
        assert_int_equal(settings_data.level, (int)(world.split % 11));
    }
}

static void paths_that_are_not_there_are_404(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/api/",          "/api/setting",          "/api/settings/",  "/api/settings/0",
        "/api/SETTINGS",  "/api/settings/history", "/api/relays/3",   "/api/relays/",
        "/api/relays/-1", "/api/relays/00000",     "/api/relays/1/2", "/api/blink/x",
        "/api/alarms/0",  "/api//settings",        "/api/events/x",   "/api/../settings",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        expect_refusal("GET", paths[i], NULL, 404, "no endpoint");
        expect("POST", paths[i], "{}", 404, NULL);
    }
}

static void other_methods_are_405_and_say_which(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"DELETE", "/api/settings", "Allow: GET, HEAD, POST\r\n"},
        {"PUT", "/api/settings", "Allow: GET, HEAD, POST\r\n"},
        {"BREW", "/api/settings", "Allow: GET, HEAD, POST\r\n"},
        {"POST", "/api/climate/history", "Allow: GET, HEAD\r\n"},
        {"POST", "/api/relays", "Allow: GET, HEAD\r\n"},
        {"PUT", "/api/relays/1", "Allow: GET, HEAD, POST\r\n"},
        {"DELETE", "/api/blink", "Allow: GET, HEAD, POST\r\n"},
        {"POST", "/api/alarms", "Allow: GET, HEAD\r\n"},
        {"POST", "/api/logs", "Allow: GET, HEAD\r\n"},
        {"PATCH", "/api/logs/a", "Allow: GET, HEAD, PUT, POST, DELETE\r\n"},
        {"POST", "/api/events", "Allow: GET, HEAD\r\n"},
        {"POST", "/api/firmware_update", "Allow: GET, HEAD\r\n"},
        {"PUT", "/api/raw", "Allow: GET, HEAD, POST\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect(cases[i][0], cases[i][1], NULL, 405, NULL);
        if (!strstr(world.clients[0].output, cases[i][2]))
            fail_msg("%s", world.clients[0].output);
    }
}

static void head_gets_the_head_only(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/settings", "/api/relays",         "/api/blink",
                                        "/api/alarms",   "/api/logs",           "/api/raw",
                                        "/api/events",   "/api/climate/history"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect("HEAD", paths[i], NULL, 200, "");
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++)
        assert_null(world.dash.streams[i].connection);
}

static void a_long_body_is_413_declared_or_chunked(void **state)
{
    (void)state;
    char body[FLOTA_DASH_BODY_MAX + 2], text[2048];
    memset(body, ' ', sizeof body);
    body[0] = '{';
    body[FLOTA_DASH_BODY_MAX - 1] = '}';
    body[FLOTA_DASH_BODY_MAX] = '\0';
    expect("POST", "/api/settings", body, 200, NULL);
    body[FLOTA_DASH_BODY_MAX] = ' ';
    body[FLOTA_DASH_BODY_MAX + 1] = '\0';
    expect("POST", "/api/settings", body, 413, NULL);
    snprintf(text, sizeof text,
             "POST /api/settings HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "401\r\n%s\r\n0\r\n\r\n",
             body);
    world.split = 100;
    send_text(open_client(0), text);
    assert_int_equal(status_of(&world.clients[0]), 413);
}

static void writers_do_not_mix_and_a_fifth_is_told_to_come_again(void **state)
{
    (void)state;
    static const char head[] =
        "POST /api/settings HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n{\"level\":";
    for (size_t i = 1; i <= FLOTA_DASH_WRITERS; i++)
        send_text(open_client(i), head);
    expect_refusal("POST", "/api/settings", "{}", 503, "at the same time");
    for (size_t i = 1; i <= FLOTA_DASH_WRITERS; i++) {
        send_text(&world.clients[i], i & 1 ? "1}" : "2}");
        assert_int_equal(status_of(&world.clients[i]), 200);
        assert_int_equal(settings_data.level, i & 1 ? 1 : 2);
    }
    for (size_t i = 1; i <= 3 * FLOTA_DASH_WRITERS; i++) { /* those that go away leave */
        send_text(open_client(i % 8 + 1), head);
        close_client(i % 8 + 1);
    }
    expect("POST", "/api/settings", "{\"level\":9}", 200, NULL);
}

static void writers_that_send_nothing_give_way(void **state)
{
    (void)state;
    for (size_t i = 1; i <= FLOTA_DASH_WRITERS; i++)
        send_text(open_client(i),
                  "POST /api/settings HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n{");
    pass_ms(FLOTA_DASH_SLOW_MS - 1);
    expect_refusal("POST", "/api/settings", "{}", 503, "at the same time");
    pass_ms(1);
    expect("POST", "/api/settings", "{\"level\":9}", 200, NULL);
    assert_int_equal(settings_data.level, 9);
}

static void an_upload_that_goes_on_keeps_its_place(void **state)
{
    (void)state;
    send_text(open_client(1),
              "PUT /api/logs/a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n1");
    for (size_t i = 2; i <= FLOTA_DASH_WRITERS; i++)
        send_text(open_client(i),
                  "POST /api/settings HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n{");
    pass_ms(FLOTA_DASH_SLOW_MS - 1);
    send_text(&world.clients[1], "2");
    pass_ms(1);
    for (size_t i = 1; i < FLOTA_DASH_WRITERS; i++)
        expect("POST", "/api/settings", "{\"level\":9}", 200, NULL);
    send_text(&world.clients[1], "3");
    turn();
    assert_int_equal(status_of(&world.clients[1]), 200);
    expect("GET", "/api/logs/a.txt", NULL, 200, "123");
}

/* --- who may --- */

static void levels_are_asked_for_reading_and_writing(void **state)
{
    (void)state;
    assert_int_equal(request("GET", "/api/settings", "X-Level: 0\r\n", NULL), 401);
    assert_int_equal(request("GET", "/api/settings", "X-Level: 1\r\n", NULL), 200);
    assert_int_equal(request("POST", "/api/settings", "X-Level: 4\r\n", "{\"level\":1}"), 403);
    assert_int_equal(request("PUT", "/api/logs/a", "X-Level: 4\r\n", "a"), 403);
    assert_int_equal(request("DELETE", "/api/logs/a", "X-Level: 4\r\n", NULL), 403);
    assert_int_equal(request("POST", "/api/blink", "X-Level: 4\r\n", NULL), 403);
    assert_int_equal(request("POST", "/api/raw", "X-Level: 4\r\n", "a"), 403);
    assert_int_equal(request("GET", "/api/raw", "X-Level: 0\r\n", NULL), 401);
    assert_int_equal(request("GET", "/api/relays/0", "X-Level: 0\r\n", NULL), 401);
    assert_int_equal(request("GET", "/api/relays/63", "X-Level: 0\r\n", NULL), 401);
    assert_int_equal(request("PUT", "/api/relays", "X-Level: 4\r\n", "a"), 403);
    assert_int_equal(settings_data.level, 5);
    assert_int_equal(request("POST", "/api/settings", "X-Level: 5\r\n", "{\"level\":1}"), 200);
    assert_int_equal(
        request("POST", "/api/settings", "Origin: http://evil.example\r\n", "{\"level\":2}"), 403);
    assert_int_equal(settings_data.level, 1);
    world.is_first_start = true;
    assert_int_equal(request("GET", "/api/settings", "", NULL), 403);
    assert_int_equal(request("GET", "/api/firmware_update", "", NULL), 200);
    assert_string_equal(answer(), "{\"phase\":\"idle\"}");
}

/* --- arrays --- */

static void rows_are_read_and_changed(void **state)
{
    (void)state;
    expect("GET", "/api/relays", NULL, 200,
           "[{\"on\":false,\"name\":\"pump\"},{\"on\":false,\"name\":\"light\"},{\"on\":false,"
           "\"name\":\"\"}]");
    expect("POST", "/api/relays/1", "{\"on\":true}", 200, "{\"on\":true,\"name\":\"light\"}");
    expect("GET", "/api/relays/1", NULL, 200, "{\"on\":true,\"name\":\"light\"}");
    expect("GET", "/api/relays/0", NULL, 200, "{\"on\":false,\"name\":\"pump\"}");
    flota_set_array_handlers(relays, count_relays, get_relays, set_relays);
    expect("GET", "/api/relays", NULL, 200, "[]");
    app.relay_count = 1000; /* more than its rows are never asked for */
    expect("POST", "/api/relays/63", "{\"name\":\"last\"}", 200, NULL);
    assert_string_equal(app.relays[63].name, "last");
    expect("GET", "/api/relays/64", NULL, 404, NULL);
}

static void a_row_that_goes_while_its_body_comes_is_not_written(void **state)
{
    (void)state;
    flota_set_array_handlers(relays, count_relays, get_relays, set_relays);
    app.relay_count = 3;
    send_text(open_client(1),
              "POST /api/relays/2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{");
    app.relay_count = 2;
    send_text(&world.clients[1], "}");
    turn();
    assert_int_equal(status_of(&world.clients[1]), 404);
    assert_int_equal(app.sets, 0);
}

static void an_array_of_64_full_rows_comes_whole(void **state)
{
    (void)state;
    flota_set_array_handlers(relays, count_relays, get_relays, set_relays);
    app.relay_count = 64;
    for (size_t i = 0; i < 64; i++)
        memset(app.relays[i].name, '\1', 15); /* six bytes each as JSON */
    expect("GET", "/api/relays", NULL, 200, NULL);
    const char *text = answer();
    size_t size = strlen(text), rows = 0;
    for (const char *at = text; (at = strstr(at, "{\"on\":false,\"name\":\"\\u0001")); at++)
        rows++;
    assert_int_equal(rows, 64);
    assert_true(size > 64 * 6 * 15);
    assert_string_equal(text + size - 3, "\"}]");
    assert_non_null(strstr(world.clients[0].output, "Connection: close\r\n"));
    assert_null(strstr(world.clients[0].output, "Content-Length"));
    assert_null(world.dash.answers[0].connection);
}

static void an_array_that_shrinks_meanwhile_ends_well(void **state)
{
    (void)state;
    flota_set_array_handlers(relays, count_relays, get_relays, set_relays);
    app.relay_count = 64;
    for (size_t i = 0; i < 64; i++)
        memset(app.relays[i].name, '\1', 15);
    struct client *client = open_client(1);
    client->deaf = true;
    send_text(client, "GET /api/relays HTTP/1.1\r\nHost: a\r\n\r\n");
    flota_http_acked(&client->connection, 100000, world.now_ms);
    pass_ms(1);
    app.relay_count = 3; /* get_relays() sees that no other row is asked for */
    flota_http_acked(&client->connection, 100000, world.now_ms);
    client->deaf = false;
    pass_ms(3);
    const char *text = body_of(client);
    assert_string_equal(text + strlen(text) - 4, "1\"}]");
    assert_false(world.is_open[1]);
}

static void a_ninth_long_answer_is_told_to_come_again(void **state)
{
    (void)state;
    flota_set_array_handlers(relays, count_relays, get_relays, set_relays);
    app.relay_count = 64;
    memset(app.relays, '\1', sizeof app.relays);
    for (size_t i = 0; i < 64; i++)
        app.relays[i].name[15] = '\0', app.relays[i].on = true;
    for (size_t i = 1; i <= FLOTA_DASH_ANSWERS; i++) {
        open_client(i)->deaf = true;
        send_text(&world.clients[i], "GET /api/relays HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    expect("GET", "/api/relays", NULL, 503, NULL);
    pass_ms(FLOTA_HTTP_SEND_MS + 10); /* who takes nothing is left */
    expect("GET", "/api/relays", NULL, 200, NULL);
}

/* --- actions --- */

static void a_mock_action_runs_for_a_second(void **state)
{
    (void)state;
    expect("GET", "/api/blink", NULL, 200, "{\"state\":\"idle\"}");
    expect("POST", "/api/blink", NULL, 200, "{\"state\":\"running\"}");
    expect_refusal("POST", "/api/blink", "{\"seconds\":5}", 409, "runs already");
    pass_ms(FLOTA_DASH_MOCK_MS);
    expect("GET", "/api/blink", NULL, 200, "{\"state\":\"done\"}");
    expect("POST", "/api/blink", "{\"seconds\":5}", 200, "{\"state\":\"running\"}");
}

static void an_action_gets_its_parameters(void **state)
{
    (void)state;
    flota_set_action_handlers(blink, start_blink, blink_state);
    expect("POST", "/api/blink", "{\"seconds\":5}", 200, "{\"state\":\"running\"}");
    assert_true(app.blink.pressed);
    assert_int_equal(app.blink.seconds, 5);
    expect("POST", "/api/blink", NULL, 409, NULL);
    app.state = FLOTA_ACTION_FAILED;
    expect("GET", "/api/blink", NULL, 200, "{\"state\":\"failed\"}");
    expect_refusal("POST", "/api/blink", "{\"seconds\":61}", 400, "from 1 to 60");
    expect_refusal("POST", "/api/blink", "{\"pressed\":false}", 400, "no field");
    expect("POST", "/api/blink", NULL, 200, NULL);
    assert_int_equal(app.blink.seconds, 3); /* the description's, not the last one */
    assert_int_equal(app.starts, 2);
    app.state = FLOTA_ACTION_IDLE;
    flota_set_action_handlers(blink, start_blink, NULL);
    expect("POST", "/api/blink", NULL, 200, "{\"state\":\"done\"}");
}

static void a_held_button_is_released_when_nobody_repeats_it(void **state)
{
    (void)state;
    flota_set_action_handlers(lift, start_lift, NULL);
    expect("POST", "/api/lift", "{\"speed\":7}", 200, "{\"state\":\"running\"}");
    for (int i = 0; i < 5; i++) {
        pass_ms(1000);
        expect("POST", "/api/lift", "{\"pressed\":true}", 200, "{\"state\":\"running\"}");
    }
    assert_int_equal(app.starts, 1);
    assert_true(app.lift.pressed);
    pass_ms(FLOTA_DASH_HOLD_MS - 1);
    assert_true(app.lift.pressed);
    pass_ms(1);
    assert_false(app.lift.pressed);
    assert_int_equal(app.starts, 2);
    expect("GET", "/api/lift", NULL, 200, "{\"state\":\"done\"}");
    expect("POST", "/api/lift", "{\"pressed\":false}", 200, "{\"state\":\"done\"}");
    assert_int_equal(app.starts, 2); /* it was not pressed */
    expect("POST", "/api/lift", NULL, 200, "{\"state\":\"running\"}");
    expect("POST", "/api/lift", "{\"pressed\":false}", 200, "{\"state\":\"done\"}");
    assert_false(app.lift.pressed);
    assert_int_equal(app.starts, 4);
}

static void the_devices_restart_waits_for_its_answer_and_for_an_update(void **state)
{
    (void)state;
    expect_refusal("POST", "/api/restart", NULL, 409, "update is in progress");
    app.may_restart = true;
    expect("POST", "/api/restart", NULL, 200, "{\"state\":\"running\"}");
    expect("POST", "/api/restart", NULL, 409, NULL);
    pass_ms(FLOTA_DASH_RESTART_MS - 1);
    assert_int_equal(app.restarts, 0);
    pass_ms(1);
    assert_int_equal(app.restarts, 1);
    pass_ms(2000);
    assert_int_equal(app.restarts, 1);
}

/* --- events, histories --- */

static void report(int32_t code)
{
    struct alarms alarm = {.code = code};
    snprintf(alarm.text, sizeof alarm.text, "<%d>", (int)code);
    flota_report(alarms, &alarm);
}

static void the_last_reports_are_kept(void **state)
{
    (void)state;
    expect("GET", "/api/alarms", NULL, 200, "[]");
    report(1);
    report(2);
    expect("GET", "/api/alarms", NULL, 200,
           "[{\"code\":1,\"text\":\"<1>\"},{\"code\":2,\"text\":\"<2>\"}]");
    for (int32_t code = 3; code <= 21; code++)
        report(code);
    expect("GET", "/api/alarms", NULL, 200, NULL);
    assert_memory_equal(answer(), "[{\"code\":14,", 12);
    assert_non_null(strstr(answer(), ",{\"code\":21,\"text\":\"<21>\"}]"));
}

static void a_history_holds_one_value_per_interval(void **state)
{
    (void)state;
    char wanted[32] = "";
    climate_data.value = 20.6;
    pass_ms(60);
    climate_data.value = -0.125;
    pass_ms(2000);
    world.now_ms += 2500; /* an erase, say: nothing was sampled meanwhile */
    climate_data.value = 7;
    pass_ms(60);
    expect("GET", "/api/climate/history", NULL, 200, NULL);
    const char *text = answer();
    snprintf(wanted, sizeof wanted, "{\"value\":{\"seconds\":1,");
    assert_memory_equal(text, wanted, strlen(wanted));
    assert_non_null(strstr(text, "\"points\":[null,null,"));
    assert_non_null(strstr(text, ",null,20.6,-0.125,-0.125,null,7]}}"));
    size_t commas = 0;
    for (const char *at = strchr(text, '['); *at; at++)
        commas += *at == ',';
    assert_int_equal(commas, 119);
}

static void a_long_history_comes_whole(void **state)
{
    (void)state;
    static float values[600];
    struct flota_history two[2] = {
        {.field = 0, .points = 600, .interval_ms = 1000, .values = values, .started = true},
        {.field = 1, .points = 600, .interval_ms = 2500, .values = values, .started = true}};
    struct flota_endpoint *climate = &endpoints[ENDPOINT_CLIMATE];
    for (size_t i = 0; i < 600; i++)
        values[i] = -1.234567e-20f * (float)(i + 1);
    two[0].sampled_ms = two[1].sampled_ms = world.now_ms;
    climate->histories = two;
    climate->history_count = 2;
    expect("GET", "/api/climate/history", NULL, 200, NULL);
    climate->histories = climate_histories;
    climate->history_count = 1;
    const char *text = answer();
    assert_memory_equal(text, "{\"value\":{\"seconds\":1,\"points\":[-1.234567e-20,", 44);
    const char *second =
        strstr(text, "]},\"humidity\":{\"seconds\":2.5,\"points\":[-1.234567e-20,");
    assert_non_null(second);
    size_t commas = 0;
    for (const char *at = text; *at; at++)
        commas += *at == ',';
    assert_int_equal(commas, 2 * 599 + 3);
    assert_string_equal(text + strlen(text) - 3, "]}}");
}

/* --- files --- */

static void files_come_and_go(void **state)
{
    (void)state;
    expect("GET", "/api/logs", NULL, 200, "[]");
    expect("PUT", "/api/logs/a.txt", "hello", 200, "{\"name\":\"a.txt\",\"size\":5}");
    expect("POST", "/api/logs/b.bin", "", 200, "{\"name\":\"b.bin\",\"size\":0}");
    expect("PUT", "/api/logs/a.txt", "hello again", 200, "{\"name\":\"a.txt\",\"size\":11}");
    expect("GET", "/api/logs", NULL, 200,
           "[{\"name\":\"b.bin\",\"size\":0},{\"name\":\"a.txt\",\"size\":11}]");
    expect("GET", "/api/logs/a.txt", NULL, 200, "hello again");
    assert_non_null(strstr(world.clients[0].output, "Content-Length: 11\r\n"));
    assert_non_null(strstr(world.clients[0].output, "Content-Type: text/plain"));
    assert_non_null(strstr(world.clients[0].output, "Content-Security-Policy: sandbox\r\n"));
    expect("GET", "/api/logs/b.bin", NULL, 200, "");
    expect("DELETE", "/api/logs/a.txt", NULL, 200, "{\"name\":\"a.txt\"}");
    expect_refusal("GET", "/api/logs/a.txt", NULL, 404, "no file");
    expect_refusal("DELETE", "/api/logs/a.txt", NULL, 404, "no file");
}

static void tricks_with_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "/api/logs/",       "/api/logs/.hidden",
        "/api/logs/..",     "/api/logs/../settings",
        "/api/logs/a/b",    "/api/logs/a%2fb",
        "/api/logs/%2e%2e", "/api/logs/a\\b",

        "/api/logs/a+b",    "/api/logs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_refusal("GET", names[i], NULL, 400, "FILE_NAME");
        expect_refusal("PUT", names[i], "x", 400, "FILE_NAME");
        expect_refusal("DELETE", names[i], NULL, 400, "FILE_NAME");
    }
    expect("PUT", "/api/logs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x", 200, NULL);
}

static void a_file_over_the_limit_leaves_what_was_there(void **state)
{
    (void)state;
    static char big[3002], text[8192];
    memset(big, 'x', 3001);
    expect("PUT", "/api/logs/a", "old", 200, NULL);
    snprintf(text, sizeof text,
             "PUT /api/logs/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3001\r\n\r\n%s", big);
    send_text(open_client(0), text);
    assert_int_equal(status_of(&world.clients[0]), 413);
    snprintf(text, sizeof text,
             "PUT /api/logs/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "bb9\r\n%s\r\n0\r\n\r\n",
             big);
    world.split = 700;
    send_text(open_client(0), text);
    assert_int_equal(status_of(&world.clients[0]), 413);
    big[3000] = '\0';
    snprintf(text, sizeof text,
             "PUT /api/logs/b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "bb8\r\n%s\r\n0\r\n\r\n",
             big);
    send_text(open_client(0), text);
    assert_int_equal(status_of(&world.clients[0]), 200);
    snprintf(text, sizeof text,
             "PUT /api/logs/c HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n%s", big);
    send_text(open_client(0), text); /* 4096 bytes of RAM hold no second one */
    assert_int_equal(status_of(&world.clients[0]), 507);
    snprintf(text, sizeof text,
             "PUT /api/logs/c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "bb8\r\n%s\r\n0\r\n\r\n",
             big);
    send_text(open_client(0), text); /* nor one that does not say its size */
    assert_int_equal(status_of(&world.clients[0]), 507);
    expect("GET", "/api/logs/a", NULL, 200, "old");
}

static void a_cut_upload_leaves_what_was_there(void **state)
{
    (void)state;
    expect("PUT", "/api/logs/a", "old", 200, NULL);
    send_text(open_client(1),
              "PUT /api/logs/a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nnew");
    expect_refusal("PUT", "/api/logs/b", "x", 503, "another file");
    expect("DELETE", "/api/logs/a", NULL, 200, NULL); /* also while one is written */
    expect("GET", "/api/logs", NULL, 200, "[]");
    close_client(1);
    expect("PUT", "/api/logs/b", "fine", 200, NULL);
    expect("GET", "/api/logs", NULL, 200, "[{\"name\":\"b\",\"size\":4}]");
    expect("GET", "/api/logs/b", NULL, 200, "fine");
}

static void a_large_file_comes_whole_at_any_split(void **state)
{
    (void)state;
    static char text[4096];
    for (size_t i = 0; i < 1000; i++)
        text[i] = (char)('a' + i % 26);
    for (world.split = 1; world.split < 40; world.split += 3) {
        expect("PUT", "/api/logs/big", text, 200, "{\"name\":\"big\",\"size\":1000}");
        expect("GET", "/api/logs/big", NULL, 200, text);
    }
}

/* --- files of the application's own, which takes and gives what it likes --- */

static struct {
    char bytes[10000];
    uint32_t size, there; /* listed, and really there */
    size_t step;
    int ended_well, ended_badly;
    int turn;
} disk;

static int disk_list(void *context, size_t index, char name[32], uint32_t *size)
{
    (void)context;
    strcpy(name, "big");
    *size = disk.size;
    return index == 0;
}

static int disk_read(void *context, const char *name, uint32_t offset, void *data, size_t size)
{
    (void)context;
    assert_string_equal(name, "big");
    size_t left = disk.there > offset ? disk.there - offset : 0;
    size_t step = disk.step < left ? disk.step : left;
    step = step < size ? step : size;
    memcpy(data, disk.bytes + offset, step);
    return (int)step;
}

static int disk_begin(void *context, const char *name, uint32_t size)
{
    (void)context;
    (void)name;
    (void)size;
    disk.there = 0;
    return 0;
}

static int disk_write(void *context, const void *data, size_t size)
{
    (void)context;
    size_t step = disk.turn++ % 2 ? 0 : disk.step; /* busy at each second turn */
    step = step < size ? step : size;
    memcpy(disk.bytes + disk.there, data, step);
    disk.there += (uint32_t)step;
    return (int)step;
}

static int disk_end(void *context, bool good)
{
    (void)context;
    disk.ended_well += good;
    disk.ended_badly += !good;
    return 0;
}

static const struct flota_files disk_files = {disk_list, disk_read, disk_begin, disk_write,
                                              disk_end,  NULL,      &disk};

static void begin_disk(uint32_t size, size_t step)
{
    memset(&disk, 0, sizeof disk);
    for (size_t i = 0; i < sizeof disk.bytes; i++)
        disk.bytes[i] = (char)('!' + i % 89);
    disk.size = disk.there = size;
    disk.step = step;
    flota_set_file_handlers(logs, &disk_files);
}

static void a_long_download_comes_whole_in_any_pieces(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 700, 4159, 4160, 4161, 10000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        begin_disk(10000, steps[i]);
        assert_int_equal(request("GET", "/api/logs/big", "", NULL), 200);
        for (int j = 0; j < 20000 && world.is_open[0]; j++)
            turn();
        assert_int_equal(strlen(answer()), 10000);
        assert_memory_equal(answer(), disk.bytes, 10000);
    }
    expect("DELETE", "/api/logs/big", NULL, 405, NULL);
}

static void a_file_that_shrinks_ends_the_connection(void **state)
{
    (void)state;
    begin_disk(10000, 700);
    disk.there = 5000;
    assert_int_equal(request("GET", "/api/logs/big", "", NULL), 200);
    assert_non_null(strstr(world.clients[0].output, "Content-Length: 10000\r\n"));
    assert_int_equal(strlen(answer()), 5000);
    assert_false(world.is_open[0]); /* the client sees that bytes are missing */
}

static void a_slow_place_for_files_slows_the_upload_down(void **state)
{
    (void)state;
    static char text[1000];
    begin_disk(0, 7);
    memset(text, 'u', sizeof text - 1);
    expect("PUT", "/api/logs/x", text, 200, "{\"name\":\"x\",\"size\":999}");
    assert_int_equal(disk.ended_well, 1);
    assert_int_equal(disk.ended_badly, 0);
    assert_int_equal(disk.there, 999);
    assert_memory_equal(disk.bytes, text, 999);
}

static void eight_files_are_kept_and_no_ninth(void **state)
{
    (void)state;
    char path[32];
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "/api/logs/%d", i);
        expect("PUT", path, path, 200, NULL);
    }
    expect_refusal("PUT", "/api/logs/9", "x", 507, "no room");
    expect("PUT", "/api/logs/3", "other", 200, NULL);
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "/api/logs/%d", i);
        expect("GET", path, NULL, 200, i == 3 ? "other" : path);
    }
}

/* --- custom --- */

static void the_custom_mock_answers_what_was_posted(void **state)
{
    (void)state;
    char big[514];
    expect("GET", "/api/raw", NULL, 200, "");
    expect("POST", "/api/raw", "<p>any text", 200, "<p>any text");
    expect("GET", "/api/raw", NULL, 200, "<p>any text");
    assert_non_null(strstr(world.clients[0].output, "Content-Type: text/plain"));
    memset(big, 'x', sizeof big);
    big[513] = '\0';
    expect("POST", "/api/raw", big, 413, NULL);
    big[512] = '\0';
    expect("POST", "/api/raw", big, 200, big);
}

static struct {
    int begun, done;
    size_t body;
} own;

static void own_begin(void *context, struct flota_http_connection *connection)
{
    assert_ptr_equal(context, &own);
    assert_null(connection->user);
    connection->user = &own;
    own.begun++;
}

static size_t own_body(void *context, struct flota_http_connection *connection, const uint8_t *data,
                       size_t size)
{
    (void)data;
    assert_ptr_equal(context, connection->user);
    own.body += size;
    return size;
}

static void own_end(void *context, struct flota_http_connection *connection)
{
    assert_ptr_equal(context, connection->user);
    flota_http_respond_text(connection, 200, "text/plain", NULL, "mine");
}

static void own_done(void *context, struct flota_http_connection *connection, bool response_sent,
                     int reason)
{
    assert_ptr_equal(context, connection->user);
    assert_true(response_sent == (reason == 0));
    own.done++;
}

static void a_custom_handler_serves_all_below_its_name(void **state)
{
    (void)state;
    static const struct flota_http_handler handler = {own_begin, own_body, own_end, NULL, own_done};
    flota_set_custom_handler(raw, &handler, &own);
    expect("PATCH", "/api/raw/a/b?c", "0123456789", 200, "mine");
    expect("GET", "/api/raw", NULL, 200, "mine");
    assert_int_equal(own.begun, 2);
    assert_int_equal(own.done, 2);
    assert_int_equal(own.body, 10);
    assert_int_equal(request("GET", "/api/raw", "X-Level: 0\r\n", NULL), 401);
    assert_int_equal(request("PUT", "/api/raw", "X-Level: 4\r\n", "abc"), 403);
    assert_int_equal(own.begun, 2);
    assert_int_equal(own.done, 2); /* what it has not begun does not end */
    send_text(open_client(1), "PUT /api/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    close_client(1);
    assert_int_equal(own.done, 3);
}

/* --- several, and none --- */

static void a_glue_without_endpoints_serves_the_status(void **state)
{
    (void)state;
    const struct flota_dash_config config = {.status = status};
    set_up_world(&config);
    expect("GET", "/api/firmware_update", NULL, 200, "{\"phase\":\"idle\"}");
    expect("GET", "/api/leds", NULL, 404, NULL);
    pass_ms(200);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(data_is_read_and_changed_by_its_mock),
        TEST(registered_functions_serve_data),
        TEST(without_a_setter_nothing_can_be_changed),
        TEST(limits_options_and_secrets_hold),
        TEST(a_change_works_at_any_split),
        TEST(paths_that_are_not_there_are_404),
        TEST(other_methods_are_405_and_say_which),
        TEST(head_gets_the_head_only),
        TEST(a_long_body_is_413_declared_or_chunked),
        TEST(writers_do_not_mix_and_a_fifth_is_told_to_come_again),
        TEST(writers_that_send_nothing_give_way),
        TEST(an_upload_that_goes_on_keeps_its_place),
        TEST(levels_are_asked_for_reading_and_writing),
        TEST(rows_are_read_and_changed),
        TEST(a_row_that_goes_while_its_body_comes_is_not_written),
        TEST(an_array_of_64_full_rows_comes_whole),
        TEST(an_array_that_shrinks_meanwhile_ends_well),
        TEST(a_ninth_long_answer_is_told_to_come_again),
        TEST(a_mock_action_runs_for_a_second),
        TEST(an_action_gets_its_parameters),
        TEST(a_held_button_is_released_when_nobody_repeats_it),
        TEST(the_devices_restart_waits_for_its_answer_and_for_an_update),
        TEST(the_last_reports_are_kept),
        TEST(a_history_holds_one_value_per_interval),
        TEST(a_long_history_comes_whole),
        TEST(files_come_and_go),
        TEST(tricks_with_names_are_refused),
        TEST(a_file_over_the_limit_leaves_what_was_there),
        TEST(a_cut_upload_leaves_what_was_there),
        TEST(a_large_file_comes_whole_at_any_split),
        TEST(a_long_download_comes_whole_in_any_pieces),
        TEST(a_file_that_shrinks_ends_the_connection),
        TEST(a_slow_place_for_files_slows_the_upload_down),
        TEST(eight_files_are_kept_and_no_ninth),
        TEST(the_custom_mock_answers_what_was_posted),
        TEST(a_custom_handler_serves_all_below_its_name),
        TEST(a_glue_without_endpoints_serves_the_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
