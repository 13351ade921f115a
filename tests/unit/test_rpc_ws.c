/* test_rpc_ws.c - RPC frames over a WebSocket: who may come in, places, frames, clients that
 * vanish.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/json.h"
#include "flota/rpc_ws.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "websocket_test.h"

#define CLIENTS    (FLOTA_RPC_WS_SESSIONS + 1u)
#define TOKEN_TEXT "0123456789abcdef"

struct fixture {
    struct flota_rpc rpc;
    struct flota_rpc_ws ws;
    struct flota_rpc_service service;
    struct flota_http_route routes[1];
    struct flota_http_server server;
    struct client clients[CLIENTS];
    int waits; /* how often Test.Wait still says so */
    int gone, sent;
};

static uint32_t some_number(void)
{
    return 4; /* no nonce is judged here */
}

/* --- methods --- */

static int test_wait(void *context, struct flota_rpc_call *call)
{
    struct fixture *f = context;
    if (f->waits-- > 0)
        return FLOTA_RPC_WAIT;
    flota_rpc_null(call);
    return 0;
}

static void test_gone(void *context, struct flota_rpc_call *call)
{
    struct fixture *f = context;
    (void)call;
    f->gone++;
}

static void test_sent(void *context, struct flota_rpc_call *call)
{
    struct fixture *f = context;
    (void)call;
    f->sent++;
}

static const struct flota_rpc_method methods[] = {
    {.name = "Test.Wait", .handle = test_wait, .gone = test_gone, .sent = test_sent}};

/* --- set up --- */

static int set_up_with(void **state, struct flota_auth auth)
{
    struct fixture *f = calloc(1, sizeof *f);
    flota_rpc_init(&f->rpc, &auth, "dev1", some_number);
    f->service = (struct flota_rpc_service){.methods = methods, .method_count = 1, .context = f};
    flota_rpc_add(&f->rpc, &f->service);
    flota_rpc_ws_init(&f->ws, &f->rpc);
    f->routes[0] = (struct flota_http_route){"/rpc", "GET", &flota_rpc_ws_handler, &f->ws};
    f->server = (struct flota_http_server){.routes = f->routes, .route_count = 1};
    for (size_t i = 0; i < CLIENTS; i++)
        client_open(&f->clients[i], &f->server);
    *state = f;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, FLOTA_AUTH_NONE);
}

static int set_up_token(void **state)
{
    return set_up_with(state, FLOTA_AUTH_TOKEN(TOKEN_TEXT));
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < CLIENTS; i++)
        flota_http_close(&f->clients[i].connection);
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++)
        assert_null(f->ws.sessions[i].connection);
    free(f);
    return 0;
}

static int come_in(struct client *client, const char *headers)
{
    client_send(client, "GET /rpc HTTP/1.1\r\n" HANDSHAKE);
    client_send(client, headers);
    client_send(client, "\r\n");
    return client_status(client);
}

static void assert_reply(struct client *client, const char *part)
{
    struct frame frame = last_frame(client);
    char text[FLOTA_RPC_REPLY_MAX + 1];
    assert_int_equal(frame.first, FIN | OP_TEXT);
    assert_in_range(frame.size, 1, FLOTA_RPC_REPLY_MAX);
    memcpy(text, frame.data, frame.size);
    text[frame.size] = '\0';
    if (!strstr(text, part))
        fail_msg("no %s in %s", part, text);
}

/* --- calls --- */

static void a_call_is_answered(void **state)
{
    struct fixture *f = *state;
    struct client *client = &f->clients[0];
    assert_int_equal(come_in(client, "Sec-WebSocket-Protocol: clubby.cesanta.com\r\n"), 101);
    assert_true(client_got(client, "Sec-WebSocket-Protocol: clubby.cesanta.com\r\n"));
    send_text(client, "{\"src\":\"mos\",\"id\":1571712235716,\"method\":\"RPC.Ping\"}");
    client_wait(client, 1);
    assert_reply(client, "\"id\":1571712235716");
    assert_reply(client, "\"dst\":\"mos\"");
    assert_reply(client, "ws");
    assert_reply(client, "192.168.0.5");
}

static void calls_one_behind_the_other_are_answered_in_order(void **state)
{
    struct fixture *f = *state;
    struct client *client = &f->clients[0];
    struct stream stream = {.size = 0};
    come_in(client, "");
    for (int i = 0; i < 20; i++) {
        char frame[64];
        snprintf(frame, sizeof frame, "{\"id\":%d,\"method\":\"RPC.Ping\"}", i);
        add_text(&stream, frame);
    }
    for (size_t at = 0; at < stream.size;) {
        size_t taken = client_offer(client, stream.bytes + at, stream.size - at);
        at += taken;
        client_wait(client, 1);
    }
    client_wait(client, 1);
    size_t at = frames_at(client);
    for (int i = 0; i < 20; i++) {
        struct frame frame;
        char id[32], text[256] = "";
        assert_true(read_frame(client, &at, &frame));
        assert_in_range(frame.size, 1, sizeof text - 1);
        memcpy(text, frame.data, frame.size);
        snprintf(id, sizeof id, "\"id\":%d,", i);
        assert_non_null(strstr(text, id));
    }
}

static void what_is_no_frame_gets_a_400(void **state)
{
    struct fixture *f = *state;
    come_in(&f->clients[0], "");
    send_text(&f->clients[0], "no JSON");
    client_wait(&f->clients[0], 1);
    assert_reply(&f->clients[0], "\"code\":400");
}

static void the_largest_frame_is_taken_and_a_larger_one_closes(void **state)
{
    struct fixture *f = *state;
    static char frame[FLOTA_RPC_FRAME_MAX + 1];
    static const char call[] = "{\"id\":7,\"method\":\"RPC.Ping\"}";
    memset(frame, ' ', sizeof frame);
    memcpy(frame, call, sizeof call - 1);
    come_in(&f->clients[0], "");
    send_frame(&f->clients[0], FIN | OP_TEXT, frame, FLOTA_RPC_FRAME_MAX);
    client_wait(&f->clients[0], 1);
    assert_reply(&f->clients[0], "\"id\":7");
    send_frame(&f->clients[0], FIN | OP_TEXT, frame, FLOTA_RPC_FRAME_MAX + 1);
    assert_int_equal(close_code(&f->clients[0]), 1009);
}

static void a_method_may_take_its_time_and_pings_are_answered_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct client *client = &f->clients[0];
    f->waits = 1000;
    come_in(client, "");
    send_text(client, "{\"id\":8,\"method\":\"Test.Wait\"}");
    send_frame(client, FIN | OP_PING, "p", 1);
    assert_last(client, FIN | OP_PONG, "p");
    f->waits = 0;
    client_wait(client, 1);
    assert_reply(client, "\"id\":8");
    assert_int_equal(f->sent, 1);
}

static void a_client_that_vanishes_ends_its_call(void **state)
{
    struct fixture *f = *state;
    f->waits = 1000;
    come_in(&f->clients[0], "");
    send_text(&f->clients[0], "{\"id\":8,\"method\":\"Test.Wait\"}");
    client_wait(&f->clients[0], 1);
    assert_int_equal(f->gone, 0);
    flota_http_close(&f->clients[0].connection);
    assert_int_equal(f->gone, 1);
}

/* The answer is handed to the transport when the client has it: only then may a restart follow. */
static void a_reply_counts_as_sent_when_it_is_acknowledged(void **state)
{
    struct fixture *f = *state;
    struct client *client = &f->clients[0];
    come_in(client, "");
    client->deaf = true;
    send_text(client, "{\"id\":8,\"method\":\"Test.Wait\"}");
    client_wait(client, 1);
    assert_int_equal(f->sent, 0);
    flota_http_acked(&client->connection, client->output_size, client->now_ms);
    assert_int_equal(f->sent, 1);
}

/* --- who may come in --- */

static void a_page_of_another_site_stays_outside(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(come_in(&f->clients[0], "Origin: http://evil.example\r\n"), 403);
    assert_int_equal(come_in(&f->clients[1], "Origin: null\r\n"), 403);
    assert_int_equal(come_in(&f->clients[2], "Origin: http://192.168.0.10\r\n"), 101);
}

static void credentials_of_the_handshake_count_for_all_frames(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(come_in(&f->clients[0], "Authorization: Bearer 0123456789abcdef\r\n"), 101);
    send_text(&f->clients[0], "{\"id\":1,\"method\":\"Test.Wait\"}");
    client_wait(&f->clients[0], 1);
    assert_reply(&f->clients[0], "\"result\":null");
}

static void wrong_credentials_stay_outside_and_none_are_asked_for_by_frame(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(come_in(&f->clients[0], "Authorization: Bearer 0123456789abcdee\r\n"), 401);
    assert_true(client_got(&f->clients[0], "WWW-Authenticate: "));
    assert_int_equal(come_in(&f->clients[1], ""), 101);
    send_text(&f->clients[1], "{\"id\":1,\"method\":\"Test.Wait\"}");
    client_wait(&f->clients[1], 1);
    assert_reply(&f->clients[1], "\"code\":401");
}

/* --- places --- */

static void the_sessions_are_limited_and_a_quiet_one_gives_way(void **state)
{
    struct fixture *f = *state;
    struct client *last = &f->clients[CLIENTS - 1];
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++)
        assert_int_equal(come_in(&f->clients[i], ""), 101);
    assert_int_equal(come_in(last, ""), 503);
    for (size_t i = 0; i < CLIENTS; i++)
        client_wait(&f->clients[i], FLOTA_RPC_WS_QUIET_MS - 1);
    send_text(&f->clients[0], "{\"id\":1,\"method\":\"RPC.Ping\"}");
    for (size_t i = 0; i < CLIENTS; i++)
        client_wait(&f->clients[i], 1);
    assert_int_equal(come_in(last, ""), 101);
    assert_false(flota_http_wants_close(&f->clients[0].connection));
    assert_true(flota_http_wants_close(&f->clients[1].connection));
    send_text(last, "{\"id\":2,\"method\":\"RPC.Ping\"}");
    client_wait(last, 1);
    assert_reply(last, "\"id\":2");
}

static void come_in_everywhere(struct fixture *f)
{
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++)
        assert_int_equal(
            come_in(&f->clients[i], i ? "" : "Authorization: Bearer " TOKEN_TEXT "\r\n"), 101);
}

static void talk_for(struct fixture *f, uint32_t ms)
{
    for (uint32_t passed = 0; passed < ms; passed += 1000) {
        for (size_t i = 0; i < CLIENTS; i++)
            client_wait(&f->clients[i], 1000);
        for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++)
            send_text(&f->clients[i], "{\"id\":1,\"method\":\"RPC.Ping\"}");
    }
}

/* Strangers could hold all places with methods that need no credentials. */
static void calls_without_credentials_keep_no_place(void **state)
{
    struct fixture *f = *state;
    come_in_everywhere(f);
    talk_for(f, FLOTA_RPC_WS_QUIET_MS);
    assert_int_equal(come_in(&f->clients[CLIENTS - 1], ""), 101);
    assert_false(flota_http_wants_close(&f->clients[0].connection));
    assert_true(flota_http_wants_close(&f->clients[1].connection));
}

static void a_bad_handshake_takes_nobodys_place(void **state)
{
    struct fixture *f = *state;
    struct client *last = &f->clients[CLIENTS - 1];
    come_in_everywhere(f);
    for (size_t i = 0; i < CLIENTS; i++)
        client_wait(&f->clients[i], FLOTA_RPC_WS_QUIET_MS);
    client_send(last, "GET /rpc HTTP/1.1\r\nHost: 192.168.0.10\r\n\r\n");
    assert_int_equal(client_status(last), 426);
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++)
        assert_false(flota_http_wants_close(&f->clients[i].connection));
}

static void a_client_with_a_call_in_work_does_not_give_way(void **state)
{
    struct fixture *f = *state;
    f->waits = 1000;
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++) {
        come_in(&f->clients[i], "");
        send_text(&f->clients[i], "{\"id\":1,\"method\":\"Test.Wait\"}");
    }
    for (size_t i = 0; i < CLIENTS; i++)
        client_wait(&f->clients[i], FLOTA_RPC_WS_QUIET_MS);
    assert_int_equal(come_in(&f->clients[CLIENTS - 1], ""), 503);
}

static void a_client_that_leaves_before_its_101_frees_its_place(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++) {
        f->clients[0].deaf = true;
        assert_int_equal(come_in(&f->clients[0], ""), 101);
        flota_http_close(&f->clients[0].connection);
        client_open(&f->clients[0], &f->server);
    }
}

#define TEST(name)  cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TOKEN(name) cmocka_unit_test_setup_teardown(name, set_up_token, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_answered),
        TEST(calls_one_behind_the_other_are_answered_in_order),
        TEST(what_is_no_frame_gets_a_400),
        TEST(the_largest_frame_is_taken_and_a_larger_one_closes),
        TEST(a_method_may_take_its_time_and_pings_are_answered_meanwhile),
        TEST(a_client_that_vanishes_ends_its_call),
        TEST(a_reply_counts_as_sent_when_it_is_acknowledged),
        TEST(a_page_of_another_site_stays_outside),
        TOKEN(credentials_of_the_handshake_count_for_all_frames),
        TOKEN(wrong_credentials_stay_outside_and_none_are_asked_for_by_frame),
        TEST(the_sessions_are_limited_and_a_quiet_one_gives_way),
        TOKEN(calls_without_credentials_keep_no_place),
        TOKEN(a_bad_handshake_takes_nobodys_place),
        TEST(a_client_with_a_call_in_work_does_not_give_way),
        TEST(a_client_that_leaves_before_its_101_frees_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
