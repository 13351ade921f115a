/* test_http_stream.c - an answered connection that another protocol takes over.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/error.h"
#include "http_test.h"
#include <stdio.h>

/* --- a body of `size` bytes, made in the connection's memory --- */

static struct {
    struct flota_http_connection *connection;
    size_t announced, size;
    char *memory;
    size_t room, made, offered, acked;
    int opened, closed, ended, polled, done;
    size_t received;
    bool response_sent, was_streamed;
} body;

static void open_session(void *session, void *context, const char *peer, uint32_t now_ms)
{
    assert_ptr_equal(session, &body);
    assert_string_equal(context, "context");
    assert_string_equal(peer, "192.168.0.5");
    assert_true(now_ms >= 1000);
    assert_int_equal(body.done, 1); /* the exchange is over */
    body.opened++;
    body.memory = flota_http_stream_memory(body.connection, &body.room);
}

static size_t receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    (void)session;
    (void)data;
    (void)now_ms;
    body.received += size;
    return size;
}

static size_t output(void *session, const uint8_t **data)
{
    (void)session;
    if (body.made == body.acked) { /* the next piece */
        size_t left = body.size - body.made;
        size_t piece = left < body.room ? left : body.room;
        memset(body.memory, 'a' + (int)(body.made / body.room % 26), piece);
        body.made += piece;
    }
    size_t start = body.made == 0 ? 0 : (body.made - 1) / body.room * body.room;
    *data = (const uint8_t *)body.memory + (body.offered - start);
    return body.made - body.offered;
}

static void sent(void *session, size_t size)
{
    (void)session;
    body.offered += size;
}

static void acked(void *session, size_t size, uint32_t now_ms)
{
    (void)session;
    (void)now_ms;
    body.acked += size;
    assert_true(body.acked <= body.offered); /* none of the head's is among them */
}

static void poll(void *session, uint32_t now_ms)
{
    (void)session;
    (void)now_ms;
    body.polled++;
}

static bool wants_close(const void *session)
{
    (void)session;
    return body.acked == body.size;
}

static enum flota_stream_use use(const void *session)
{
    (void)session;
    return FLOTA_STREAM_USE_EXCHANGE;
}

static void peer_ended(void *session, size_t undelivered)
{
    (void)session;
    assert_int_equal(undelivered, 0);
    body.ended++;
}

static void close_session(void *session)
{
    (void)session;
    body.closed++;
}

static const struct flota_stream_protocol protocol = {
    .session_size = sizeof body,
    .open = open_session,
    .receive = receive,
    .output = output,
    .sent = sent,
    .acked = acked,
    .poll = poll,
    .output_ended = wants_close,
    .wants_close = wants_close,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};

/* --- the handler --- */

static const char *extra = "X-Own: 1\r\n";

static void respond(void *context, struct flota_http_connection *connection)
{
    body.connection = connection;
    body.was_streamed = flota_http_stream(connection, "text/plain", extra, body.announced,
                                          &protocol, &body, context);
}

static void done(void *context, struct flota_http_connection *connection, bool response_sent,
                 int reason)
{
    (void)context;
    (void)connection;
    (void)reason;
    body.done++;
    body.response_sent = response_sent;
}

static const struct flota_http_handler early = {.begin = respond, .done = done};
static void nothing(void *context, struct flota_http_connection *connection)
{
    (void)context;
    (void)connection;
}
static const struct flota_http_handler late = {.begin = nothing, .end = respond, .done = done};

static struct client client;

static int set_up(void **state)
{
    static struct flota_http_route routes[2] = {{"/a", "*", &early, "context"},
                                                {"/b", "POST", &late, "context"}};
    static struct flota_http_server server = {.routes = routes, .route_count = 2};
    (void)state;
    memset(&body, 0, sizeof body);
    body.announced = FLOTA_HTTP_SIZE_UNKNOWN;
    body.size = 10000;
    server.request_count = 0;
    client_open(&client, &server);
    return 0;
}

static void collect_all(void)
{
    for (int i = 0; i < 10; i++)
        client_wait(&client, 1);
}

static const char *content(void)
{
    const char *at = strstr(client.output, "\r\n\r\n");
    return at ? at + 4 : "";
}

static void a_body_of_unknown_size_ends_with_the_connection(void **state)
{
    (void)state;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    collect_all();
    assert_true(body.was_streamed);
    assert_int_equal(client_status(&client), 200);
    assert_true(client_got(&client, "Connection: close\r\n"));
    assert_true(client_got(&client, "X-Own: 1\r\n"));
    assert_true(client_got(&client, "Cache-Control: no-store\r\n"));
    assert_false(client_got(&client, "Content-Length"));
    assert_int_equal(strlen(content()), 10000);
    assert_int_equal(content()[0], 'a');
    assert_int_equal(content()[9999], 'c');
    assert_true(flota_http_output_ended(&client.connection));
    assert_true(flota_http_wants_close(&client.connection));
    flota_http_close(&client.connection);
    flota_http_close(&client.connection);
    assert_int_equal(body.opened, 1);
    assert_int_equal(body.closed, 1);
    assert_int_equal(body.done, 1);
    assert_int_equal(client.connection.server->request_count, 1);
}

static void a_known_size_is_announced_and_follows_a_body(void **state)
{
    (void)state;
    body.announced = body.size;
    client_send(&client, "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    collect_all();
    assert_true(client_got(&client, "Content-Length: 10000\r\n"));
    assert_int_equal(strlen(content()), 10000);
}

static void head_gets_the_head_and_the_connection_lives_on(void **state)
{
    (void)state;
    body.announced = 10000;
    client_send(&client, "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
    collect_all();
    assert_false(body.was_streamed);
    assert_true(client_got(&client, "Content-Length: 10000\r\n"));
    assert_string_equal(content(), "");
    assert_int_equal(body.opened, 0);
    body.done = 0;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    collect_all();
    assert_int_equal(body.opened, 1);
}

static void it_begins_when_the_head_is_acknowledged(void **state)
{
    (void)state;
    client.deaf = true;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    size_t head = client.output_size;
    for (size_t i = 1; i < head; i++) {
        flota_http_acked(&client.connection, 1, client.now_ms);
        client_wait(&client, 1);
        assert_int_equal(body.opened, 0);
        assert_int_equal(client.output_size, head);
    }
    flota_http_acked(&client.connection, 1, client.now_ms);
    assert_int_equal(body.opened, 1);
    client_wait(&client, 1);
    assert_int_equal(body.polled, 1);
    assert_true(client.output_size > head);
}

static void a_client_that_goes_before_that_opens_nothing(void **state)
{
    (void)state;
    client.deaf = true;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    flota_http_close(&client.connection);
    assert_int_equal(body.done, 1);
    assert_false(body.response_sent);
    assert_int_equal(body.opened, 0);
    assert_int_equal(body.closed, 0);
}

static void a_client_that_takes_no_head_is_left(void **state)
{
    (void)state;
    client.deaf = true;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    client_wait(&client, FLOTA_HTTP_SEND_MS);
    assert_int_equal(body.done, 1);
    assert_false(body.response_sent);
    assert_int_equal(body.opened, 0);
    assert_true(flota_http_wants_close(&client.connection));
}

static void a_half_that_was_closed_before_is_told(void **state)
{
    (void)state;
    client.deaf = true;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    flota_http_peer_ended(&client.connection, 0);
    flota_http_acked(&client.connection, client.output_size, client.now_ms);
    assert_int_equal(body.opened, 1);
    assert_int_equal(body.ended, 1);
}

static void what_follows_the_request_is_the_sessions(void **state)
{
    (void)state;
    client.deaf = true;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_send(&client, "GET /a HTTP/1.1\r\n"), 0); /* not yet */
    flota_http_acked(&client.connection, client.output_size, client.now_ms);
    assert_int_equal(client_send(&client, "GET /a HTTP/1.1\r\n"), 17);
    assert_int_equal(body.received, 17);
}

static void a_request_whose_body_still_comes_is_a_500(void **state)
{
    (void)state;
    client_send(&client, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    assert_false(body.was_streamed);
    assert_int_equal(client_status(&client), 500);
    assert_int_equal(body.opened, 0);
}

static void lines_that_are_too_long_are_a_500(void **state)
{
    (void)state;
    static char lines[FLOTA_HTTP_EXTRA_MAX + 20];
    memset(lines, 'x', sizeof lines - 1);
    extra = lines;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    extra = "X-Own: 1\r\n";
    assert_false(body.was_streamed);
    assert_int_equal(client_status(&client), 500);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_body_of_unknown_size_ends_with_the_connection),
        TEST(a_known_size_is_announced_and_follows_a_body),
        TEST(head_gets_the_head_and_the_connection_lives_on),
        TEST(it_begins_when_the_head_is_acknowledged),
        TEST(a_client_that_goes_before_that_opens_nothing),
        TEST(a_client_that_takes_no_head_is_left),
        TEST(a_half_that_was_closed_before_is_told),
        TEST(what_follows_the_request_is_the_sessions),
        TEST(a_request_whose_body_still_comes_is_a_500),
        TEST(lines_that_are_too_long_are_a_500),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
