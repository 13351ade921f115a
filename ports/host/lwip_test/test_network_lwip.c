/* test_network_lwip.c - outgoing connections, names and datagrams of the lwIP adapter, on a real
 * lwIP, and servers of any protocol.
 *
 * Time is the test's. After each test all of lwIP's buffers must be free again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/network.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lwip/dns.h"
#include "lwip_world.h"

#define ECHO_PORT   7
#define RAW_PORT    9
#define NOBODY_PORT 10
#define DNS_PORT    53
#define SESSIONS    3

/* --- a protocol: sends so many bytes, takes what comes, and keeps account --- */

struct probe {
    struct plan {
        size_t to_send;
        size_t take;      /* at most so many bytes per call */
        bool ends_output; /* when all is sent */
        bool closes_when_peer_ended;
    } plan;
    int opened, closed;
    char peer[FLOTA_STREAM_PEER_MAX];
    size_t offered, acked, received;
    size_t start, piece_size; /* of the piece on its way */
    uint32_t sum;
    bool ended, wants_close;
    uint8_t piece[1000];
};

static struct probe client;
static struct flota_network_dial dial;
static int hangs_up_in; /* the function of a session that does so */

enum { IN_NONE, IN_RECEIVE, IN_ACKED, IN_POLL, IN_SENT };

static void hang_up_in(int function)
{
    if (hangs_up_in != function)
        return;
    hangs_up_in = IN_NONE;
    flota_network_hang_up(&dial);
}

static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

static uint32_t pattern_sum(size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + pattern(i);
    return sum;
}

static void probe_open(void *session, void *context, const char *peer, uint32_t now_ms)
{
    struct probe *probe = session;
    (void)now_ms;
    memset(probe, 0, sizeof *probe);
    probe->plan = *(const struct plan *)context;
    probe->opened = 1;
    memcpy(probe->peer, peer, strlen(peer) + 1);
}

static void assert_open(const struct probe *probe)
{
    assert_int_equal(probe->opened, 1);
    assert_int_equal(probe->closed, 0);
}

static size_t probe_receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    struct probe *probe = session;
    assert_open(probe);
    (void)now_ms;
    assert_true(size > 0);
    if (size > probe->plan.take)
        size = probe->plan.take;
    for (size_t i = 0; i < size; i++)
        probe->sum = probe->sum * 31 + data[i];
    probe->received += size;
    if (probe == &client)
        hang_up_in(IN_RECEIVE);
    return size;
}

/* One piece at a time: its memory is free again when all of it is acknowledged. */
static size_t probe_output(void *session, const uint8_t **data)
{
    struct probe *probe = session;
    assert_open(probe);
    size_t size = probe->plan.to_send - probe->acked;
    if (size > sizeof probe->piece)
        size = sizeof probe->piece;
    if (probe->offered == probe->acked) {
        probe->start = probe->acked;
        for (size_t i = 0; i < size; i++)
            probe->piece[i] = pattern(probe->start + i);
        probe->piece_size = size;
    }
    *data = probe->piece + (probe->offered - probe->start);
    return probe->piece_size - (probe->offered - probe->start);
}

static void probe_sent(void *session, size_t size)
{
    struct probe *probe = session;
    assert_open(probe);
    probe->offered += size;
    if (probe == &client)
        hang_up_in(IN_SENT);
}

static void probe_acked(void *session, size_t size, uint32_t now_ms)
{
    struct probe *probe = session;
    assert_open(probe);
    (void)now_ms;
    probe->acked += size;
    assert_true(probe->acked <= probe->offered);
    if (probe == &client)
        hang_up_in(IN_ACKED);
}

static void probe_poll(void *session, uint32_t now_ms)
{
    struct probe *probe = session;
    assert_open(probe);
    (void)now_ms;
    if (probe->ended && probe->plan.closes_when_peer_ended)
        probe->wants_close = true;
    if (probe == &client)
        hang_up_in(IN_POLL);
}

static bool probe_output_ended(const void *session)
{
    const struct probe *probe = session;
    return probe->plan.ends_output && probe->acked == probe->plan.to_send;
}

static bool probe_wants_close(const void *session)
{
    const struct probe *probe = session;
    return probe->wants_close;
}

static enum flota_stream_use probe_use(const void *session)
{
    (void)session;
    return FLOTA_STREAM_USE_EXCHANGE;
}

static void probe_peer_ended(void *session, size_t undelivered)
{
    struct probe *probe = session;
    probe->ended = undelivered == 0;
}

static void probe_close(void *session)
{
    struct probe *probe = session;
    probe->closed++;
}

static const struct flota_stream_protocol probing = {
    .session_size = sizeof(struct probe),
    .open = probe_open,
    .receive = probe_receive,
    .output = probe_output,
    .sent = probe_sent,
    .acked = probe_acked,
    .poll = probe_poll,
    .output_ended = probe_output_ended,
    .wants_close = probe_wants_close,
    .use = probe_use,
    .peer_ended = probe_peer_ended,
    .close = probe_close,
};

/* --- the world --- */

static struct plan server_plan, client_plan;
static struct probe sessions[SESSIONS];
static struct flota_network_server server = {.protocol = &probing,
                                             .context = &server_plan,
                                             .port = ECHO_PORT,
                                             .count = SESSIONS,
                                             .sessions = sessions};

/* A peer without the adapter. */
static struct tcp_pcb *raw_listener, *raw_pcb;
static bool raw_ended;

static err_t raw_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    (void)argument;
    (void)error;
    if (!data) {
        raw_ended = true;
        return ERR_OK;
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static err_t raw_accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)argument;
    (void)error;
    raw_pcb = pcb;
    tcp_recv(pcb, raw_received);
    return ERR_OK;
}

static int set_up(void **state)
{
    (void)state;
    memset(&dial, 0, sizeof dial);
    memset(&client, 0, sizeof client);
    memset(sessions, 0, sizeof sessions);
    client_plan = server_plan = (struct plan){.take = SIZE_MAX, .closes_when_peer_ended = true};
    dial.protocol = &probing;
    dial.context = &client_plan;
    dial.session = &client;
    raw_pcb = NULL;
    raw_ended = false;
    hangs_up_in = IN_NONE;
    dns_setserver(0, IP_ADDR_ANY);
    wire_frames = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    flota_network_hang_up(&dial);
    nothing_is_left();
    assert_int_equal(client.opened, client.closed);
    for (int i = 0; i < SESSIONS; i++)
        assert_int_equal(sessions[i].opened, sessions[i].closed);
    return 0;
}

static void dial_to(const char *host, uint16_t port)
{
    assert_int_equal(flota_network_dial(&dial, host, port), 0);
}

/* Turn until the dial has that state. Returns the time it took. */
static uint32_t wait_for(enum flota_network_dial_state state)
{
    uint32_t start_ms = clock_ms;
    while (dial.state != state && clock_ms - start_ms < 60000)
        turn(10);
    assert_int_equal(dial.state, state);
    return clock_ms - start_ms;
}

/* --- outgoing connections --- */

static void bytes_go_both_ways(void **state)
{
    enum { SIZE = 100000 };
    (void)state;
    client_plan.to_send = server_plan.to_send = SIZE;
    client_plan.take = server_plan.take = 777;
    dial_to("127.0.0.1", ECHO_PORT);
    wait_for(FLOTA_NETWORK_OPEN);
    for (int i = 0; i < 5000 && (client.received < SIZE || sessions[0].received < SIZE); i++)
        turn(5);
    assert_int_equal(client.received, SIZE);
    assert_int_equal(sessions[0].received, SIZE);
    assert_int_equal(client.sum, pattern_sum(SIZE));
    assert_int_equal(sessions[0].sum, pattern_sum(SIZE));
    assert_string_equal(client.peer, "127.0.0.1");
    turns(10, 100);
    assert_int_equal(client.acked, SIZE);
    client.wants_close = true;
    wait_for(FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, 0);
    turns(5, 10);
    assert_int_equal(sessions[0].closed, 1);
}

static void a_port_where_nobody_listens_refuses(void **state)
{
    (void)state;
    dial_to("127.0.0.1", NOBODY_PORT);
    assert_in_range(wait_for(FLOTA_NETWORK_CLOSED), 0, 100);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_REFUSED);
    assert_int_equal(client.opened, 0);
}

static void an_address_where_nobody_answers_is_given_up_in_time(void **state)
{
    (void)state;
    dial_to("10.0.0.9", 80);
    assert_in_range(wait_for(FLOTA_NETWORK_CLOSED), FLOTA_NETWORK_CONNECT_MS,
                    FLOTA_NETWORK_CONNECT_MS + 100);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_TIMEOUT);
    assert_int_equal(client.opened, 0);
    assert_true(wire_frames > 0);
}

static void without_a_link_there_is_no_waiting(void **state)
{
    (void)state;
    netif_set_link_down(netif_default);
    dial_to("10.0.0.9", 80);
    netif_set_link_up(netif_default);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_TIMEOUT);
}

static void a_reset_in_the_middle_is_a_lost_connection(void **state)
{
    (void)state;
    client_plan.to_send = 5000;
    dial_to("127.0.0.1", RAW_PORT);
    wait_for(FLOTA_NETWORK_OPEN);
    turns(10, 10);
    assert_int_equal(client.opened, 1);
    assert_non_null(raw_pcb);
    tcp_abort(raw_pcb);
    wait_for(FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_LOST);
    assert_int_equal(client.closed, 1);
}

/* The peer's control block is gone without a word, as after a power cut. */
static void a_peer_that_has_forgotten_is_found_out(void **state)
{
    (void)state;
    dial_to("127.0.0.1", RAW_PORT);
    wait_for(FLOTA_NETWORK_OPEN);
    turns(5, 10);
    TCP_RMV_ACTIVE(raw_pcb);
    tcp_free(raw_pcb);
    turns(1000, 50);
    assert_int_equal(dial.state, FLOTA_NETWORK_OPEN);
    turns(300, 50);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_LOST);
}

static void write_pattern(struct tcp_pcb *pcb, size_t size)
{
    static uint8_t bytes[10000];
    for (size_t i = 0; i < size; i++)
        bytes[i] = pattern(i);
    assert_int_equal(tcp_write(pcb, bytes, (u16_t)size, TCP_WRITE_FLAG_COPY), ERR_OK);
    tcp_output(pcb);
}

static void what_was_sent_before_an_orderly_end_is_delivered(void **state)
{
    (void)state;
    client_plan.take = 10;
    dial_to("127.0.0.1", RAW_PORT);
    wait_for(FLOTA_NETWORK_OPEN);
    turns(5, 10);
    client.plan.take = 0;
    write_pattern(raw_pcb, 10000);
    assert_int_equal(tcp_close(raw_pcb), ERR_OK);
    turns(50, 10);
    assert_int_equal(client.received, 0);
    assert_false(client.ended);
    client.plan.take = 10;
    wait_for(FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, 0);
    assert_int_equal(client.received, 10000);
    assert_int_equal(client.sum, pattern_sum(10000));
}

/* As a client does that has sent its request and ended: the answer and the peer's end come in one
 * segment, whereupon lwIP's control block goes its own way. */
static void after_our_own_end_the_answer_is_still_delivered(void **state)
{
    (void)state;
    client_plan = (struct plan){
        .to_send = 100, .take = SIZE_MAX, .ends_output = true, .closes_when_peer_ended = true};
    dial_to("127.0.0.1", RAW_PORT);
    wait_for(FLOTA_NETWORK_OPEN);
    turns(20, 50);
    assert_true(raw_ended);
    assert_int_equal(dial.state, FLOTA_NETWORK_OPEN);
    client.plan.take = 0; /* it is slow */
    write_pattern(raw_pcb, 3000);
    assert_int_equal(tcp_close(raw_pcb), ERR_OK);
    turns(200, 50); /* longer than TIME_WAIT: others get lwIP's control blocks */
    peer_connect_to(ECHO_PORT);
    peer_connect_to(ECHO_PORT);
    assert_int_equal(dial.state, FLOTA_NETWORK_OPEN);
    client.plan.take = SIZE_MAX;
    wait_for(FLOTA_NETWORK_CLOSED);
    turns(5, 10);
    assert_int_equal(dial.error, 0);
    assert_int_equal(client.received, 3000);
    assert_true(client.ended);
    assert_int_equal(sessions[0].opened + sessions[1].opened, 2);
    assert_int_equal(sessions[0].closed + sessions[1].closed, 0);
}

static void a_dial_that_is_hung_up_is_closed_at_once(void **state)
{
    (void)state;
    dial_to("127.0.0.1", ECHO_PORT);
    wait_for(FLOTA_NETWORK_OPEN);
    turns(5, 10);
    flota_network_hang_up(&dial);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, 0);
    assert_int_equal(client.closed, 1);
    flota_network_hang_up(&dial);
    assert_int_equal(client.closed, 1);
    turns(5, 10);
    assert_int_equal(sessions[0].closed, 1);
}

static void a_session_may_hang_up_its_own_dial(void **state)
{
    (void)state;
    for (int function = IN_RECEIVE; function <= IN_SENT; function++) {
        client_plan.to_send = server_plan.to_send = 50000;
        dial_to("127.0.0.1", ECHO_PORT);
        wait_for(FLOTA_NETWORK_OPEN);
        hangs_up_in = function;
        wait_for(FLOTA_NETWORK_CLOSED);
        assert_int_equal(dial.error, 0);
        assert_int_equal(client.closed, 1);
        assert_int_equal(hangs_up_in, IN_NONE);
        turns(20, 10);
    }
}

static void a_dial_that_is_not_closed_is_not_begun_again(void **state)
{
    (void)state;
    dial_to("10.0.0.9", 80);
    assert_int_equal(flota_network_dial(&dial, "10.0.0.9", 80), FLOTA_ERR_NOT_READY);
    assert_int_equal(dial.state, FLOTA_NETWORK_CONNECTING);
}

static void places_are_limited_and_come_back(void **state)
{
    static struct flota_network_dial others[FLOTA_NETWORK_DIALS_MAX];
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++) {
            others[i] = dial;
            assert_int_equal(flota_network_dial(&others[i], "10.0.0.9", 80), 0);
        }
        assert_int_equal(flota_network_dial(&dial, "10.0.0.9", 80), FLOTA_ERR_NOT_READY);
        assert_int_equal(flota_network_dial(&others[0], "10.0.0.9", 80), FLOTA_ERR_NOT_READY);
        for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++)
            flota_network_hang_up(&others[i]);
    }
}

/* --- names --- */

static void a_name_without_a_server_to_ask_is_unknown(void **state)
{
    (void)state;
    dial_to("updates.example", 80);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_NAME_UNKNOWN);
}

static void a_name_that_is_empty_or_too_long_is_unknown(void **state)
{
    char name[FLOTA_NETWORK_HOST_MAX + 1];
    (void)state;
    memset(name, 'a', sizeof name);
    name[FLOTA_NETWORK_HOST_MAX] = '\0';
    assert_int_equal(flota_network_dial(&dial, name, 80), FLOTA_ERR_NAME_UNKNOWN);
    assert_int_equal(flota_network_dial(&dial, "", 80), FLOTA_ERR_NAME_UNKNOWN);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
}

/* As when DHCP brings another one. */
static void the_name_server_of_the_configuration_stays_the_first(void **state)
{
    ip_addr_t configured = IPADDR4_INIT_BYTES(127, 0, 0, 1),
              other = IPADDR4_INIT_BYTES(10, 0, 0, 1);
    (void)state;
    dns_setserver(0, &other);
    turn(1);
    assert_true(ip_addr_cmp(dns_getserver(0), &configured));
}

/* A name server on the loop back interface: knows known.*, denies all others, but silent.*. */
static bool is_name_server_silent;
static int questions;
static struct flota_network_datagrams name_server;

static void answer_question(void *context, const struct flota_datagram_peer *peer,
                            const uint8_t *data, size_t size)
{
    static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1};
    uint8_t reply[600];
    (void)context;
    questions++;
    if (is_name_server_silent || memcmp(data + 12, "\6silent", 7) == 0)
        return;
    assert_in_range(size, 17, sizeof reply - sizeof record);
    memcpy(reply, data, size);
    bool known = memcmp(data + 12, "\5known", 6) == 0;
    reply[2] = 0x81; /* a response */
    reply[3] = known ? 0x80 : 0x83;
    reply[7] = known;
    memcpy(reply + size, record, sizeof record);
    assert_int_equal(
        flota_network_send(&name_server, peer, reply, size + (known ? sizeof record : 0)), 0);
}

static void use_name_server(bool silent)
{
    ip_addr_t address = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    dns_setserver(0, &address);
    is_name_server_silent = silent;
    questions = 0;
}

static void a_name_is_resolved_and_connected_to(void **state)
{
    (void)state;
    use_name_server(false);
    dial_to("known.example", ECHO_PORT);
    assert_int_equal(dial.state, FLOTA_NETWORK_RESOLVING);
    wait_for(FLOTA_NETWORK_OPEN);
    assert_int_equal(questions, 1);
    assert_string_equal(client.peer, "127.0.0.1");
}

static void a_name_that_does_not_exist_is_unknown(void **state)
{
    (void)state;
    use_name_server(false);
    dial_to("nothing.example", ECHO_PORT);
    assert_in_range(wait_for(FLOTA_NETWORK_CLOSED), 10, 2000);
    assert_int_equal(dial.error, FLOTA_ERR_NAME_UNKNOWN);
}

static void silent_name_servers_are_given_up_in_time(void **state)
{
    ip_addr_t second = IPADDR4_INIT_BYTES(10, 0, 0, 7);
    (void)state;
    use_name_server(true);
    dns_setserver(1, &second);
    dial_to("silent.example", ECHO_PORT);
    assert_in_range(wait_for(FLOTA_NETWORK_CLOSED), 5000, FLOTA_NETWORK_CONNECT_MS + 100);
    assert_int_equal(dial.error, FLOTA_ERR_NAME_UNKNOWN);
    assert_in_range(questions, 2, 10);
    dns_setserver(1, IP_ADDR_ANY);
}

static void an_answer_that_comes_after_hanging_up_finds_nobody(void **state)
{
    (void)state;
    use_name_server(true);
    dial_to("known.late", ECHO_PORT);
    turns(5, 10);
    flota_network_hang_up(&dial);
    dial_to("silent.example", ECHO_PORT); /* in the same place */
    is_name_server_silent = false;
    turns(300, 10); /* the first is asked again, and answered */
    assert_int_equal(dial.state, FLOTA_NETWORK_RESOLVING);
}

/* --- datagrams --- */

static struct {
    int count;
    size_t size;
    uint32_t sum;
    struct flota_datagram_peer peer;
} heard;

static struct flota_network_datagrams left, right;

static void hear(void *context, const struct flota_datagram_peer *peer, const uint8_t *data,
                 size_t size)
{
    struct flota_network_datagrams *answer_by = context;
    heard.count++;
    heard.size = size;
    heard.peer = *peer;
    heard.sum = 0;
    for (size_t i = 0; i < size; i++)
        heard.sum = heard.sum * 31 + data[i];
    if (answer_by)
        assert_int_equal(flota_network_send(answer_by, peer, data, size), 0);
}

static void send_to_right(size_t size, int expected)
{
    static uint8_t bytes[FLOTA_DATAGRAM_MAX + 1];
    struct flota_datagram_peer peer = {.address = PP_HTONL(LWIP_MAKEU32(127, 0, 0, 1)),
                                       .port = right.port};
    for (size_t i = 0; i < size; i++)
        bytes[i] = pattern(i);
    heard.count = 0;
    assert_int_equal(flota_network_send(&left, &peer, bytes, size), expected);
    turns(3, 1);
}

static void datagrams_come_whole_and_are_answered(void **state)
{
    static const size_t sizes[] = {1, 100, FLOTA_DATAGRAM_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        send_to_right(sizes[i], 0);
        assert_int_equal(heard.count, 2); /* there, and back */
        assert_int_equal(heard.size, sizes[i]);
        assert_int_equal(heard.sum, pattern_sum(sizes[i]));
        assert_int_equal(heard.peer.port, right.port);
        assert_string_equal(heard.peer.text, "127.0.0.1");
    }
}

static void a_datagram_that_is_too_long_is_not_sent(void **state)
{
    (void)state;
    send_to_right(FLOTA_DATAGRAM_MAX + 1, FLOTA_ERR_NOT_READY);
    assert_int_equal(heard.count, 0);
}

static void a_port_is_bound_once(void **state)
{
    struct flota_network_datagrams again = {.port = left.port, .received = hear};
    (void)state;
    assert_int_equal(flota_network_bind(&again), FLOTA_ERR_NOT_READY);
}

/* --- servers, interface --- */

static void when_all_sessions_serve_a_new_client_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < SESSIONS; i++) {
        peer_connect_to(ECHO_PORT);
        assert_int_equal(sessions[i].opened, 1);
    }
    dial_to("127.0.0.1", ECHO_PORT);
    turns(20, 10);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    for (int i = 0; i < SESSIONS; i++)
        assert_int_equal(sessions[i].closed, 0);
}

static void a_server_needs_a_free_port_and_places(void **state)
{
    static struct flota_network_server second;
    (void)state;
    second = server;
    assert_int_equal(flota_network_listen(&second), FLOTA_ERR_NOT_READY);
    second.port = 8;
    second.count = FLOTA_NETWORK_SESSIONS_MAX - SESSIONS + 1;
    assert_int_equal(flota_network_listen(&second), FLOTA_ERR_NOT_READY);
    second.count = 0;
    assert_int_equal(flota_network_listen(&second), FLOTA_ERR_NOT_READY);
}

static void the_status_tells_addresses_and_link(void **state)
{
    const ip4_addr_t address = {PP_HTONL(LWIP_MAKEU32(10, 0, 0, 2))};
    struct flota_network_status status;
    (void)state;
    flota_network_status(&status);
    assert_true(status.is_link_up);
    assert_false(status.is_dhcp);
    assert_string_equal(status.address, "10.0.0.2");
    assert_string_equal(status.mask, "255.255.255.0");
    assert_string_equal(status.gateway, "10.0.0.1");
    assert_memory_equal(status.mac, "\2\0\0\0\0\1", 6);
    netif_set_ipaddr(netif_default, IP4_ADDR_ANY4);
    flota_network_status(&status);
    assert_string_equal(status.address, "");
    netif_set_ipaddr(netif_default, &address);
    flota_network_status(&status);
    assert_string_equal(status.address, "10.0.0.2");
    netif_set_link_down(netif_default);
    flota_network_status(&status);
    assert_false(status.is_link_up);
    netif_set_link_up(netif_default);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int start(void **state)
{
    (void)state;
    start_network_with(0x7f000001);
    left = (struct flota_network_datagrams){.port = 5000, .received = hear};
    right = (struct flota_network_datagrams){.port = 5001, .received = hear, .context = &right};
    name_server = (struct flota_network_datagrams){.port = DNS_PORT, .received = answer_question};
    raw_listener = tcp_new();
    if (!raw_listener || tcp_bind(raw_listener, IP_ANY_TYPE, RAW_PORT) != ERR_OK)
        return -1;
    raw_listener = tcp_listen(raw_listener);
    tcp_accept(raw_listener, raw_accepted);
    return flota_network_listen(&server) | flota_network_bind(&left) | flota_network_bind(&right) |
           flota_network_bind(&name_server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_go_both_ways),
        TEST(a_port_where_nobody_listens_refuses),
        TEST(an_address_where_nobody_answers_is_given_up_in_time),
        TEST(without_a_link_there_is_no_waiting),
        TEST(a_reset_in_the_middle_is_a_lost_connection),
        TEST(a_peer_that_has_forgotten_is_found_out),
        TEST(what_was_sent_before_an_orderly_end_is_delivered),
        TEST(after_our_own_end_the_answer_is_still_delivered),
        TEST(a_dial_that_is_hung_up_is_closed_at_once),
        TEST(a_session_may_hang_up_its_own_dial),
        TEST(a_dial_that_is_not_closed_is_not_begun_again),
        TEST(places_are_limited_and_come_back),
        TEST(a_name_without_a_server_to_ask_is_unknown),
        TEST(a_name_that_is_empty_or_too_long_is_unknown),
        TEST(the_name_server_of_the_configuration_stays_the_first),
        TEST(a_name_is_resolved_and_connected_to),
        TEST(a_name_that_does_not_exist_is_unknown),
        TEST(silent_name_servers_are_given_up_in_time),
        TEST(an_answer_that_comes_after_hanging_up_finds_nobody),
        TEST(datagrams_come_whole_and_are_answered),
        TEST(a_datagram_that_is_too_long_is_not_sent),
        TEST(a_port_is_bound_once),
        TEST(when_all_sessions_serve_a_new_client_is_refused),
        TEST(a_server_needs_a_free_port_and_places),
        TEST(the_status_tells_addresses_and_link),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
