/* test_http_lwip.c - the HTTP server's adapter on a real lwIP, whose loop back interface carries a
 * client.
 *
 * Time is the test's. After each test all of lwIP's buffers must be free again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../../src/net/lwip/lwip_internal.h"
#include "flota/error.h"
#include "flota/http.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lwip_world.h"

#define PAGE_MAX 150000u
#define PORT     80
#define CLIENTS  8

/* --- handlers --- */

static struct {
    size_t take; /* at most so many bytes per call */
    size_t body_size;
    uint32_t sum;
    int begun, done, sent;
    int reason;
    uint8_t page[PAGE_MAX];
} world;

static void begin_upload(void *context, struct flota_http_connection *connection)
{
    (void)context;
    (void)connection;
    world.begun++;
    world.body_size = 0;
    world.sum = 0;
}

static size_t take_upload(void *context, struct flota_http_connection *connection,
                          const uint8_t *data, size_t size)
{
    (void)context;
    (void)connection;
    if (size > world.take)
        size = world.take;
    for (size_t i = 0; i < size; i++)
        world.sum = world.sum * 31 + data[i];
    world.body_size += size;
    return size;
}

static void end_upload(void *context, struct flota_http_connection *connection)
{
    (void)context;
    flota_http_respond_text(connection, 200, "text/plain", NULL, "uploaded\n");
}

static void note_done(void *context, struct flota_http_connection *connection, bool response_sent,
                      int reason)
{
    (void)context;
    (void)connection;
    world.done++;
    world.sent += response_sent;
    world.reason = reason;
}

static void serve_page(void *context, struct flota_http_connection *connection)
{
    (void)context;
    world.begun++;
    flota_http_respond(connection, 200, "text/html", NULL, world.page, PAGE_MAX);
}

static void serve_small(void *context, struct flota_http_connection *connection)
{
    (void)context;
    world.begun++;
    flota_http_respond_text(connection, 200, "text/plain", NULL, flota_http_peer(connection));
}

static void serve_refusal(void *context, struct flota_http_connection *connection)
{
    (void)context;
    world.begun++;
    flota_http_respond_text(connection, 413, "text/plain", NULL, "too large\n");
}

static const struct flota_http_handler uploading = {begin_upload, take_upload, end_upload, NULL,
                                                    note_done};
static const struct flota_http_handler paging = {.begin = serve_page, .done = note_done};
static const struct flota_http_handler small = {.begin = serve_small, .done = note_done};
static const struct flota_http_handler refusing = {.begin = serve_refusal, .done = note_done};

static const struct flota_http_route routes[] = {
    {"/upload", "POST", &uploading, NULL},
    {"/page", "GET", &paging, NULL},
    {"/small", "GET", &small, NULL},
    {"/refused", "POST", &refusing, NULL},
};
static struct flota_http_server server = {.routes = routes, .route_count = 4};
static struct flota_http_connection sessions[CLIENTS];
static struct flota_network_server network_server = {.protocol = &flota_http_protocol,
                                                     .context = &server,
                                                     .port = PORT,
                                                     .count = CLIENTS,
                                                     .sessions = sessions};

static uint8_t upload_byte(size_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

/* Send upload bytes from *at to size, as much as goes now. */
static void peer_upload(struct peer *peer, size_t *at, size_t size)
{
    uint8_t piece[1460];
    size_t part = size - *at < sizeof piece ? size - *at : sizeof piece;
    for (size_t i = 0; i < part; i++)
        piece[i] = upload_byte(*at + i);
    *at += peer_write(peer, piece, part);
}

static uint32_t upload_sum(size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + upload_byte(i);
    return sum;
}

/* --- set up, accounting --- */

static int set_up(void **state)
{
    (void)state;
    world.take = SIZE_MAX;
    world.begun = world.done = world.sent = world.reason = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world.take = SIZE_MAX;
    nothing_is_left();
    assert_int_equal(world.begun, world.done);
    return 0;
}

/* --- tests --- */

static void requests_on_one_connection_are_answered(void **state)
{
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    peer_send(peer, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(peer->text, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(peer->text, "\r\n\r\n127.0.0.1"));
    peer_send(peer,
              "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\nGET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(peer->text, "HTTP/1.1 404 "));
    turns(10, 100); /* acknowledgements may be late */
    assert_int_equal(world.sent, 2);
}

static void a_page_larger_than_the_send_buffer_arrives_whole(void **state)
{
    uint32_t sum = 0;
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    peer_send(peer, "GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 2000 && !peer->ended; i++)
        turn(1);
    assert_true(peer->ended);
    const char *body = strstr(peer->text, "\r\n\r\n") + 4;
    assert_int_equal(peer->size, (size_t)(body - peer->text) + PAGE_MAX);
    for (const char *c = peer->text; c < body; c++)
        sum = sum * 31 + (uint8_t)*c;
    for (size_t i = 0; i < PAGE_MAX; i++)
        sum = sum * 31 + world.page[i];
    assert_int_equal(peer->sum, sum);
    assert_int_equal(world.sent, 1);
}

static void a_client_that_reads_nothing_is_given_up(void **state)
{
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    peer->lazy = true;
    peer_send(peer, "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
    turns(10, 100);
    assert_int_equal(world.done, 0);
    turns(400, 100);
    assert_int_equal(world.done, 1);
    assert_int_equal(world.sent, 0);
    assert_int_equal(world.reason, FLOTA_ERR_TRANSFER_STALLED);
}

static void an_upload_goes_at_the_handler_s_pace_and_others_are_served_meanwhile(void **state)
{
    enum { SIZE = 300000 };
    size_t at = 0;
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    struct peer *other = peer_connect_to(PORT);
    peer_send(peer, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    world.take = 0;
    for (int i = 0; i < 300; i++) { /* an erase: no room */
        peer_upload(peer, &at, SIZE);
        turn(10);
    }
    assert_int_equal(world.body_size, 0);
    assert_in_range(at, TCP_WND - TCP_MSS, TCP_WND + TCP_SND_BUF); /* the window is closed */
    peer_send(other, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(other->text, "HTTP/1.1 200 OK\r\n"));
    world.take = 700;
    for (int i = 0; i < 20000 && peer->size == 0; i++) {
        peer_upload(peer, &at, SIZE);
        turn(1);
    }
    assert_int_equal(world.body_size, SIZE);
    assert_int_equal(world.sum, upload_sum(SIZE));
    assert_non_null(strstr(peer->text, "uploaded"));
}

/* A window of single bytes would be 35,040 buffers. */
static void an_upload_in_tiny_segments_takes_few_buffers(void **state)
{
    enum { SIZE = 3000 };
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    struct peer *other = peer_connect_to(PORT);
    peer_send(peer, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n");
    world.take = 0;
    size_t at = 0;
    for (int i = 0; i < 400; i++) {
        uint8_t byte = upload_byte(at);
        at += peer_write(peer, &byte, 1);
        turn(10);
    }
    assert_in_range(at, 20, 90); /* both ends are full */
    peer_send(other, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(other->text, "HTTP/1.1 200 OK\r\n"));
    world.take = SIZE_MAX;
    for (int i = 0; i < 20000 && peer->size == 0; i++) {
        peer_upload(peer, &at, SIZE);
        turn(10);
    }
    assert_int_equal(world.body_size, SIZE);
    assert_int_equal(world.sum, upload_sum(SIZE));
}

static size_t buffers_kept(void)
{
    size_t count = 0;
    for (size_t i = 0; i < CLIENTS; i++) {
        const struct pbuf *input = network_server.connections[i].input;
        count += input ? pbuf_clen(input) : 0;
    }
    return count;
}

static void many_stalled_clients_leave_buffers_for_the_others(void **state)
{
    enum { STALLED = 4 };
    struct peer *stalled[STALLED];
    (void)state;
    world.take = 0;
    for (int i = 0; i < STALLED; i++) {
        stalled[i] = peer_connect_to(PORT);
        peer_send(stalled[i], "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n");
    }
    for (int i = 0; i < 60 * STALLED; i++) {
        peer_write(stalled[i % STALLED], "x", 1);
        turn(10);
    }
    assert_in_range(buffers_kept(), STALLED, PBUF_POOL_SIZE / 2 + STALLED);
    struct peer *other = peer_connect_to(PORT);
    peer_send(other, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(other->text, "HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i < STALLED; i++)
        peer_reset(stalled[i]);
    turn(10);
    assert_int_equal(buffers_kept(), 0);
}

static void a_reset_client_ends_its_exchange_and_frees_its_bytes(void **state)
{
    size_t at = 0;
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    peer_send(peer, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    world.take = 0;
    for (int i = 0; i < 50; i++) {
        peer_upload(peer, &at, 300000);
        turn(1);
    }
    peer_reset(peer);
    turns(3, 1);
    assert_int_equal(world.done, 1);
    assert_int_equal(world.reason, FLOTA_ERR_TRANSFER_LOST);
}

static void a_client_that_left_ends_its_upload_at_once_though_bytes_are_held(void **state)
{
    size_t at = 0;
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    peer_send(peer, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    world.take = 0;
    for (int i = 0; i < 4; i++)
        peer_upload(peer, &at, 300000);
    turns(5, 100);
    assert_int_equal(world.done, 0);
    peer_close(peer);
    turns(3, 1);
    assert_int_equal(world.done, 1);
    assert_int_equal(world.reason, FLOTA_ERR_TRANSFER_LOST);
}

static void a_refused_client_gets_its_answer_while_it_sends_on(void **state)
{
    enum { SIZE = 400000 };
    size_t at = 0;
    (void)state;
    struct peer *peer = peer_connect_to(PORT);
    peer_send(peer, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n");
    for (int i = 0; i < 2000 && at < SIZE && !peer->lost; i++) {
        peer_upload(peer, &at, SIZE);
        turn(1);
    }
    turns(10, 1);
    assert_int_equal(at, SIZE);
    assert_false(peer->lost);
    assert_true(peer->ended);
    assert_non_null(strstr(peer->text, "HTTP/1.1 413 "));
}

static void a_new_client_takes_the_place_of_the_longest_idle_one(void **state)
{
    (void)state;
    for (int i = 0; i < CLIENTS; i++) {
        peer_connect_to(PORT);
        turns(5, 10);
    }
    peer_send(&peers[0], "GET /small HTTP/1.1\r\nHost: a\r\n\r\n"); /* so 1 is idle for longest */
    turns(10, 100); /* acknowledgements may be late */
    peer_connect_to(PORT);
    peer_send(&peers[CLIENTS], "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(peers[CLIENTS].text, "HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i <= CLIENTS; i++)
        assert_int_equal(peers[i].lost, i == 1);
}

static void when_all_are_being_served_a_new_client_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < CLIENTS; i++) {
        peer_connect_to(PORT);
        peer_send(&peers[i], "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell");
    }
    const struct peer *late = peer_connect_to(PORT);
    turns(5, 1);
    assert_true(late->lost);
    for (int i = 0; i < CLIENTS; i++) {
        peer_send(&peers[i], "o");
        assert_non_null(strstr(peers[i].text, "HTTP/1.1 200 OK\r\n"));
    }
}

static void a_flood_of_half_sent_heads_shuts_nobody_out(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * CLIENTS; i++)
        peer_send(peer_connect_to(PORT), "GET /small HT");
    struct peer *good = peer_connect_to(PORT);
    peer_send(good, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(good->text, "HTTP/1.1 200 OK\r\n"));
}

/* Our half is closed first; then the peer's end puts lwIP's control block into TIME_WAIT, which
 * lwIP may reuse: the adapter must have let go of it. */
static void control_blocks_in_time_wait_are_let_go(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct peer *peer = peer_connect_to(PORT);
        peer_send(peer, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx");
        turns(4, 100); /* an acknowledgement may be late */
        assert_non_null(strstr(peer->text, "HTTP/1.1 413 "));
        assert_true(peer->ended);
        peer_close(peer);
        turns(3, 1);
        peer_count = 0;
    }
    assert_int_equal(world.sent, 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(requests_on_one_connection_are_answered),
        TEST(a_page_larger_than_the_send_buffer_arrives_whole),
        TEST(a_client_that_reads_nothing_is_given_up),
        TEST(an_upload_goes_at_the_handler_s_pace_and_others_are_served_meanwhile),
        TEST(an_upload_in_tiny_segments_takes_few_buffers),
        TEST(many_stalled_clients_leave_buffers_for_the_others),
        TEST(a_reset_client_ends_its_exchange_and_frees_its_bytes),
        TEST(a_client_that_left_ends_its_upload_at_once_though_bytes_are_held),
        TEST(a_refused_client_gets_its_answer_while_it_sends_on),
        TEST(a_new_client_takes_the_place_of_the_longest_idle_one),
        TEST(when_all_are_being_served_a_new_client_is_refused),
        TEST(a_flood_of_half_sent_heads_shuts_nobody_out),
        TEST(control_blocks_in_time_wait_are_let_go),
    };
    for (size_t i = 0; i < PAGE_MAX; i++)
        world.page[i] = upload_byte(i);
    start_network();
    if (flota_network_listen(&network_server) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
