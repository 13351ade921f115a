/* peer_test.c - the peer and its cable without a board: the guest is a mirror that sends each frame
 * back, and the bad servers are lwIP's own, at the peer's own address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "../src/eth.h"
#include "../src/net.h"
#include "../src/peer.h"
#include "../src/watch.h"

#include "lwip/priv/tcp_priv.h" /* its lists of connections */
#include "lwip/tcp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs those before it */
#include <cmocka.h>

#define SELF "10.0.2.1"

static struct board board;
static struct {
    bool mirror, listening, link;
    unsigned downs;
    uint64_t frames, hash;
    size_t count; /* of those below */
    struct {
        uint32_t number;
        uint64_t at_ns;
    } received[20000]; /* numbered frames that came while the guest is no mirror */
} guest;

/* --- the rest of the board --- */

const struct net_backend net_slirp_backend = {.name = "slirp"};
const struct net_backend net_tap_backend = {.name = "tap", .on_wire = true};

void board_schedule(struct board *of, enum board_event event, uint64_t at_ns)
{
    of->events[event] = at_ns;
}

void board_warn(struct board *of, const char *format, ...)
{
    (void)of;
    fail_msg("a warning: %s", format);
}

static void hash(const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        guest.hash = (guest.hash ^ ((const uint8_t *)data)[i]) * 0x100000001B3ull;
}

void watch_frame(struct board *of, bool to_guest, const uint8_t *frame, size_t size)
{
    hash(&of->now_ns, sizeof of->now_ns);
    hash(&to_guest, sizeof to_guest);
    hash(frame, size);
    guest.frames++;
}

void eth_receive(struct board *of, const uint8_t *frame, size_t size)
{
    if (guest.mirror) {
        net_transmit(of, frame, size);
    } else if (frame[12] == 0xAB && guest.count < 20000) {
        memcpy(&guest.received[guest.count].number, frame + 16, 4);
        guest.received[guest.count++].at_ns = of->now_ns;
    }
}

bool eth_listening(const struct board *of)
{
    (void)of;
    return guest.listening;
}

void phy_set_link(struct board *of, bool plugged)
{
    (void)of;
    guest.link = plugged;
    guest.downs += !plugged;
}

/* --- time --- */

static bool step(uint64_t end_ns)
{
    uint64_t next = board.events[EVENT_PEER];
    if (next > end_ns)
        return false;
    board.events[EVENT_PEER] = BOARD_NEVER;
    if (next > board.now_ns)
        board.now_ns = next;
    net_event(&board);
    return true;
}

static void run_for(uint64_t ns)
{
    uint64_t end_ns = board.now_ns + ns;
    while (step(end_ns))
        ;
    board.now_ns = end_ns;
}

static const struct peer_response *run_until_response(unsigned request)
{
    const struct peer_response *response;
    uint64_t end_ns = board.now_ns + 600 * NS_PER_S;
    while (!(response = peer_response(&board, request)) && step(end_ns))
        ;
    assert_non_null(response);
    return response;
}

/* --- servers --- */

enum conduct { ANSWERS, CLOSES, RESETS, DRIPS, KEEPS_SILENT, READS_ALL };

static struct server {
    uint16_t port;
    enum conduct conduct;
    const char *bytes; /* sent when the first of the request is there */
} servers[] = {
    {81, CLOSES, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {82, CLOSES, "HTTP/1.1 200 OK\r\n\r\nuntil it closes"},
    {83, ANSWERS, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"},
    {84, ANSWERS, "\x01\x02 this is no HTTP at all"},
    {85, CLOSES, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"},
    {86, CLOSES, ""},
    {87, RESETS, ""},
    {88, DRIPS, "HTTP/1.1 200 OK\r\n\r\n"},
    {89, KEEPS_SILENT, ""},
    {90, READS_ALL, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
};
enum { SERVER_COUNT = sizeof servers / sizeof servers[0], UPLOAD_SIZE = 4 << 20 };

static uint64_t uploaded;

static err_t drip(void *argument, struct tcp_pcb *pcb)
{
    (void)argument;
    static uint8_t drops[20000];
    tcp_write(pcb, drops, sizeof drops, 0);
    tcp_output(pcb);
    return ERR_OK;
}

static err_t send_answer(const struct server *server, struct tcp_pcb *pcb)
{
    if (server->conduct == RESETS) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    tcp_write(pcb, server->bytes, (u16_t)strlen(server->bytes), 0);
    tcp_output(pcb);
    if (server->conduct == DRIPS)
        tcp_poll(pcb, drip, 1);
    if (server->conduct == CLOSES)
        tcp_close(pcb);
    return ERR_OK;
}

static err_t server_receives(void *argument, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
    (void)error;
    struct server *server = argument;
    if (!packet) {
        tcp_close(pcb);
        return ERR_OK;
    }
    tcp_recved(pcb, packet->tot_len);
    uploaded += packet->tot_len;
    pbuf_free(packet);
    bool waits = server->conduct == READS_ALL && uploaded < UPLOAD_SIZE;
    return waits || server->conduct == KEEPS_SILENT ? ERR_OK : send_answer(server, pcb);
}

static err_t server_accepts(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)error;
    tcp_arg(pcb, argument);
    tcp_recv(pcb, server_receives);
    return ERR_OK;
}

static void open_servers(void)
{
    for (size_t i = 0; i < SERVER_COUNT; i++) {
        struct tcp_pcb *pcb = tcp_new();
        assert_int_equal(tcp_bind(pcb, IP_ADDR_ANY, servers[i].port), ERR_OK);
        pcb = tcp_listen(pcb);
        tcp_arg(pcb, &servers[i]);
        tcp_accept(pcb, server_accepts);
    }
}

/* --- before and after each test --- */

static int set_up(void **state)
{
    (void)state;
    guest.mirror = guest.listening = true;
    guest.link = true;
    assert_null(wire_configure(&board, "up=now,rate=100M,rtt=1ms,loss=0,dup=0,reorder=0,jitter=0"));
    return 0;
}

static int is_idle(void **state)
{
    (void)state;
    run_for(180 * NS_PER_S); /* what is still under way between the two ends of a TCP connection */
    if (tcp_active_pcbs || tcp_tw_pcbs) {
        print_error("connections are left over\n");
        return -1;
    }
    return 0;
}

static unsigned begin(uint16_t port, const uint8_t *body, size_t size, uint64_t timeout_ns)
{
    const char *error;
    unsigned number = peer_request(&board,
                                   &(struct peer_request){.method = body ? "POST" : "GET",
                                                          .path = "/",
                                                          .address = SELF,
                                                          .port = port,
                                                          .body = body,
                                                          .body_size = size,
                                                          .timeout_ns = timeout_ns},
                                   &error);
    assert_null(error);
    assert_int_not_equal(number, 0);
    return number;
}

/* body, error: part of it; NULL: none. */
static void expect(uint16_t port, int status, const char *body, const char *error)
{
    unsigned number = begin(port, NULL, 0, 20 * NS_PER_S);
    const struct peer_response *response = run_until_response(number);
    assert_int_equal(response->status, status);
    assert_true(response->end_ns > response->begin_ns && response->request == number);
    if (body) {
        assert_int_equal(response->body_size, strlen(body));
        assert_memory_equal(response->body, body, strlen(body));
    }
    if (error && (!response->error || !strstr(response->error, error)))
        fail_msg("port %u: \"%s\" instead of \"%s\"", port, response->error, error);
    if (!error)
        assert_null(response->error);
    peer_forget(&board, number);
    assert_null(peer_response(&board, number));
}

/* --- tests --- */

static void answers_of_each_form_are_read(void **state)
{
    (void)state;
    expect(81, 200, "ok", NULL);
    expect(82, 200, "until it closes", NULL);
    expect(83, 200, "ok", NULL);
}

static void a_bad_server_gets_a_clear_error(void **state)
{
    (void)state;
    expect(84, 0, NULL, "no HTTP");
    expect(85, 200, "half", "after 4 of the 10 bytes");
    expect(86, 0, NULL, "without an answer");
    expect(87, 0, NULL, "reset the connection");
    expect(88, 200, NULL, "no whole answer within 20000 ms");
    expect(89, 0, NULL, "no whole answer within 20000 ms");
    expect(99, 0, NULL, "refused");
}

static void a_server_that_never_ends_costs_no_more_than_1_mib(void **state)
{
    (void)state;
    unsigned number = begin(88, NULL, 0, 120 * NS_PER_S);
    const struct peer_response *response = run_until_response(number);
    assert_int_equal(response->body_size, 1 << 20);
    assert_in_range(response->end_ns - response->begin_ns, 119999 * NS_PER_MS, 120 * NS_PER_S);
    peer_forget(&board, number);
}

static void a_guest_that_says_nothing_is_given_up(void **state)
{
    (void)state;
    guest.mirror = false;
    net_reset(&board); /* the address is to be found anew */
    expect(81, 0, NULL, "took no connection within 20000 ms");
    peer_await(&board, "/", 0);
    run_for(10 * NS_PER_S);
    assert_false(peer_is_served(&board));
    peer_await_end(&board);
}

static void a_guest_that_does_not_listen_is_not_asked(void **state)
{
    (void)state;
    guest.listening = false;
    run_for(NS_PER_S);
    uint64_t frames = guest.frames;
    peer_await(&board, "/", 0);
    run_for(10 * NS_PER_S);
    assert_int_equal(guest.frames, frames);
    peer_await_end(&board);
}

static void wrong_requests_are_refused(void **state)
{
    (void)state;
    static const struct peer_request wrong[] = {
        {.method = "G T", .path = "/"},
        {.method = "GET", .path = "no"},
        {.method = "GET", .path = "/", .address = "example.org"},
        {.method = "GET", .path = "/", .body = (const uint8_t *)"", .body_size = (4 << 20) + 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *error = NULL;
        assert_int_equal(peer_request(&board, &wrong[i], &error), 0);
        assert_non_null(error);
    }
}

static uint8_t *make_body(void)
{
    uint8_t *body = malloc(UPLOAD_SIZE);
    assert_non_null(body);
    for (size_t i = 0; i < UPLOAD_SIZE; i++)
        body[i] = (uint8_t)(i * 2654435761u >> 24);
    return body;
}

static void upload(const char *link)
{
    uint8_t *body = make_body();
    assert_null(wire_configure(&board, link));
    uploaded = 0;
    unsigned number = begin(90, body, UPLOAD_SIZE, 600 * NS_PER_S);
    free(body); /* it was copied */
    const struct peer_response *response = run_until_response(number);
    assert_null(response->error);
    assert_int_equal(response->status, 200);
    assert_int_equal(response->sent, UPLOAD_SIZE);
    peer_forget(&board, number);
}

static void four_mib_arrive_over_a_good_cable_at_its_rate(void **state)
{
    (void)state;
    uint64_t begin_ns = board.now_ns;
    upload("rtt=1ms");
    /* Frames of 1,538 bytes on the line carry 1,460: 0.354 s. The mirror holds each on its own
     * line as well, and sends back what it gets, so there is as much again for the answers. */
    assert_in_range(board.now_ns - begin_ns, 353 * NS_PER_MS, 800 * NS_PER_MS);
}

static void four_mib_arrive_over_a_bad_cable(void **state)
{
    (void)state;
    upload("loss=2%,dup=2%,reorder=2%,jitter=300us");
    upload("rate=10M,rtt=30ms,loss=0.2%");
}

static void a_pulled_cable_is_survived(void **state)
{
    (void)state;
    uint64_t begin_ns = board.now_ns;
    guest.downs = 0;
    upload("down=100ms-2100ms");
    assert_true(board.now_ns - begin_ns > 2100 * NS_PER_MS);
    assert_true(guest.link && guest.downs == 1);
}

/* Ten thousand numbered frames, one each 100 us, over a cable that is so. Returns how many came
 * before one that was sent earlier. */
static unsigned send_numbered(const char *link)
{
    uint8_t frame[64] = {[12] = 0xAB};
    unsigned early = 0;
    guest.mirror = false;
    guest.count = 0;
    assert_null(wire_configure(&board, link));
    for (uint32_t number = 0; number < 10000; number++) {
        memcpy(frame + 16, &number, 4);
        wire_to_guest(&board, frame, sizeof frame);
        run_for(100000);
    }
    run_for(NS_PER_S);
    for (size_t i = 1; i < guest.count; i++)
        early += guest.received[i].number < guest.received[i - 1].number;
    return early;
}

static void the_cable_spoils_its_share_of_frames(void **state)
{
    (void)state;
    uint64_t begin_ns = board.now_ns;
    assert_int_equal(send_numbered("loss=0"), 0);
    assert_int_equal(guest.count, 10000);
    /* Half a round trip: the time on the line is the MAC model's. */
    assert_int_equal(guest.received[0].at_ns - begin_ns, NS_PER_MS / 2);
    assert_int_equal(send_numbered("loss=10%"), 0);
    assert_in_range(guest.count, 8900, 9100);
    assert_int_equal(send_numbered("loss=0,dup=10%"), 0);
    assert_in_range(guest.count, 10900, 11100);
    assert_in_range(send_numbered("dup=0,reorder=10%"), 500, 1100);
    assert_int_equal(guest.count, 10000);
    assert_int_equal(send_numbered("reorder=0,loss=100%"), 0);
    assert_int_equal(guest.count, 0);
}

static void jitter_delays_and_keeps_the_order(void **state)
{
    (void)state;
    uint64_t begin_ns = board.now_ns, least_ns = UINT64_MAX, most_ns = 0;
    assert_int_equal(send_numbered("rtt=2ms,jitter=3ms"), 0);
    assert_int_equal(guest.count, 10000);
    for (size_t i = 0; i < guest.count; i++) {
        uint64_t delay_ns = guest.received[i].at_ns - begin_ns - guest.received[i].number * 100000u;
        least_ns = delay_ns < least_ns ? delay_ns : least_ns;
        most_ns = delay_ns > most_ns ? delay_ns : most_ns;
    }
    assert_in_range(least_ns, NS_PER_MS, 3 * NS_PER_MS);
    assert_in_range(most_ns, 39 * NS_PER_MS / 10, 4 * NS_PER_MS + 10000);
}

/* 88 bytes with preamble, FCS and gap: at 1 Mbit/s 704 us, so 1,420 frames while all are sent; the
 * buffer at the line's begin holds 1,024 more. */
static void a_slow_line_spaces_frames_and_loses_what_its_buffer_cannot_hold(void **state)
{
    (void)state;
    send_numbered("rate=1M");
    assert_in_range(guest.count, 1420 + 1000, 1420 + 1050);
    for (size_t i = 1; i < guest.count; i++)
        assert_true(guest.received[i].at_ns - guest.received[i - 1].at_ns >= 704000 - 1);
}

static void a_pulled_cable_loses_what_is_under_way(void **state)
{
    (void)state;
    uint8_t frame[64] = {[12] = 0xAB};
    guest.mirror = false;
    guest.count = 0;
    assert_null(wire_configure(&board, "rtt=100ms"));
    wire_to_guest(&board, frame, sizeof frame);
    run_for(10 * NS_PER_MS);
    assert_null(wire_configure(&board, "down=now"));
    wire_to_guest(&board, frame, sizeof frame);
    assert_null(wire_configure(&board, "up=now"));
    run_for(NS_PER_S);
    assert_int_equal(guest.count, 0);
    wire_to_guest(&board, frame, sizeof frame);
    run_for(NS_PER_S);
    assert_int_equal(guest.count, 1);
}

/* The server's end of the connection is in the same lists. */
static void a_guest_that_dies_after_its_answer_leaves_no_connection(void **state)
{
    (void)state;
    unsigned number = begin(83, NULL, 0, 0);
    assert_int_equal(run_until_response(number)->status, 200);
    peer_forget(&board, number);
    guest.mirror = false;
    run_for(3 * NS_PER_S);
    assert_non_null(tcp_active_pcbs);
    assert_null(tcp_active_pcbs->next);
    assert_int_equal(tcp_active_pcbs->local_port, 83);
    tcp_abort(tcp_active_pcbs);
}

static void a_request_may_be_forgotten_at_any_time(void **state)
{
    (void)state;
    uint8_t *body = make_body();
    for (uint64_t after_us = 0; after_us < 5000; after_us += 250) {
        uploaded = 0;
        unsigned number = begin(90, body, UPLOAD_SIZE, 0);
        run_for(after_us * 1000);
        peer_forget(&board, number);
    }
    free(body);
}

static void many_requests_leave_nothing_behind(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        uint16_t port = (uint16_t)(81 + i % 7);
        unsigned number = begin(port, NULL, 0, NS_PER_S);
        run_until_response(number);
        peer_forget(&board, number);
    }
}

static void several_requests_run_side_by_side_up_to_64(void **state)
{
    (void)state;
    unsigned numbers[64];
    const char *error;
    for (size_t i = 0; i < 64; i++)
        numbers[i] = begin(81, NULL, 0, 0);
    assert_int_equal(
        peer_request(&board, &(struct peer_request){.method = "GET", .path = "/"}, &error), 0);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(run_until_response(numbers[i])->status, 200);
    for (size_t i = 0; i < 64; i++)
        peer_forget(&board, numbers[i]);
}

static void the_probe_sees_a_silence(void **state)
{
    (void)state;
    struct peer_probe ping, get;
    peer_probe_start(&board, 5 * NS_PER_MS, "/");
    run_for(NS_PER_S);
    guest.mirror = false;
    run_for(100 * NS_PER_MS);
    guest.mirror = true;
    run_for(NS_PER_S);
    peer_probe_end(&board, &ping, &get);
    /* No one answers pings to 10.0.2.15 behind the mirror: they come back as they are. */
    assert_int_equal(ping.answered, 0);
    assert_in_range(ping.sent, 420, 421);
    assert_in_range(ping.longest_silence_ns, 2100 * NS_PER_MS, 2101 * NS_PER_MS);
}

/* Frames from the guest that begin like DHCP and are noise beyond. */
static void noise_for_the_dhcp_server_is_ignored(void **state)
{
    (void)state;
    static const uint8_t start[] = {
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0,  0,  0,  0,    9,    0x08, 0x00, /* Ethernet */
        0x45, 0,    0x01, 0x48, 0,    0,    0, 0,  64, 17, 0,    0,    0,    0,
        0,    0,    255,  255,  255,  255,  0, 68, 0,  67, 0x01, 0x34, 0,    0, /* IP, UDP */
        1,    1,    6,    0};
    guest.mirror = false;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t frame[342];
        for (size_t i = 0; i < sizeof frame; i++)
            frame[i] = (uint8_t)rand();
        memcpy(frame, start, sizeof start);
        memcpy(frame + 278, (uint8_t[]){0x63, 0x82, 0x53, 0x63, 53, 1}, 6);
        uint32_t sum = 0;
        for (size_t i = 14; i < 34; i += 2)
            sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
        sum = ~((sum & 0xFFFF) + (sum >> 16));
        frame[24] = (uint8_t)(sum >> 8);
        frame[25] = (uint8_t)sum;
        net_transmit(&board, frame, sizeof frame);
        run_for(NS_PER_MS);
    }
}

static uint64_t hash_of_a_bad_cable(const char *what, uint64_t seed)
{
    /* A process of its own each: lwIP cannot be started twice. */
    FILE *child;
    char command[600], line[64] = "";
    snprintf(command, sizeof command, "'%s' %s %llu", program_invocation_name, what,
             (unsigned long long)seed);
    child = popen(command, "r");
    assert_non_null(child);
    assert_non_null(fgets(line, sizeof line, child));
    assert_int_equal(pclose(child), 0);
    return strtoull(line, NULL, 16);
}

static void the_same_seed_gives_the_same_frames_and_times(void **state)
{
    (void)state;
    static const char *const what[] = {"requests", "cable"};
    for (size_t i = 0; i < 2; i++) {
        uint64_t first = hash_of_a_bad_cable(what[i], 1);
        assert_true(first != 0 && first == hash_of_a_bad_cable(what[i], 1));
        assert_true(first != hash_of_a_bad_cable(what[i], 2));
    }
}

/* --- the program --- */

static void create(uint64_t seed)
{
    board.options = (struct board_options){.deterministic = true, .seed = seed, .link = "rtt=2ms"};
    for (int event = 0; event < EVENT_COUNT; event++)
        board.events[event] = BOARD_NEVER;
    if (!net_create(&board))
        exit(2);
    open_servers();
}

/* requests: of all frames and times; cable: of which of the numbered frames come through. */
static int print_hash(const char *what, uint64_t seed)
{
    create(seed);
    guest.mirror = guest.listening = true;
    if (strcmp(what, "cable") == 0) {
        send_numbered("loss=50%");
        guest.hash = 0;
        for (size_t i = 0; i < guest.count; i++)
            hash(&guest.received[i].number, 4);
    } else {
        wire_configure(&board, "loss=5%,dup=5%,reorder=5%,jitter=1ms");
        for (unsigned i = 0; i < 20; i++)
            run_until_response(begin(82, NULL, 0, 0));
    }
    printf("%llx\n", (unsigned long long)guest.hash);
    net_destroy(&board);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, is_idle)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_of_each_form_are_read),
        TEST(a_bad_server_gets_a_clear_error),
        TEST(a_server_that_never_ends_costs_no_more_than_1_mib),
        TEST(a_guest_that_says_nothing_is_given_up),
        TEST(a_guest_that_does_not_listen_is_not_asked),
        TEST(wrong_requests_are_refused),
        TEST(four_mib_arrive_over_a_good_cable_at_its_rate),
        TEST(four_mib_arrive_over_a_bad_cable),
        TEST(a_pulled_cable_is_survived),
        TEST(the_cable_spoils_its_share_of_frames),
        TEST(jitter_delays_and_keeps_the_order),
        TEST(a_slow_line_spaces_frames_and_loses_what_its_buffer_cannot_hold),
        TEST(a_pulled_cable_loses_what_is_under_way),
        TEST(a_guest_that_dies_after_its_answer_leaves_no_connection),
        TEST(a_request_may_be_forgotten_at_any_time),
        TEST(many_requests_leave_nothing_behind),
        TEST(several_requests_run_side_by_side_up_to_64),
        TEST(the_probe_sees_a_silence),
        TEST(noise_for_the_dhcp_server_is_ignored),
        TEST(the_same_seed_gives_the_same_frames_and_times),
    };
    if (argc == 3)
        return print_hash(argv[1], strtoull(argv[2], NULL, 0));
    create(1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    net_destroy(&board);
    return failed;
}
