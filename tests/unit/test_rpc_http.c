/* test_rpc_http.c - frames at /rpc, methods at /rpc/METHOD: requests in, responses out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/rpc_http.h"
#include "http_test.h"
#include "rpc_test.h"

static struct device device;
static struct flota_rpc_http rpc_http;
static struct flota_http_route routes[2];
static struct flota_http_server server;
static struct client client;

static void start(struct flota_auth auth, const char *origins)
{
    device_init(&device, auth);
    flota_rpc_http_init(&rpc_http, &device.rpc, origins);
    routes[0] =
        (struct flota_http_route){"/rpc", "POST OPTIONS", &flota_rpc_http_handler, &rpc_http};
    routes[1] =
        (struct flota_http_route){"/rpc/", "GET POST OPTIONS", &flota_rpc_http_handler, &rpc_http};
    server = (struct flota_http_server){.routes = routes, .route_count = 2};
    client_open(&client, &server);
}

static int set_up(void **state)
{
    (void)state;
    start(FLOTA_AUTH_NONE, NULL);
    return 0;
}

static void reconnect(struct client *which)
{
    uint32_t now_ms = which->now_ms;
    flota_http_close(&which->connection);
    client_open(which, &server);
    which->now_ms = now_ms;
}

/* Send a request on a new connection. Returns the response's body. */
static const char *request(const char *method, const char *path, const char *headers,
                           const char *body)
{
    char head[1024];
    reconnect(&client);
    snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: dev1\r\nContent-Length: %zu\r\n%s\r\n",
             method, path, strlen(body), headers);
    client_send(&client, head);
    client_send(&client, body);
    for (int i = 0; i < 20 && client_status(&client) == 0; i++)
        client_wait(&client, 1);
    const char *end = strstr(client.output, "\r\n\r\n");
    return end ? end + 4 : "";
}

static int status_of(const char *method, const char *path, const char *headers, const char *body)
{
    request(method, path, headers, body);
    return client_status(&client);
}

/* --- frames --- */

static void a_frame_gets_a_frame(void **state)
{
    (void)state;
    assert_string_equal(request("POST", "/rpc", "", GOOD_FRAME), GOOD_REPLY);
    assert_int_equal(client_status(&client), 200);
    assert_true(client_got(&client, "Content-Type: application/json\r\n"));
    assert_true(client_got(&client, "Cache-Control: no-store\r\n"));
    assert_false(client_got(&client, "Access-Control"));
}

static void errors_of_frames_have_status_200(void **state)
{
    (void)state;
    assert_int_equal(code_of(request("POST", "/rpc", "", "{\"id\":1,\"method\":\"Foo.Bar\"}")),
                     404);
    assert_int_equal(client_status(&client), 200);
    assert_int_equal(code_of(request("POST", "/rpc", "", "{\"id\":1,")), 400);
    assert_int_equal(client_status(&client), 200);
    assert_int_equal(code_of(request("POST", "/rpc", "", "")), 400);
    assert_int_equal(client_status(&client), 200);
    assert_string_equal(request("POST", "/rpc", "", "{\"method\":\"Test.Wait\"}"), "");
    assert_int_equal(client_status(&client), 200);
    assert_int_equal(status_of("GET", "/rpc", "", ""), 405);
}

static void a_frame_too_long_is_refused_and_the_next_one_served(void **state)
{
    static char body[FLOTA_RPC_FRAME_MAX + 100];
    (void)state;
    memset(body, ' ', sizeof body - 1);
    memcpy(body, GOOD_FRAME, strlen(GOOD_FRAME));
    assert_true(has(request("POST", "/rpc", "", body), "longer than 6144 bytes"));
    body[FLOTA_RPC_FRAME_MAX] = '\0';
    assert_string_equal(request("POST", "/rpc", "", body), GOOD_REPLY);
}

static void a_body_without_end_is_answered_when_it_is_too_long(void **state)
{
    static char chunk[4096 + 8];
    (void)state;
    memcpy(chunk, "1000\r\n", 6);
    memset(chunk + 6, ' ', 4096);
    memcpy(chunk + 6 + 4096, "\r\n", 2);
    client_send(&client, "POST /rpc HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    client_offer(&client, chunk, sizeof chunk);
    assert_int_equal(client_status(&client), 0);
    client_offer(&client, chunk, sizeof chunk);
    assert_int_equal(client_status(&client), 200);
    assert_true(client_got(&client, "longer than 6144 bytes"));
    for (int i = 0; i < 3; i++)
        client_offer(&client, chunk, sizeof chunk);
    assert_string_equal(request("POST", "/rpc", "", GOOD_FRAME), GOOD_REPLY);
}

static void a_frame_may_come_byte_by_byte_and_chunked(void **state)
{
    const char *text = "POST /rpc HTTP/1.1\r\nHost: dev1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "20\r\n{\"id\":77,\"src\":\"me\",\"method\":\"Te\r\n"
                       "22\r\nst.Add\",\"params\":{\"a\":1,\"b\":2}}   \r\n0\r\n\r\n";
    (void)state;
    for (size_t i = 0; text[i]; i++)
        assert_int_equal(client_offer(&client, text + i, 1), 1);
    assert_true(client_got(&client, "\r\n\r\n" GOOD_REPLY));
}

static void a_call_that_takes_time_is_answered_in_the_end(void **state)
{
    (void)state;
    device.wait_polls = 5;
    assert_true(
        has(request("POST", "/rpc", "", "{\"id\":1,\"method\":\"Test.Wait\"}"), "\"result\":null"));
    assert_int_equal(device.called, 1);
    assert_int_equal(device.sent, 1);
}

/* --- methods --- */

static void a_method_takes_a_body_and_gives_the_bare_result(void **state)
{
    (void)state;
    assert_string_equal(request("POST", "/rpc/Test.Add", "", "{\"a\":1,\"b\":2}"), "3");
    assert_int_equal(client_status(&client), 200);
    assert_string_equal(request("POST", "/rpc/Test.Wait", "", ""), "null");
    assert_string_equal(request("POST", "/rpc/Foo.Bar", "", "{}"),
                        "{\"code\":404,\"message\":\"No handler for Foo.Bar\"}");
    assert_int_equal(client_status(&client), 404);
    assert_int_equal(status_of("POST", "/rpc/", "", "{}"), 404);
    assert_int_equal(status_of("POST", "/rpc/Test.Add/", "", "{}"), 404);
}

static void a_query_is_typed_by_the_methods_table(void **state)
{
    (void)state;
    assert_string_equal(request("GET", "/rpc/Test.Add?a=-7&b=10&c=x", "", ""), "3");
    assert_string_equal(
        request("GET", "/rpc/Test.Json?object=%7B%22a%22%3A1%7D&flag=1&any=x", "", ""),
        "{\"a\":1}");
    assert_string_equal(request("GET", "/rpc/Test.Text?text=12+%22%C3%A4", "", ""),
                        "\"12 \\\"\xc3\xa4\"");
    assert_string_equal(request("GET", "/rpc/Test.Bytes?data=AAEC", "", ""), "3");
    assert_true(has(request("GET", "/rpc/Test.Add?a=seven", "", ""),
                    "\"message\":\"parameter a: an integer is expected, not a string\""));
    assert_int_equal(client_status(&client), 400);
    assert_int_equal(status_of("GET", "/rpc/Test.Add?a=1-2", "", ""), 400);
    assert_int_equal(status_of("GET", "/rpc/Test.Add?a=", "", ""), 400);
    assert_int_equal(status_of("GET", "/rpc/Test.Add", "", ""), 400);
    assert_int_equal(status_of("GET", "/rpc/Test.Json?flag=yes", "", ""), 400);
    assert_int_equal(status_of("GET", "/rpc/Test.Json?object=%7B%22a%22", "", ""), 400);
}

static void errors_of_methods_have_their_status(void **state)
{
    (void)state;
    assert_int_equal(status_of("POST", "/rpc/Test.Fail", "", "{}"), 429);
    assert_true(client_got(&client, "Retry-After: 1\r\n"));
    assert_true(client_got(&client, "\"flota\":{\"code\":-301,\"name\":\"UPDATE_BUSY\"}}"));
    assert_int_equal(status_of("POST", "/rpc/Test.Fail", "", "{\"error\":-403}"), 500);
    assert_int_equal(status_of("POST", "/rpc/Test.Fail", "", "{\"error\":-104}"), 400);
    assert_int_equal(status_of("POST", "/rpc/Test.Fail", "", "{\"error\":-501}"), 404);
    assert_int_equal(status_of("POST", "/rpc/Test.Long", "", "{\"size\":4200}"), 500);
    assert_int_equal(status_of("POST", "/rpc/Test.Long", "", "{}"), 200);
    flota_rpc_set_acl(&device.rpc, "[{\"method\":\"Test.Long\",\"acl\":\"\"}]");
    assert_int_equal(status_of("POST", "/rpc/Test.Long", "", "{}"), 403);
    device.rpc.is_restarting = true;
    assert_int_equal(status_of("POST", "/rpc/Test.Add", "", "{}"), 503);
}

static void a_name_too_long_is_no_method(void **state)
{
    char path[128] = "/rpc/";
    (void)state;
    memset(path + 5, 'a', 48);
    assert_int_equal(status_of("POST", path, "", "{}"), 404);
}

/* --- many --- */

static void the_fourth_call_at_a_time_is_sent_away(void **state)
{
    static struct client others[FLOTA_RPC_HTTP_CHANNELS];
    const char *text = "POST /rpc/Test.Wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
    (void)state;
    device.wait_polls = 1000;
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++) {
        client_open(&others[i], &server);
        client_send(&others[i], text);
        assert_int_equal(client_status(&others[i]), 0);
    }
    assert_int_equal(status_of("POST", "/rpc/Test.Add", "", "{\"a\":1}"), 503);
    assert_true(client_got(&client, "Retry-After: 1\r\n"));
    flota_http_close(&others[1].connection);
    assert_int_equal(device.gone, 1);
    assert_string_equal(request("POST", "/rpc/Test.Add", "", "{\"a\":1}"), "101");
    device.wait_polls = 0;
    client_wait(&others[0], 1);
    assert_int_equal(client_status(&others[0]), 200);
    flota_http_close(&others[2].connection);
}

static void wait_all(struct client *clients, size_t count, uint32_t ms)
{
    for (size_t i = 0; i < count; i++)
        client_wait(&clients[i], ms);
    client.now_ms += ms;
}

/* One does not send its body, the others wait for the device. */
static void a_slow_client_gives_way_to_a_new_call(void **state)
{
    static struct client others[FLOTA_RPC_HTTP_CHANNELS];
    static const char wait[] =
        "POST /rpc/Test.Wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
    (void)state;
    device.wait_polls = 0;
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++) {
        client_open(&others[i], &server);
        others[i].now_ms = client.now_ms;
        others[i].deaf = true;
        client_send(&others[i], wait);
        client_send(&others[i], i == 0 ? "{" : "{}");
        device.wait_polls = 1000;
    }
    wait_all(others, FLOTA_RPC_HTTP_CHANNELS, FLOTA_RPC_HTTP_SLOW_MS - 1);
    assert_int_equal(status_of("POST", "/rpc/Test.Add", "", "{\"a\":1}"), 503);
    wait_all(others, FLOTA_RPC_HTTP_CHANNELS, 1);
    assert_string_equal(request("POST", "/rpc/Test.Add", "", "{\"a\":1}"), "101");
    assert_true(flota_http_wants_close(&others[0].connection));
    assert_false(flota_http_wants_close(&others[1].connection));
    assert_false(flota_http_wants_close(&others[2].connection));
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++)
        flota_http_close(&others[i].connection);
}

static void a_client_that_does_not_read_its_answer_gives_way(void **state)
{
    static struct client others[FLOTA_RPC_HTTP_CHANNELS];
    (void)state;
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++) {
        client_open(&others[i], &server);
        others[i].now_ms = client.now_ms;
        others[i].deaf = true;
        client_send(&others[i],
                    "POST /rpc/Test.Add HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        assert_int_equal(client_status(&others[i]), 200);
    }
    assert_int_equal(status_of("POST", "/rpc/Test.Add", "", "{\"a\":1}"), 503);
    wait_all(others, FLOTA_RPC_HTTP_CHANNELS, FLOTA_RPC_HTTP_SLOW_MS);
    assert_string_equal(request("POST", "/rpc/Test.Add", "", "{\"a\":1}"), "101");
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++)
        flota_http_close(&others[i].connection);
}

static void a_client_that_goes_in_the_middle_frees_its_place(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        reconnect(&client);
        client_send(&client, "POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{\"id\"");
    }
    assert_string_equal(request("POST", "/rpc", "", GOOD_FRAME), GOOD_REPLY);
}

static void an_answer_counts_as_sent_when_it_is_acknowledged(void **state)
{
    (void)state;
    client.deaf = true;
    client_send(&client, "POST /rpc/Test.Wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
    assert_int_equal(client_status(&client), 200);
    assert_int_equal(device.sent, 0);
    assert_int_equal(device.rpc.served, 0);
    flota_http_acked(&client.connection, client.output_size, client.now_ms);
    assert_int_equal(device.sent, 1);
    assert_int_equal(device.rpc.served, 1);
}

/* --- pages of other sites --- */

#define FOREIGN "Origin: https://evil.example\r\n"
#define LISTED  "Origin: https://fleet.example\r\n"
#define BROWSER "User-Agent: Mozilla/5.0 (X11)\r\n"

static void pages_of_other_sites_are_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of("POST", "/rpc", FOREIGN, GOOD_FRAME), 403);
    assert_int_equal(status_of("POST", "/rpc/Test.Add", FOREIGN, "{\"a\":1}"), 403);
    assert_int_equal(status_of("GET", "/rpc/Test.Add?a=1", FOREIGN, ""), 403);
    assert_int_equal(status_of("OPTIONS", "/rpc", FOREIGN, ""), 403);
    assert_int_equal(status_of("OPTIONS", "/rpc/Test.Add", "", ""), 403);
    assert_false(client_got(&client, "Access-Control"));
    assert_int_equal(device.called, 0);
    assert_int_equal(status_of("POST", "/rpc", "Origin: http://dev1\r\n", GOOD_FRAME), 200);
}

/* A picture's address in a page makes a browser send a GET without an Origin. */
static void a_browsers_plain_get_may_only_ask(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET", "/rpc/Test.Add?a=1", BROWSER, ""), 200);
    assert_int_equal(status_of("GET", "/rpc/Test.Text?text=a", BROWSER, ""), 403);
    assert_int_equal(
        status_of("GET", "/rpc/Test.Text?text=a", BROWSER "Referer: http://evil/\r\n", ""), 403);
    assert_int_equal(
        status_of("GET", "/rpc/Test.Text?text=a", BROWSER "Referer: http://dev1/x\r\n", ""), 200);
    assert_int_equal(status_of("GET", "/rpc/Test.Text?text=a", "User-Agent: curl/8\r\n", ""), 200);
    assert_int_equal(status_of("HEAD", "/rpc/Test.Text?text=a", BROWSER, ""), 403);
}

static void head_changes_nothing(void **state)
{
    (void)state;
    start(FLOTA_AUTH_NONE, "https://fleet.example");
    assert_int_equal(status_of("HEAD", "/rpc/Test.Add?a=1", "", ""), 200);
    assert_int_equal(status_of("HEAD", "/rpc/Test.Text?text=a", "", ""), 403);
    assert_int_equal(status_of("HEAD", "/rpc/Test.Text?text=a", LISTED, ""), 403);
}

static void listed_sites_may_call_and_read(void **state)
{
    static const char allow[] = "Access-Control-Allow-Origin: https://fleet.example\r\n";
    (void)state;
    start(FLOTA_AUTH_NONE, "http://192.168.0.2:8080  https://fleet.example");
    assert_int_equal(status_of("OPTIONS", "/rpc", LISTED, ""), 204);
    assert_true(client_got(&client, allow));
    assert_true(client_got(&client, "Access-Control-Allow-Methods: GET, POST\r\n"));
    assert_true(
        client_got(&client, "Access-Control-Allow-Headers: Authorization, Content-Type\r\n"));
    assert_string_equal(request("POST", "/rpc", LISTED, GOOD_FRAME), GOOD_REPLY);
    assert_true(client_got(&client, allow));
    assert_true(client_got(&client, "Vary: Origin\r\n"));
    assert_int_equal(status_of("GET", "/rpc/Test.Text?text=a", LISTED BROWSER, ""), 200);
    assert_int_equal(status_of("POST", "/rpc", FOREIGN, GOOD_FRAME), 403);
    assert_int_equal(status_of("POST", "/rpc", "Origin: https://fleet.exampl\r\n", GOOD_FRAME),
                     403);
    assert_int_equal(
        status_of("POST", "/rpc", "Origin: https://fleet.example.evil\r\n", GOOD_FRAME), 403);
    assert_int_equal(status_of("POST", "/rpc", "Origin: null\r\n", GOOD_FRAME), 403);
}

static void listed_sites_may_bring_credentials(void **state)
{
    (void)state;
    start(FLOTA_AUTH_TOKEN("t0ken"), "https://fleet.example");
    assert_string_equal(
        request("POST", "/rpc", LISTED "Authorization: Bearer t0ken\r\n", GOOD_FRAME), GOOD_REPLY);
    assert_int_equal(
        status_of("POST", "/rpc", LISTED "Authorization: Bearer other\r\n", GOOD_FRAME), 401);
    assert_int_equal(
        status_of("POST", "/rpc", FOREIGN "Authorization: Bearer t0ken\r\n", GOOD_FRAME), 403);
}

static void a_list_too_long_for_its_place_loses_its_end_only(void **state)
{
    char origins[FLOTA_RPC_HTTP_ORIGINS_MAX + 64];
    (void)state;
    memset(origins, 'x', sizeof origins);
    memcpy(origins, "https://fleet.example ", 22);
    strcpy(origins + FLOTA_RPC_HTTP_ORIGINS_MAX - 20, " https://evil.example.org");
    start(FLOTA_AUTH_NONE, origins);
    assert_int_equal(status_of("POST", "/rpc", LISTED, GOOD_FRAME), 200);
    assert_int_equal(status_of("POST", "/rpc", "Origin: https://evil.exampl\r\n", GOOD_FRAME), 403);
    assert_null(strstr(rpc_http.origins, "evil"));
    memset(origins, 'y', sizeof origins); /* it was copied */
    assert_int_equal(status_of("POST", "/rpc", LISTED, GOOD_FRAME), 200);
}

/* --- credentials --- */

static const char nonce_mark[] = "WWW-Authenticate: Digest qop=\"auth\", realm=\"RPC\", nonce=\"";

/* The challenge's nonce in the last response. */
static void read_nonce(char nonce[9], bool is_stale)
{
    char end[64];
    const char *at = strstr(client.output, nonce_mark);
    assert_non_null(at);
    memcpy(nonce, at + sizeof nonce_mark - 1, 8);
    nonce[8] = '\0';
    snprintf(end, sizeof end, "\", algorithm=SHA-256%s\r\n", is_stale ? ", stale=true" : "");
    assert_true(strncmp(at + sizeof nonce_mark + 7, end, strlen(end)) == 0);
}

static void authorization(char *header, size_t size, const char *nonce, const char *password,
                          const char *method, const char *uri)
{
    char hex[FLOTA_RPC_HEX_SIZE];
    struct flota_rpc_digest digest = {.nonce_text = {nonce, 8},
                                      .user = {"admin", 5},
                                      .realm = {"RPC", 3},
                                      .count = {"00000001", 8},
                                      .cnonce = {"abc", 3},
                                      .method = {method, strlen(method)},
                                      .uri = {uri, strlen(uri)}};
    flota_rpc_digest_response(&digest, password, hex);
    snprintf(header, size,
             "Authorization: Digest username=\"admin\", realm=\"RPC\",nonce=\"%s\", uri=\"%s\", "
             "cnonce=\"abc\", nc=00000001, qop=auth, response=\"%s\", algorithm=SHA-256\r\n",
             nonce, uri, hex);
}

static int status_with_digest(const char *method, const char *path, const char *password,
                              const char *body)
{
    char nonce[9], header[512];
    assert_int_equal(status_of(method, path, "", body), 401);
    read_nonce(nonce, false);
    authorization(header, sizeof header, nonce, password, method, path);
    return status_of(method, path, header, body);
}

static void bearer_and_basic_are_taken(void **state)
{
    (void)state;
    start(FLOTA_AUTH_TOKEN("t0ken"), NULL);
    assert_string_equal(request("POST", "/rpc", "Authorization: Bearer t0ken\r\n", GOOD_FRAME),
                        GOOD_REPLY);
    assert_int_equal(status_of("POST", "/rpc", "Authorization: Bearer other\r\n", GOOD_FRAME), 401);
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    assert_string_equal(
        request("POST", "/rpc", "Authorization: Basic YWRtaW46c2VjcmV0\r\n", GOOD_FRAME),
        GOOD_REPLY);
    assert_int_equal(status_of("POST", "/rpc", "Authorization: Negotiate x\r\n", GOOD_FRAME), 401);
    assert_int_equal(device.called, 1);
}

static void without_credentials_a_method_gets_the_challenge(void **state)
{
    char nonce[9];
    (void)state;
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    assert_int_equal(status_of("POST", "/rpc/Test.Add", "", "{\"a\":1}"), 401);
    read_nonce(nonce, false);
    assert_int_equal(status_of("GET", "/rpc/RPC.Ping", "", ""), 200);
    /* In a frame it is the frame's. */
    assert_int_equal(code_of(request("POST", "/rpc", "", GOOD_FRAME)), 401);
    assert_int_equal(client_status(&client), 200);
    /* curl --digest sends an empty body first, and waits for the challenge. */
    assert_int_equal(status_of("POST", "/rpc", "", ""), 401);
    read_nonce(nonce, false);
    assert_int_equal(device.called, 0);
}

static void a_digest_is_taken_once(void **state)
{
    char nonce[9], header[512];
    (void)state;
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    assert_int_equal(status_with_digest("GET", "/rpc/Test.Add?a=1", "secret", ""), 200);
    assert_int_equal(status_with_digest("POST", "/rpc/Test.Add", "secret", "{\"a\":1}"), 200);
    assert_int_equal(status_with_digest("POST", "/rpc/Test.Add", "Secret", "{\"a\":1}"), 401);
    assert_int_equal(status_of("POST", "/rpc", "", ""), 401);
    read_nonce(nonce, false);
    authorization(header, sizeof header, nonce, "secret", "POST", "/rpc");
    assert_string_equal(request("POST", "/rpc", header, GOOD_FRAME), GOOD_REPLY);
    assert_int_equal(status_of("POST", "/rpc", header, GOOD_FRAME), 401);
    read_nonce(nonce, true);
    assert_int_equal(device.called, 3);
}

/* An answer for one target and method opens no other. */
static void a_digest_is_for_its_target_only(void **state)
{
    char nonce[9], header[512];
    (void)state;
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    assert_int_equal(status_of("GET", "/rpc/Test.Add?a=1", "", ""), 401);
    read_nonce(nonce, false);
    authorization(header, sizeof header, nonce, "secret", "GET", "/rpc/Test.Add?a=1");
    assert_int_equal(status_of("GET", "/rpc/Test.Add?a=2", header, ""), 401);
    assert_int_equal(status_of("GET", "/rpc/Test.Wait", header, ""), 401);
    assert_int_equal(status_of("POST", "/rpc/Test.Add?a=1", header, ""), 401);
    assert_int_equal(device.called, 0);
}

static void damaged_digests_are_refused(void **state)
{
    static const char *const headers[] = {
        "Authorization: Digest\r\n",
        "Authorization: Digest \r\n",
        "Authorization: Digest x\r\n",
        "Authorization: Digest username=\"\r\n",
        "Authorization: Digest username=\"a\\\"b\"\r\n",
        "Authorization: Digest ,,,=,\r\n",
        "Authorization: Digest username=admin, username=admin\r\n",
        "Authorization: Digest username=\"admin\", realm=\"RPC\", nonce=\"0000000g\", "
        "uri=\"/rpc\", "
        "cnonce=\"a\", nc=00000001, qop=auth, response=\"\", algorithm=SHA-256\r\n",
        "Authorization: Digest username=\"admin\", realm=\"RPC\", nonce=\"00000001\", "
        "uri=\"/rpc\", "
        "cnonce=\"a\", nc=00000001, qop=auth, response=\"\", algorithm=MD5\r\n"};
    (void)state;
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_int_equal(status_of("POST", "/rpc", headers[i], GOOD_FRAME), 401);
    assert_int_equal(device.called, 0);
}

/* Right but for one thing. */
static void a_digest_must_be_right_in_all_its_parts(void **state)
{
    char nonce[9], header[512], changed[600];
    (void)state;
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    authorization(header, sizeof header, "00000000", "secret", "POST", "/rpc");
    assert_int_equal(status_of("POST", "/rpc", header, GOOD_FRAME), 401);

    assert_int_equal(status_of("POST", "/rpc", "", ""), 401);
    read_nonce(nonce, false);
    authorization(header, sizeof header, nonce, "secret", "POST", "/rpc");
    char *algorithm = strstr(header, "algorithm=");
    snprintf(changed, sizeof changed, "%.*salgorithm=MD5\r\n", (int)(algorithm - header), header);
    assert_int_equal(status_of("POST", "/rpc", changed, GOOD_FRAME), 401);
    snprintf(changed, sizeof changed, "%.*s, qop=auth\r\n", (int)strlen(header) - 2, header);
    assert_int_equal(status_of("POST", "/rpc", changed, GOOD_FRAME), 401);
    assert_int_equal(device.called, 0);
    assert_int_equal(status_of("POST", "/rpc", header, GOOD_FRAME),
                     200); /* it was looked at never */
    assert_int_equal(device.called, 1);
}

static void after_five_wrong_digests_there_is_a_pause(void **state)
{
    char nonce[9], header[512];
    (void)state;
    start(FLOTA_AUTH_BASIC("admin", "secret"), NULL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(status_with_digest("POST", "/rpc/Test.Add", "no", "{\"a\":1}"), 401);
    assert_int_equal(status_with_digest("POST", "/rpc/Test.Add", "no", "{\"a\":1}"), 429);
    assert_true(client_got(&client, "Retry-After: 1\r\n"));
    snprintf(nonce, sizeof nonce, "%08x", (unsigned)flota_rpc_nonce(&device.rpc, client.now_ms));
    authorization(header, sizeof header, nonce, "secret", "POST", "/rpc/Test.Add");
    assert_int_equal(status_of("POST", "/rpc/Test.Add", header, "{\"a\":1}"), 429);
    assert_int_equal(status_of("POST", "/rpc/Test.Add", "Authorization: Basic YWRtaW46c2VjcmV0\r\n",
                               "{\"a\":1}"),
                     200);
    client.now_ms += FLOTA_RPC_PAUSE_MS;
    assert_int_equal(status_of("POST", "/rpc/Test.Add", header, "{\"a\":1}"), 200);
}

/* --- any bytes --- */

static void after_10000_mutated_frames_a_good_one_is_answered(void **state)
{
    uint32_t random = 44;
    char frame[1024], head[128];
    (void)state;
    for (int i = 0; i < 10000; i++) {
        size_t size = mutate(&random, frame, sizeof frame);
        if (client_status(&client) != 200 || i % 50 == 0)
            reconnect(&client);
        client.output_size = 0;
        client.output[0] = '\0';
        snprintf(head, sizeof head, "POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
                 size);
        client_send(&client, head);
        client_offer(&client, frame, size);
        assert_int_equal(client_status(&client), 200);
    }
    assert_string_equal(request("POST", "/rpc", "", GOOD_FRAME), GOOD_REPLY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(a_frame_gets_a_frame),
        TEST(errors_of_frames_have_status_200),
        TEST(a_frame_too_long_is_refused_and_the_next_one_served),
        TEST(a_body_without_end_is_answered_when_it_is_too_long),
        TEST(a_frame_may_come_byte_by_byte_and_chunked),
        TEST(a_call_that_takes_time_is_answered_in_the_end),
        TEST(a_method_takes_a_body_and_gives_the_bare_result),
        TEST(a_query_is_typed_by_the_methods_table),
        TEST(errors_of_methods_have_their_status),
        TEST(a_name_too_long_is_no_method),
        TEST(the_fourth_call_at_a_time_is_sent_away),
        TEST(a_slow_client_gives_way_to_a_new_call),
        TEST(a_client_that_does_not_read_its_answer_gives_way),
        TEST(a_client_that_goes_in_the_middle_frees_its_place),
        TEST(an_answer_counts_as_sent_when_it_is_acknowledged),
        TEST(pages_of_other_sites_are_refused),
        TEST(a_browsers_plain_get_may_only_ask),
        TEST(head_changes_nothing),
        TEST(listed_sites_may_call_and_read),
        TEST(listed_sites_may_bring_credentials),
        TEST(a_list_too_long_for_its_place_loses_its_end_only),
        TEST(bearer_and_basic_are_taken),
        TEST(without_credentials_a_method_gets_the_challenge),
        TEST(a_digest_is_taken_once),
        TEST(a_digest_is_for_its_target_only),
        TEST(damaged_digests_are_refused),
        TEST(a_digest_must_be_right_in_all_its_parts),
        TEST(after_five_wrong_digests_there_is_a_pause),
        TEST(after_10000_mutated_frames_a_good_one_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
