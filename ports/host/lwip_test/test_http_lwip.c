/* test_http_lwip.c - the HTTP server's adapter on a real lwIP, whose loop back interface carries a
 * client.
 *
 * Time is the test's. After each test all of lwIP's buffers must be free again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/http_lwip.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PORT      80
#define PAGE_MAX  150000u
#define PEERS_MAX 128

static uint32_t clock_ms = 1000;

u32_t sys_now(void)
{
    return clock_ms;
}

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

/* --- a client on the raw API --- */

struct peer {
    struct tcp_pcb *pcb;
    bool connected, ended, lost;
    bool lazy;   /* acknowledges, but does not open its window */
    size_t kept; /* bytes not yet taken */
    size_t size; /* bytes received */
    uint32_t sum;
    char text[4096]; /* the first of them, zero-terminated */
};

/* All of a test. */
static struct peer peers[PEERS_MAX];
static size_t peer_count;

static err_t peer_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct peer *peer = argument;
    (void)error;
    if (!data) {
        peer->ended = true;
        return ERR_OK;
    }
    for (struct pbuf *part = data; part; part = part->next) {
        for (size_t i = 0; i < part->len; i++) {
            uint8_t byte = ((const uint8_t *)part->payload)[i];
            if (peer->size < sizeof peer->text - 1)
                peer->text[peer->size] = (char)byte;
            peer->size++;
            peer->sum = peer->sum * 31 + byte;
        }
    }
    if (peer->lazy)
        peer->kept += data->tot_len;
    else
        tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static err_t peer_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct peer *peer = argument;
    (void)pcb;
    peer->connected = error == ERR_OK;
    return ERR_OK;
}

static void peer_lost(void *argument, err_t error)
{
    struct peer *peer = argument;
    (void)error;
    peer->lost = true;
    peer->pcb = NULL;
}

/* One turn of the main loop, ms later. */
static void turn(uint32_t ms)
{
    clock_ms += ms;
    netif_poll_all();
    sys_check_timeouts();
    flota_http_lwip_poll(clock_ms);
    netif_poll_all();
}

static void turns(int count, uint32_t ms)
{
    while (count-- > 0)
        turn(ms);
}

static struct peer *peer_connect(void)
{
    ip_addr_t address = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    assert_in_range(peer_count, 0, PEERS_MAX - 1);
    struct peer *peer = &peers[peer_count++];
    memset(peer, 0, sizeof *peer);
    peer->pcb = tcp_new();
    assert_non_null(peer->pcb);
    tcp_arg(peer->pcb, peer);
    tcp_recv(peer->pcb, peer_received);
    tcp_err(peer->pcb, peer_lost);
    tcp_nagle_disable(peer->pcb);
    assert_int_equal(tcp_connect(peer->pcb, &address, PORT, peer_connected), ERR_OK);
    for (int i = 0; i < 100 && !peer->connected && !peer->lost; i++)
        turn(1);
    return peer;
}

/* Queue what fits. Returns its size. */
static size_t peer_write(struct peer *peer, const void *data, size_t size)
{
    size_t room = peer->pcb ? tcp_sndbuf(peer->pcb) : 0;
    if (size > room)
        size = room;
    if (size == 0 || tcp_write(peer->pcb, data, (u16_t)size, TCP_WRITE_FLAG_COPY) != ERR_OK)
        return 0;
    tcp_output(peer->pcb);
    return size;
}

static void peer_send(struct peer *peer, const char *text)
{
    assert_int_equal(peer_write(peer, text, strlen(text)), strlen(text));
    turns(5, 1);
}

static void peer_close(struct peer *peer)
{
    if (!peer->pcb)
        return;
    tcp_arg(peer->pcb, NULL);
    tcp_recv(peer->pcb, NULL);
    tcp_err(peer->pcb, NULL);
    assert_int_equal(tcp_close(peer->pcb), ERR_OK);
    peer->pcb = NULL;
}

static void peer_reset(struct peer *peer)
{
    tcp_err(peer->pcb, NULL);
    tcp_abort(peer->pcb);
    peer->pcb = NULL;
}

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

/* Let everything close, then count what is still in use. */
static int tear_down(void **state)
{
    (void)state;
    world.take = SIZE_MAX;
    for (; peer_count > 0; peer_count--)
        peer_close(&peers[peer_count - 1]);
    turns(400, 200);
    assert_null(tcp_active_pcbs);
    assert_null(tcp_tw_pcbs);
    assert_int_equal(lwip_stats.memp[MEMP_PBUF_POOL]->used, 0);
    assert_int_equal(lwip_stats.memp[MEMP_PBUF]->used, 0);
    assert_int_equal(lwip_stats.memp[MEMP_TCP_SEG]->used, 0);
    assert_int_equal(lwip_stats.mem.used, 0);
    assert_int_equal(world.begun, world.done);
    return 0;
}

/* --- tests --- */

static void requests_on_one_connection_are_answered(void **state)
{
    (void)state;
    struct peer *peer = peer_connect();
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
    struct peer *peer = peer_connect();
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
    struct peer *peer = peer_connect();
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
    struct peer *peer = peer_connect();
    struct peer *other = peer_connect();
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
    struct peer *peer = peer_connect();
    struct peer *other = peer_connect();
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

static void a_reset_client_ends_its_exchange_and_frees_its_bytes(void **state)
{
    size_t at = 0;
    (void)state;
    struct peer *peer = peer_connect();
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
    struct peer *peer = peer_connect();
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
    struct peer *peer = peer_connect();
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
    for (int i = 0; i < FLOTA_HTTP_LWIP_CLIENTS; i++) {
        peer_connect();
        turns(5, 10);
    }
    peer_send(&peers[0], "GET /small HTTP/1.1\r\nHost: a\r\n\r\n"); /* so 1 is idle for longest */
    peer_connect();
    peer_send(&peers[FLOTA_HTTP_LWIP_CLIENTS], "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(peers[FLOTA_HTTP_LWIP_CLIENTS].text, "HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i <= FLOTA_HTTP_LWIP_CLIENTS; i++)
        assert_int_equal(peers[i].lost, i == 1);
}

static void when_all_are_being_served_a_new_client_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < FLOTA_HTTP_LWIP_CLIENTS; i++) {
        peer_connect();
        peer_send(&peers[i], "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell");
    }
    const struct peer *late = peer_connect();
    turns(5, 1);
    assert_true(late->lost);
    for (int i = 0; i < FLOTA_HTTP_LWIP_CLIENTS; i++) {
        peer_send(&peers[i], "o");
        assert_non_null(strstr(peers[i].text, "HTTP/1.1 200 OK\r\n"));
    }
}

static void a_flood_of_half_sent_heads_shuts_nobody_out(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * FLOTA_HTTP_LWIP_CLIENTS; i++)
        peer_send(peer_connect(), "GET /small HT");
    struct peer *good = peer_connect();
    peer_send(good, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(strstr(good->text, "HTTP/1.1 200 OK\r\n"));
}

/* Our half is closed first; then the peer's end puts lwIP's control block into TIME_WAIT, which
 * lwIP may reuse: the adapter must have let go of it. */
static void control_blocks_in_time_wait_are_let_go(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct peer *peer = peer_connect();
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
    lwip_init();
    if (flota_http_lwip_init(&server, PORT) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
