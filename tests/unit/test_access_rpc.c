/* test_access_rpc.c - RPC on a device with users: levels over HTTP and WebSocket, FLOTA_AUTH
 * elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"
#include "flota/rpc_config.h"
#include "flota/rpc_http.h"
#include "flota/rpc_ws.h"
#include "websocket_test.h"

static struct flota_rpc rpc;
static struct flota_rpc_http http;
static struct flota_rpc_ws ws;
static struct flota_http_route routes[3];
static struct browser operator_page = {"10.0.0.1", ""}, viewer = {"10.0.0.2", ""},
                      admin = {"10.0.0.3", ""};

/* --- methods --- */

static unsigned answers;

static int answer(void *context, struct flota_rpc_call *call)
{
    (void)context;
    answers++;
    flota_json_raw(flota_rpc_result(call), "true");
    return 0;
}

static const struct flota_rpc_method methods[] = {
    {.name = "Test.Open", .is_public = true, .handle = answer},
    {.name = "Test.Read", .is_query = true, .handle = answer},
    {.name = "Test.Move", .level = 5, .handle = answer},
    {.name = "Test.Update", .level = FLOTA_RPC_LEVEL_UPDATE, .handle = answer},
    {.name = "Test.Write", .handle = answer},
    {.name = "Test.Local", .is_local = true, .handle = answer},
};

static struct flota_rpc_service service = {.methods = methods, .method_count = 6};

static void start_rpc_for(uint8_t user_count, struct flota_auth auth)
{
    start(user_count, auth);
    service.next = NULL;
    flota_rpc_init(&rpc, &fixture.auth, "dev1", fixture_random);
    if (user_count > 0) {
        set_passwords();
        flota_rpc_set_levels(&rpc, 5);
    }
    flota_rpc_add(&rpc, &service);
    flota_rpc_http_init(&http, &rpc, NULL);
    flota_rpc_http_set_access(&http, &fixture.access);
    flota_rpc_ws_init(&ws, &rpc);
    flota_rpc_ws_set_access(&ws, &fixture.access);
    routes[0] = (struct flota_http_route){"/rpc", "GET", &flota_rpc_ws_handler, &ws};
    routes[1] = (struct flota_http_route){"/rpc", "POST", &flota_rpc_http_handler, &http};
    routes[2] = (struct flota_http_route){"/rpc/", "GET POST", &flota_rpc_http_handler, &http};
    memcpy(fixture.routes + 4, routes, 2 * sizeof routes[0]);
    fixture.server.route_count = 6;
}

static void start_rpc(struct flota_auth auth)
{
    start_rpc_for(3, auth);
}

static int set_up(void **state)
{
    (void)state;
    operator_page.cookie[0] = viewer.cookie[0] = admin.cookie[0] = '\0';
    start_rpc(FLOTA_AUTH_NONE);
    assert_int_equal(login(&operator_page, "operator", PASSWORD), 200);
    assert_int_equal(login(&viewer, "viewer", PASSWORD), 200);
    assert_int_equal(login(&admin, "admin", PASSWORD), 200);
    return 0;
}

/* The code of a call by frame over HTTP, 0 for a result. */
static int call_with(const char *lines, const char *method)
{
    char frame[100];
    snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%s\"}", method);
    const char *reply = ask("10.0.0.1", "POST", "/rpc", lines, frame);
    const char *code = strstr(reply, "\"code\":");
    assert_int_equal(client_status(&fixture.client), 200);
    assert_true(code || strstr(reply, "\"result\":true"));
    return code ? atoi(code + 7) : 0;
}

static int call(struct browser *browser, const char *method)
{
    return call_with(browser ? browser->cookie : "", method);
}

/* --- levels over HTTP --- */

static void a_method_needs_its_level(void **state)
{
    static const struct {
        const char *method;
        int nobody, viewer, operator, admin;
    } expected[] = {
        {"Test.Open", 0, 0, 0, 0},        {"Test.Read", 401, 0, 0, 0},
        {"Test.Move", 401, 403, 0, 0},    {"Test.Update", 401, 403, 0, 0},
        {"Test.Write", 401, 403, 403, 0}, {"Test.Local", 403, 403, 403, 403},
        {"RPC.List", 0, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i + 1 < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(call(NULL, expected[i].method), expected[i].nobody);
        assert_int_equal(call(&viewer, expected[i].method), expected[i].viewer);
        assert_int_equal(call(&operator_page, expected[i].method), expected[i].operator);
        assert_int_equal(call(&admin, expected[i].method), expected[i].admin);
    }
}

/* An endpoint with "config" may need level 7 to be read: then RPC is no way around it. */
static void the_whole_configuration_is_for_level_9(void **state)
{
    static struct flota_rpc_config config;
    static const char frame[] = "{\"id\":1,\"method\":\"Config.Get\"}";
    (void)state;
    flota_rpc_config_init(&config, &fixture.config, &rpc, NULL, NULL, NULL);
    assert_non_null(strstr(browse(&operator_page, "POST", "/rpc", frame), "\"code\":403"));
    assert_non_null(strstr(browse(&admin, "POST", "/rpc", frame), "\"app\":{\"a\":"));
    assert_null(strstr(browse(&admin, "POST", "/rpc", frame), "login"));
}

static void a_session_that_has_ended_calls_nothing(void **state)
{
    (void)state;
    assert_int_equal(call(&admin, "Test.Write"), 0);
    struct browser thief = admin;
    browse(&admin, "POST", "/api/logout", "");
    assert_int_equal(call(&thief, "Test.Write"), 401);
}

static void another_sites_page_calls_nothing(void **state)
{
    char lines[300];
    (void)state;
    snprintf(lines, sizeof lines, "%sOrigin: http://evil.example\r\n", admin.cookie);
    assert_int_equal(status_of("POST", "/rpc", lines, "{\"id\":1,\"method\":\"Test.Write\"}"), 403);
}

static void a_token_of_the_device_has_its_level(void **state)
{
    char lines[100];
    for (int kind = 0; kind < 2; kind++) {
        set_up(state);
        if (kind == 1)
            start_rpc(FLOTA_AUTH_TOKEN("another token"));
        login(&admin, "admin", PASSWORD);
        const char *token =
            browse(&admin, "POST", "/api/password", "{\"user\":\"token\",\"level\":5}") + 10;
        snprintf(lines, sizeof lines, "Authorization: Bearer %.32s\r\n", token);
        assert_int_equal(call_with(lines, "Test.Update"), 0);
        assert_int_equal(call_with(lines, "Test.Write"), 403);
    }
    assert_int_equal(call_with("Authorization: Bearer another token\r\n", "Test.Write"), 0);
    assert_int_equal(
        status_of("POST", "/rpc", "Authorization: Bearer wrong\r\n", "{\"method\":\"Test.Read\"}"),
        401);
}

static void without_users_the_credentials_of_flota_auth_do(void **state)
{
    (void)state;
    start_rpc_for(0, FLOTA_AUTH_TOKEN("secret"));
    assert_int_equal(call_with("Authorization: Bearer secret\r\n", "Test.Read"), 0);
    assert_int_equal(call_with("Authorization: Bearer secret\r\n", "Test.Write"), 0);
    assert_int_equal(call_with("", "Test.Open"), 0);
    assert_int_equal(
        status_of("POST", "/rpc", "Authorization: Bearer wrong\r\n", "{\"method\":\"Test.Read\"}"),
        401);
}

static void an_access_list_comes_first(void **state)
{
    (void)state;
    assert_int_equal(flota_rpc_set_acl(&rpc, "[{\"method\":\"Test.Write\",\"acl\":\"\"},"
                                             "{\"method\":\"Test.Move\",\"acl\":\"*\"}]"),
                     0);
    assert_int_equal(call(&admin, "Test.Write"), 403);
    assert_int_equal(call(NULL, "Test.Move"), 0);
    assert_int_equal(call(NULL, "Test.Read"), 401);
}

/* --- other ways --- */

/* The code of a call that came by this way. */
static int call_by(const char *transport, bool is_local, const char *method)
{
    static struct flota_rpc_channel channel;
    struct flota_rpc_origin origin = {.transport = transport, .is_local = is_local};
    char frame[100];
    const char *reply;
    snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%s\"}", method);
    flota_rpc_open(&channel, &rpc, &origin, 1000);
    assert_true(flota_rpc_take(&channel, frame, strlen(frame), 1000));
    assert_true(flota_rpc_reply(&channel, &reply) > 0);
    int code = flota_rpc_reply_code(&channel);
    flota_rpc_sent(&channel);
    flota_rpc_close(&channel);
    return code;
}

static void other_networks_need_flota_auth(void **state)
{
    static const char *const ways[] = {"tcp", "udp", "mqtt"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(call_by(ways[i], false, "Test.Open"), 0);
        assert_int_equal(call_by(ways[i], false, "Test.Read"), 403);
        assert_int_equal(call_by(ways[i], false, "Test.Write"), 403);
    }
    start_rpc(FLOTA_AUTH_TOKEN("secret"));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(call_by(ways[i], false, "Test.Write"), 401); /* with a challenge */
}

static void the_serial_line_stays_open(void **state)
{
    uint32_t away = rpc.served_away;
    (void)state;
    assert_int_equal(call_by("serial", true, "Test.Write"), 0);
    assert_int_equal(call_by("serial", true, "Test.Local"), 0);
    assert_int_equal(rpc.served_away, away); /* which says nothing about the network */
    call_by("tcp", false, "Test.Open");
    assert_int_equal(rpc.served_away, away + 1);
}

/* --- WebSocket --- */

static struct client socket;

static int upgrade(const char *lines)
{
    char head[600];
    connect_to(&socket, "10.0.0.1");
    snprintf(head, sizeof head, "GET /rpc HTTP/1.1\r\n" HANDSHAKE "%s\r\n", lines);
    client_send(&socket, head);
    client_wait(&socket, 1);
    return client_status(&socket);
}

static bool socket_call(const char *method, const char *expected)
{
    char frame[100];
    snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%s\"}", method);
    socket.output_size = 0;
    send_frame(&socket, FIN | OP_TEXT, frame, strlen(frame));
    client_wait(&socket, 1);
    for (size_t i = 0; i + strlen(expected) <= socket.output_size; i++)
        if (memcmp(socket.output + i, expected, strlen(expected)) == 0)
            return true;
    return false;
}

static void a_websocket_has_the_level_of_its_session(void **state)
{
    (void)state;
    assert_int_equal(upgrade(operator_page.cookie), 101);
    assert_true(socket_call("Test.Move", "\"result\":true"));
    assert_true(socket_call("Test.Write", "\"code\":403"));
    flota_http_close(&socket.connection);
    assert_int_equal(upgrade(""), 101);
    assert_true(socket_call("Test.Open", "\"result\":true"));
    assert_true(socket_call("Test.Read", "\"code\":401"));
    flota_http_close(&socket.connection);
}

static void a_websocket_ends_with_its_session(void **state)
{
    (void)state;
    assert_int_equal(upgrade(operator_page.cookie), 101);
    browse(&viewer, "POST", "/api/logout", "");
    assert_true(socket_call("Test.Move", "\"result\":true"));
    browse(&operator_page, "POST", "/api/logout", "");
    socket.output_size = 0;
    client_wait(&socket, 1);
    assert_true(socket.output_size >= 2 && (uint8_t)socket.output[0] == (FIN | OP_CLOSE));
    assert_false(socket_call("Test.Move", "\"result\":true"));
    flota_http_close(&socket.connection);
}

/* What comes before the device's next turn is not called any more either. */
static void a_websocket_calls_nothing_behind_its_session(void **state)
{
    (void)state;
    assert_int_equal(upgrade(operator_page.cookie), 101);
    browse(&operator_page, "POST", "/api/logout", "");
    unsigned before = answers;
    assert_false(socket_call("Test.Move", "\"result\":true"));
    assert_int_equal(answers, before);
    flota_http_close(&socket.connection);
}

/* Strangers could hold all places for as long as they call something. */
static void who_has_not_signed_in_keeps_no_place(void **state)
{
    struct flota_rpc_ws_session *session = &ws.sessions[0];
    (void)state;
    assert_int_equal(upgrade(""), 101);
    uint32_t used_ms = session->used_ms;
    socket.now_ms += 1000;
    assert_true(socket_call("Test.Open", "\"result\":true"));
    assert_int_equal(session->used_ms, used_ms);
    flota_http_close(&socket.connection);
    assert_int_equal(upgrade(viewer.cookie), 101);
    used_ms = session->used_ms;
    socket.now_ms += 1000;
    assert_true(socket_call("Test.Open", "\"result\":true"));
    assert_int_not_equal(session->used_ms, used_ms);
    flota_http_close(&socket.connection);
}

static void a_websocket_of_another_site_is_refused(void **state)
{
    char lines[300];
    (void)state;
    snprintf(lines, sizeof lines, "%sOrigin: http://evil.example\r\n", admin.cookie);
    assert_int_equal(upgrade(lines), 403);
    flota_http_close(&socket.connection);
    snprintf(lines, sizeof lines, "%sOrigin: http://192.168.0.10\r\n", admin.cookie);
    assert_int_equal(upgrade(lines), 101);
    flota_http_close(&socket.connection);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_method_needs_its_level),
        TEST(a_session_that_has_ended_calls_nothing),
        TEST(another_sites_page_calls_nothing),
        TEST(a_token_of_the_device_has_its_level),
        TEST(without_users_the_credentials_of_flota_auth_do),
        TEST(an_access_list_comes_first),
        TEST(other_networks_need_flota_auth),
        TEST(the_serial_line_stays_open),
        TEST(a_websocket_has_the_level_of_its_session),
        TEST(a_websocket_ends_with_its_session),
        TEST(a_websocket_of_another_site_is_refused),
        TEST(a_websocket_calls_nothing_behind_its_session),
        TEST(the_whole_configuration_is_for_level_9),
        TEST(who_has_not_signed_in_keeps_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
