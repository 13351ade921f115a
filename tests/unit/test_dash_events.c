/* test_dash_events.c - live events: everything first, then changes; slow readers, many readers.
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
    struct relays relays[64];
    size_t relay_count;
    char status[FLOTA_HTTP_TEXT_MAX];
    int reads;
} app;

static void get_climate(struct climate *data)
{
    *data = climate_data;
    app.reads++;
}

static size_t count_relays(void)
{
    return app.relay_count;
}

static void get_relays(size_t row, struct relays *data)
{
    *data = app.relays[row];
}

static int status(void *context, char *json, size_t size)
{
    (void)context;
    if (strlen(app.status) >= size)
        return FLOTA_ERR_BAD_VALUE;
    strcpy(json, app.status);
    return (int)strlen(json);
}

static struct settings first_settings;

static int set_up(void **state)
{
    static bool has_begun;
    const struct flota_dash_config config = {
        .endpoints = flota_glue.endpoints,
        .endpoint_count = flota_glue.endpoint_count,
        .access = &fake_access,
        .status = status,
    };
    (void)state;
    if (!has_begun)
        first_settings = settings_data;
    has_begun = true;
    settings_data = first_settings;
    climate_data = (struct climate){20.5, 40};
    memset(&app, 0, sizeof app);
    memset(states, 0, sizeof states);
    strcpy(app.status, "{\"phase\":\"idle\"}");
    states[ENDPOINT_RELAYS].count = 2;
    flota_set_file_handlers(logs, &logs_files);
    set_up_world(&config);
    return 0;
}

/* --- streams --- */

static struct client *open_stream(size_t index, const char *head)
{
    char text[256];
    snprintf(text, sizeof text, "GET /api/events HTTP/1.1\r\nHost: a\r\n%s\r\n", head);
    struct client *client = open_client(index);
    send_text(client, text);
    turn();
    return client;
}

static struct client *open_websocket(size_t index, const char *head)
{
    char lines[256];
    snprintf(lines, sizeof lines,
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s",
             head);
    return open_stream(index, lines);
}

/* Of the eight in some tests. */
static bool is_websocket(size_t index)
{
    return index == 2 || index == 6;
}

/* The texts of the whole WebSocket messages in the output behind the head, a line feed behind each.
 */
static const char *websocket_texts(const struct client *client)
{
    static char texts[CLIENT_OUTPUT_MAX + 1];
    const uint8_t *at = (const uint8_t *)body_of(client);
    const uint8_t *end = (const uint8_t *)client->output + client->output_size;
    size_t used = 0;
    bool in_message = false;
    while (end - at >= 2) {
        bool is_last = at[0] & 0x80u;
        unsigned opcode = at[0] & 0x0Fu;
        size_t size = at[1], head = 2;
        if (size == 126) {
            size = (size_t)at[2] << 8 | at[3];
            head = 4;
        }
        assert_true((size_t)(end - at) >= head + size);
        if (opcode < 8) {
            assert_int_equal(opcode, in_message ? 0 : 1);
            memcpy(texts + used, at + head, size);
            used += size;
            in_message = !is_last;
            if (is_last)
                texts[used++] = '\n';
        }
        at += head + size;
    }
    texts[used] = '\0';
    return texts;
}

static void assert_got(const struct client *client, const char *text)
{
    if (!client_got(client, text))
        fail_msg("no %s in: %s", text, client->output);
}

/* All that is said is whole: "data: {...}" and a blank line, again and again. */
static void assert_whole(const struct client *client)
{
    const char *at = strstr(client->output, "data: ");
    while (at && *at) {
        assert_memory_equal(at, "data: {", 7);
        at = strstr(at, "\n\n");
        assert_non_null(at);
        assert_int_equal(at[-1], '}');
        at += 2;
    }
}

#define ALL                                                                                        \
    "{\"settings\":{\"enabled\":false,\"level\":5,\"ratio\":0.5,\"mode\":\"auto\",\"password\":"   \
    "\"\",\"serial\":42},\"climate\":{\"value\":20.5,\"humidity\":40},\"net\":{\"ip\":"            \
    "\"192.168.0.10\",\"dhcp\":false,\"port\":80},\"relays\":[{\"on\":false,\"name\":\"pump\"},{"  \
    "\"on\":false,\"name\":\"light\"}],\"blink\":{\"state\":\"idle\"},\"lift\":{\"state\":"        \
    "\"idle\"},\"restart\":{\"state\":\"idle\"},\"alarms\":[],\"firmware_update\":{\"phase\":"     \
    "\"idle\"}}"

static void everything_comes_first_then_only_what_changes(void **state)
{
    (void)state;
    struct client *client = open_stream(1, "");
    assert_int_equal(status_of(client), 200);
    assert_got(client, "Content-Type: text/event-stream\r\n");
    assert_got(client, "Cache-Control: no-store\r\n");
    assert_got(client, "\r\n\r\nretry: 1000\n\ndata: " ALL "\n\n");
    pass_ms(300); /* the first look at each */
    forget(client);
    pass_ms(2000);
    assert_int_equal(client->output_size, 0);
    climate_data.humidity = 41;
    pass_ms(60);
    assert_string_equal(client->output, "data: {\"climate\":{\"value\":20.5,\"humidity\":41}}\n\n");
    forget(client);
    relays_data[1].on = true;
    pass_ms(60);
    relays_data[1].on = false;
    assert_string_equal(client->output, "data: {\"relays\":[{\"on\":false,\"name\":\"pump\"},{"
                                        "\"on\":true,\"name\":\"light\"}]}\n\n");
}

static void the_websocket_says_the_same(void **state)
{
    (void)state;
    struct client *client = open_websocket(1, "");
    assert_int_equal(status_of(client), 101);
    pass_ms(1);
    assert_string_equal(websocket_texts(client), ALL "\n");
    pass_ms(300);
    client->output_size = (size_t)(body_of(client) - client->output);
    climate_data.humidity = 41;
    pass_ms(60);
    assert_string_equal(websocket_texts(client),
                        "{\"climate\":{\"value\":20.5,\"humidity\":41}}\n");
}

static void a_heartbeat_comes_each_three_seconds(void **state)
{
    (void)state;
    struct client *client = open_stream(1, ""), *other = open_websocket(2, "");
    pass_ms(300);
    forget(client);
    pass_ms(FLOTA_DASH_HEARTBEAT_MS);
    assert_string_equal(client->output, "data: {}\n\n");
    pass_ms(FLOTA_DASH_HEARTBEAT_MS);
    assert_string_equal(client->output, "data: {}\n\ndata: {}\n\n");
    assert_non_null(strstr(websocket_texts(other), "}\n{}\n{}\n"));
}

static void a_post_shows_in_all_streams_at_once_also_the_writers(void **state)
{
    (void)state;
    for (size_t i = 1; i <= FLOTA_DASH_STREAMS; i++)
        (void)(is_websocket(i) ? open_websocket(i, "") : open_stream(i, ""));
    pass_ms(300);
    for (size_t i = 1; i <= FLOTA_DASH_STREAMS; i++)
        world.clients[i].output_size =
            (size_t)(body_of(&world.clients[i]) - world.clients[i].output);
    expect("POST", "/api/settings", "{\"level\":9}", 200, NULL);
    expect("POST", "/api/blink", NULL, 200, NULL);
    pass_ms(2);
    for (size_t i = 1; i <= FLOTA_DASH_STREAMS; i++) {
        const struct client *client = &world.clients[i];
        const char *text = is_websocket(i) ? websocket_texts(client) : body_of(client);
        assert_non_null(strstr(text, "\"settings\":{\"enabled\":false,\"level\":9,"));
        assert_non_null(strstr(text, "\"blink\":{\"state\":\"running\"}"));
    }
    forget(&world.clients[1]);
    pass_ms(1100);
    assert_got(&world.clients[1], "data: {\"blink\":{\"state\":\"done\"}}\n\n");
}

static void reports_are_appended(void **state)
{
    (void)state;
    struct alarms alarm = {.code = 1, .text = "a\n<b>"};
    flota_report(alarms, &alarm);
    struct client *client = open_stream(1, "");
    assert_got(client, "\"alarms\":[{\"code\":1,\"text\":\"a\\u000a<b>\"}]");
    forget(client);
    for (alarm.code = 2; alarm.code <= 3; alarm.code++)
        flota_report(alarms, &alarm);
    pass_ms(1);
    assert_got(client, "data: {\"alarms\":[{\"code\":2,\"text\":\"a\\u000a<b>\"},"
                       "{\"code\":3,\"text\":\"a\\u000a<b>\"}]}\n\n");
}

static void reports_that_are_overwritten_meanwhile_are_left_out(void **state)
{
    (void)state;
    struct alarms alarm = {.code = 0};
    memset(alarm.text, '\1', sizeof alarm.text - 1);
    flota_set_array_handlers(relays, count_relays, get_relays, NULL);
    for (size_t i = 0; i < 64; i++)
        memset(app.relays[i].name, '\1', 15);
    for (app.relay_count = 15; app.relay_count <= 40; app.relay_count++) {
        for (int i = 0; i < 8; i++, alarm.code++)
            flota_report(alarms, &alarm);
        struct client *client = open_client(1);
        client->deaf = true;
        send_text(client, "GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
        flota_http_acked(&client->connection, 100000, world.now_ms);
        pass_ms(3); /* the first piece, up to somewhere in the middle */
        for (int i = 0; i < 5; i++, alarm.code++)
            flota_report(alarms, &alarm);
        flota_http_acked(&client->connection, 100000, world.now_ms);
        client->deaf = false;
        pass_ms(3);
        int last = -1;
        for (const char *at = client->output; (at = strstr(at, "{\"code\":")); at++) {
            assert_true(atoi(at + 8) > last);
            last = atoi(at + 8);
        }
        assert_int_equal(last, alarm.code - 1);
        close_client(1);
    }
}

static void what_stands_behind_a_text_is_no_change(void **state)
{
    (void)state;
    struct client *client = open_stream(1, "");
    pass_ms(300);
    forget(client);
    settings_data.mode[6] = 'x'; /* behind the zero of "auto" */
    pass_ms(300);
    assert_int_equal(client->output_size, 0);
}

static void the_status_is_told_when_more_than_its_time_changes(void **state)
{
    (void)state;
    strcpy(app.status, "{\"phase\":\"trial\",\"remaining_ms\":300000,\"uptime_ms\":5}");
    struct client *client = open_stream(1, "");
    assert_got(client, "\"firmware_update\":{\"phase\":\"trial\",\"remaining_ms\":300000,");
    pass_ms(300);
    forget(client);
    strcpy(app.status, "{\"phase\":\"trial\",\"remaining_ms\":299000,\"uptime_ms\":1005}");
    pass_ms(300);
    assert_int_equal(client->output_size, 0);
    strcpy(app.status, "{\"phase\":\"confirmed\",\"remaining_ms\":299000,\"uptime_ms\":1005}");
    pass_ms(200);
    assert_got(client, "data: {\"firmware_update\":{\"phase\":\"confirmed\",");
}

static void the_longest_status_and_the_largest_array_come_whole(void **state)
{
    (void)state;
    memset(app.status, 'x', sizeof app.status - 1);
    memcpy(app.status, "{\"a\":\"", 6);
    strcpy(app.status + sizeof app.status - 4, "\"}");
    app.relay_count = 64;
    flota_set_array_handlers(relays, count_relays, get_relays, NULL);
    for (size_t i = 0; i < 64; i++)
        memset(app.relays[i].name, '\1', 15);
    struct client *client = open_stream(1, ""), *other = open_websocket(2, "");
    pass_ms(400);
    assert_got(client, app.status);
    assert_whole(client);
    const char *text = websocket_texts(other);
    assert_non_null(strstr(text, app.status));
    for (const char *at = text; *at; at = strchr(at, '\n') + 1) {
        assert_int_equal(*at, '{'); /* each message is whole */
        assert_int_equal(strchr(at, '\n')[-1], '}');
    }
    size_t rows = 0;
    for (const char *at = text; (at = strstr(at, "\"on\"")); at++)
        rows++;
    assert_true(rows % 64 == 0 && rows > 0);
    assert_non_null(strstr(text, "\\u0001\"}],\"blink\":"));
}

/* --- who sees what --- */

static void a_stream_shows_what_its_level_may_read(void **state)
{
    (void)state;
    endpoints[ENDPOINT_NET].read_level = 6;
    struct client *client = open_stream(1, "X-Level: 5\r\n");
    endpoints[ENDPOINT_NET].read_level = 1;
    assert_got(client, "\"settings\":");
    assert_false(client_got(client, "\"net\":"));
    client = open_stream(2, "X-Level: 0\r\n");
    assert_got(client, "data: {\"firmware_update\":{\"phase\":\"idle\"}}\n\n");
    world.is_first_start = true;
    client = open_stream(3, "X-Level: 9\r\n");
    assert_got(client, "data: {\"firmware_update\":{\"phase\":\"idle\"}}\n\n");
}

static void a_session_that_ends_ends_its_streams(void **state)
{
    (void)state;
    open_stream(1, "X-Session: 7\r\n");
    open_websocket(2, "X-Session: 7\r\n");
    open_stream(3, "X-Session: 8\r\n");
    pass_ms(100);
    forget(&world.clients[2]);
    world.ended_session = 7;
    pass_ms(1);
    assert_false(world.is_open[1]);
    assert_int_equal((uint8_t)world.clients[2].output[0], 0x88); /* a close frame */
    pass_ms(FLOTA_WEBSOCKET_CLOSE_MS + 10);
    assert_false(world.is_open[2]);
    assert_true(world.is_open[3]);
    assert_true(flota_http_use(&world.clients[3].connection) == FLOTA_STREAM_USE_EXCHANGE);
}

static void a_page_of_another_site_gets_no_websocket(void **state)
{
    (void)state;
    struct client *client = open_websocket(1, "Origin: http://evil.example\r\n");
    assert_int_equal(status_of(client), 403);
    assert_null(world.dash.streams[0].connection);
}

/* --- many, slow and lost ones --- */

static void a_ninth_stream_gets_503_until_one_goes(void **state)
{
    (void)state;
    for (size_t i = 1; i <= FLOTA_DASH_STREAMS; i++)
        assert_int_equal(status_of(open_stream(i, "")), 200);
    assert_int_equal(status_of(open_stream(9, "")), 503);
    assert_int_equal(status_of(open_websocket(9, "")), 503);
    pass_ms(10000);
    assert_int_equal(status_of(open_stream(9, "")), 503); /* all of them listen */
    flota_http_peer_ended(&world.clients[4].connection, 0);
    pass_ms(1);
    assert_false(world.is_open[4]);
    assert_int_equal(status_of(open_stream(9, "")), 200);
    close_client(5);
    assert_int_equal(status_of(open_websocket(10, "")), 101);
}

static void a_third_websocket_gets_503_and_leaves_no_trace(void **state)
{
    (void)state;
    for (size_t i = 1; i <= FLOTA_DASH_WEBSOCKETS; i++)
        assert_int_equal(status_of(open_websocket(i, "")), 101);
    for (size_t i = 0; i < 2 * FLOTA_DASH_STREAMS; i++)
        assert_int_equal(status_of(open_websocket(9, "")), 503);
    assert_int_equal(status_of(open_stream(9, "")), 200);
    close_client(1);
    assert_int_equal(status_of(open_websocket(9, "")), 101);
}

static void a_client_that_went_away_before_its_head_leaves_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3 * FLOTA_DASH_STREAMS; i++) {
        struct client *client = open_client(1);
        client->deaf = true;
        send_text(client, "GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
        close_client(1);
    }
    assert_int_equal(status_of(open_stream(1, "")), 200);
    assert_got(&world.clients[1], ALL);
}

static void a_sleeping_reader_makes_room_for_a_new_one(void **state)
{
    (void)state;
    for (size_t i = 1; i <= FLOTA_DASH_STREAMS; i++)
        (void)(is_websocket(i) ? open_websocket(i, "") : open_stream(i, ""));
    pass_ms(100);
    world.clients[3].deaf = true;
    world.clients[6].deaf = true;
    pass_ms(FLOTA_DASH_HEARTBEAT_MS + FLOTA_HTTP_SLOW_MS + 100);
    assert_int_equal(status_of(open_stream(9, "")), 200);
    assert_int_equal(status_of(open_stream(10, "")), 200);
    pass_ms(1);
    assert_false(world.is_open[3]);
    assert_false(world.is_open[6]);
    assert_int_equal(status_of(open_stream(11, "")), 503);
}

/* Nobody who listens without a login keeps users out; users do not push each other out. */
static void strangers_give_way_to_users(void **state)
{
    (void)state;
    for (size_t i = 1; i <= FLOTA_DASH_STREAMS; i++)
        (void)(is_websocket(i) ? open_websocket(i, "X-Level: 0\r\n")
                               : open_stream(i, "X-Level: 0\r\n"));
    pass_ms(100);
    assert_int_equal(status_of(open_stream(9, "X-Level: 0\r\n")), 503);
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++) {
        assert_int_equal(status_of(open_stream(9 + i, "X-Level: 1\r\n")), 200);
        pass_ms(10);
        size_t strangers = 0;
        for (size_t k = 1; k <= FLOTA_DASH_STREAMS; k++)
            strangers += world.is_open[k];
        assert_int_equal(strangers, FLOTA_DASH_STREAMS - 1 - i);
        assert_true(world.is_open[9 + i]);
    }
    assert_int_equal(status_of(open_stream(17, "X-Level: 9\r\n")), 503);
}

/* When all connections are in use, the network may give up a stranger's for a new client. */
static void a_strangers_connection_may_be_given_up(void **state)
{
    (void)state;
    const struct flota_http_connection *stranger = &open_stream(1, "X-Level: 0\r\n")->connection;
    const struct flota_http_connection *user = &open_stream(2, "X-Level: 1\r\n")->connection;
    pass_ms(10);
    assert_int_equal(flota_http_use(stranger), FLOTA_STREAM_USE_PARTIAL);
    assert_int_equal(flota_http_use(user), FLOTA_STREAM_USE_EXCHANGE);
}

/* A client that takes bytes, and acknowledges some of them now and then. */
static void acknowledge(struct client *client, size_t size)
{
    flota_http_acked(&client->connection, size, world.now_ms);
}

static void a_slow_reader_gets_the_last_value_and_costs_nobody_anything(void **state)
{
    (void)state;
    struct client *slow = open_stream(1, ""), *fast = open_stream(2, "");
    pass_ms(100);
    slow->deaf = true;
    forget(slow);
    for (int i = 0; i < 1000; i++) {
        climate_data.humidity = i;
        if (i % 6 == 0)
            forget(fast);
        pass_ms(10);
        if (i % 6 == 5)
            assert_got(fast, "\"humidity\":");
    }
    assert_true(slow->output_size <= FLOTA_HTTP_STREAM_MEMORY);
    size_t messages = 0;
    for (const char *at = slow->output; (at = strstr(at, "data: ")); at++)
        messages++;
    assert_in_range(messages, 2, 8); /* each may cost the network a segment */
    assert_whole(slow);
    size_t before = slow->output_size;
    for (size_t i = 0; i < before; i++)
        acknowledge(slow, 1);
    slow->deaf = false;
    pass_ms(2);
    const char *last = slow->output + before;
    assert_memory_equal(last, "data: {\"climate\":{", 18);
    assert_non_null(strstr(last, "\"humidity\":999}"));
}

static void what_is_on_its_way_is_not_touched(void **state)
{
    (void)state;
    struct client *client = open_stream(1, "");
    pass_ms(300);
    world.is_open[1] = false; /* turn() leaves it alone */
    climate_data.humidity = 41;
    pass_ms(60);
    const uint8_t *data;
    char copy[64];
    flota_http_poll(&client->connection, world.now_ms);
    size_t size = flota_http_output(&client->connection, &data);
    assert_in_range(size, 20, sizeof copy);
    memcpy(copy, data, size);
    flota_http_sent(&client->connection, size);
    flota_http_acked(&client->connection, size - 1, world.now_ms);
    for (climate_data.humidity = 42; climate_data.humidity < 60; climate_data.humidity++) {
        pass_ms(60);
        flota_http_poll(&client->connection, world.now_ms);
        assert_memory_equal(data, copy, size);
    }
    world.is_open[1] = true;
    climate_data.humidity = 40;
}

static void a_reader_that_takes_nothing_is_left_after_a_while(void **state)
{
    (void)state;
    struct client *client = open_stream(1, "");
    pass_ms(300);
    client->deaf = true;
    pass_ms(FLOTA_HTTP_SEND_MS);
    assert_true(world.is_open[1]);
    assert_int_equal(flota_http_use(&client->connection), FLOTA_STREAM_USE_PARTIAL);
    pass_ms(FLOTA_DASH_HEARTBEAT_MS);
    assert_false(world.is_open[1]);
    assert_null(world.dash.streams[0].connection);
}

static void nothing_is_read_when_nobody_looks(void **state)
{
    (void)state;
    flota_set_http_handlers(climate, get_climate, NULL);
    pass_ms(50);
    app.reads = 0;
    pass_ms(900);
    assert_true(app.reads <= 1); /* the history's sample */
    open_stream(1, "");
    app.reads = 0;
    pass_ms(1000);
    assert_in_range(app.reads, 20, 27); /* each 50 ms, the sample, and for the stream */
}

static void each_of_32_endpoints_is_looked_at_within_50_ms(void **state)
{
    (void)state;
    static struct flota_endpoint many[FLOTA_DASH_ENDPOINTS_MAX + 3];
    static struct flota_endpoint_state many_states[FLOTA_DASH_ENDPOINTS_MAX + 3];
    static struct climate values[FLOTA_DASH_ENDPOINTS_MAX + 3], scratch;
    static char names[FLOTA_DASH_ENDPOINTS_MAX + 3][8];
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        snprintf(names[i], sizeof names[i], "e%zu", i);
        many[i] = endpoints[ENDPOINT_CLIMATE];
        many[i].name = names[i];
        many[i].history_count = 0;
        many[i].data = &values[i];
        many[i].scratch = &scratch;
        many[i].state = &many_states[i];
    }
    const struct flota_dash_config config = {
        .endpoints = many, .endpoint_count = FLOTA_DASH_ENDPOINTS_MAX + 3, .status = status};
    set_up_world(&config);
    struct client *client = open_stream(1, "");
    pass_ms(200);
    for (int32_t i = 0; i < 32; i++) {
        char wanted[64];
        forget(client);
        values[i].humidity = i + 100;
        pass_ms(50);
        snprintf(wanted, sizeof wanted, "\"e%d\":{\"value\":0,\"humidity\":%d}", (int)i,
                 (int)i + 100);
        assert_got(client, wanted);
    }
    expect("GET", "/api/e31", NULL, 200, NULL);
    expect("GET", "/api/e32", NULL, 404, NULL);
}

static void a_stream_is_whole_at_any_split_of_acknowledgements(void **state)
{
    (void)state;
    struct client *client = open_client(1);
    client->deaf = true;
    world.split = 1;
    send_text(client, "GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 20000; i++) {
        acknowledge(client, (size_t)(i % 3));
        if (i > 5000 && i % 50 == 0)
            climate_data.humidity = i;
        pass_ms(1);
    }
    assert_got(client, "data: " ALL "\n\n");
    client->output_size = 0;
    assert_true(world.is_open[1]);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_comes_first_then_only_what_changes),
        TEST(the_websocket_says_the_same),
        TEST(a_heartbeat_comes_each_three_seconds),
        TEST(a_post_shows_in_all_streams_at_once_also_the_writers),
        TEST(reports_are_appended),
        TEST(reports_that_are_overwritten_meanwhile_are_left_out),
        TEST(what_stands_behind_a_text_is_no_change),
        TEST(the_status_is_told_when_more_than_its_time_changes),
        TEST(the_longest_status_and_the_largest_array_come_whole),
        TEST(a_stream_shows_what_its_level_may_read),
        TEST(a_session_that_ends_ends_its_streams),
        TEST(a_page_of_another_site_gets_no_websocket),
        TEST(a_ninth_stream_gets_503_until_one_goes),
        TEST(strangers_give_way_to_users),
        TEST(a_strangers_connection_may_be_given_up),
        TEST(a_third_websocket_gets_503_and_leaves_no_trace),
        TEST(a_client_that_went_away_before_its_head_leaves_its_place),
        TEST(a_sleeping_reader_makes_room_for_a_new_one),
        TEST(a_slow_reader_gets_the_last_value_and_costs_nobody_anything),
        TEST(what_is_on_its_way_is_not_touched),
        TEST(a_reader_that_takes_nothing_is_left_after_a_while),
        TEST(nothing_is_read_when_nobody_looks),
        TEST(each_of_32_endpoints_is_looked_at_within_50_ms),
        TEST(a_stream_is_whole_at_any_split_of_acknowledgements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
