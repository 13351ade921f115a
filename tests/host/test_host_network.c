/* test_host_network.c - flota/network.h on BSD sockets, with peers that are plain sockets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/network.h"
#include "host_chip.h"
#include "host_wait.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 10000u

static uint32_t now_ms = 0xFFFFF000u; /* the test's time, near its end: it wraps */

/* --- the chip --- */

static int set_up_chip(void **state)
{
    static struct host_chip chip = {.magic = HOST_CHIP_MAGIC,
                                    .layout = HOST_CHIP_LAYOUT,
                                    .address = "127.0.0.1",
                                    .time_scale = 1};
    char text[32];
    int fd = memfd_create("chip", 0);
    (void)state;
    assert_int_equal(write(fd, &chip, sizeof chip), sizeof chip);
    snprintf(text, sizeof text, "%d,%d", fd, fd);
    setenv(HOST_CHIP_VARIABLE, text, 1);
    const struct flota_network_config config = {.name = "test"};
    flota_network_init(&config);
    return 0;
}

/* --- a protocol that shows what it is told --- */

struct session {
    int opened, closed;
    char peer[FLOTA_STREAM_PEER_MAX];
    size_t received_size, take; /* take: at most so many bytes altogether */
    uint8_t received[65536];
    const uint8_t *output;
    size_t output_size, acked;
    bool ends, closes; /* output_ended, wants_close */
    bool has_ended;
    size_t undelivered;
    enum flota_stream_use use;
    struct flota_network_dial *hangs_up; /* as soon as a byte comes */
};

static size_t to_take = SIZE_MAX;

static void probe_open(void *session, void *context, const char *peer, uint32_t time_ms)
{
    struct session *probe = session;
    (void)time_ms;
    memset(probe, 0, sizeof *probe);
    probe->opened = 1;
    probe->take = to_take;
    probe->hangs_up = context;
    snprintf(probe->peer, sizeof probe->peer, "%s", peer);
}

static size_t probe_receive(void *session, const uint8_t *data, size_t size, uint32_t time_ms)
{
    struct session *probe = session;
    size_t room = probe->take - probe->received_size;
    size_t taken = size < room ? size : room;
    (void)time_ms;
    assert_true(size > 0);
    assert_true(probe->received_size + taken <= sizeof probe->received);
    memcpy(probe->received + probe->received_size, data, taken);
    probe->received_size += taken;
    if (probe->hangs_up)
        flota_network_hang_up(probe->hangs_up);
    return taken;
}

static size_t probe_output(void *session, const uint8_t **data)
{
    struct session *probe = session;
    *data = probe->output;
    return probe->output_size;
}

static void probe_sent(void *session, size_t size)
{
    struct session *probe = session;
    probe->output += size;
    probe->output_size -= size;
}

static void probe_acked(void *session, size_t size, uint32_t time_ms)
{
    (void)time_ms;
    ((struct session *)session)->acked += size;
}

static void probe_poll(void *session, uint32_t time_ms)
{
    (void)session;
    (void)time_ms;
}

static bool probe_output_ended(const void *session)
{
    return ((const struct session *)session)->ends;
}

static bool probe_wants_close(const void *session)
{
    return ((const struct session *)session)->closes;
}

static enum flota_stream_use probe_use(const void *session)
{
    return ((const struct session *)session)->use;
}

static void probe_peer_ended(void *session, size_t undelivered)
{
    struct session *probe = session;
    probe->has_ended = true;
    probe->undelivered = undelivered;
    probe->closes = undelivered == 0;
}

static void probe_close(void *session)
{
    ((struct session *)session)->closed++;
}

static const struct flota_stream_protocol probe_protocol = {.session_size = sizeof(struct session),
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
                                                            .close = probe_close};

/* --- turns of the loop, until something holds --- */

static void turn(void)
{
    host_wait_sleep(10);
    flota_network_poll(now_ms++);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        for (uint32_t turns_ = 0; !(condition); turns_++) {                                        \
            if (turns_ > WAIT_MS / 10u)                                                            \
                fail_msg("%s has not come", #condition);                                           \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

/* --- peers --- */

static int listen_somewhere(uint16_t *port, int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = WAIT_MS / 1000u};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

static void reset_connection(int fd)
{
    const struct linger linger = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

static uint16_t machine_port(uint16_t device_port)
{
    const struct host_port_map *map = host_chip()->ports;
    while (map->device_port != device_port) {
        assert_int_not_equal(map->device_port, 0);
        map++;
    }
    return map->machine_port;
}

/* --- clients --- */

static struct session client;
static struct flota_network_dial dial;

static int set_up_dial(void **state)
{
    (void)state;
    memset(&client, 0, sizeof client);
    memset(&dial, 0, sizeof dial);
    dial.protocol = &probe_protocol;
    dial.session = &client;
    to_take = SIZE_MAX;
    host_chip()->link_is_down = false;
    return 0;
}

static int accept_dial(const char *host)
{
    uint16_t port;
    int listener = listen_somewhere(&port, 4);
    assert_int_equal(flota_network_dial(&dial, host, port), 0);
    UNTIL(dial.state == FLOTA_NETWORK_OPEN);
    int fd = accept(listener, NULL, NULL);
    close(listener);
    assert_true(fd >= 0);
    return fd;
}

static void a_dial_carries_bytes_both_ways_and_ends_in_order(void **state)
{
    char text[8] = "";
    (void)state;
    int fd = accept_dial("127.0.0.1");
    assert_string_equal(client.peer, "127.0.0.1");
    client.output = (const uint8_t *)"hello";
    client.output_size = 5;
    UNTIL(client.acked == 5);
    assert_int_equal(recv(fd, text, 5, MSG_WAITALL), 5);
    assert_string_equal(text, "hello");
    assert_int_equal(send(fd, "world", 5, 0), 5);
    close(fd);
    UNTIL(dial.state == FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, 0);
    assert_memory_equal(client.received, "world", 5);
    assert_true(client.has_ended);
    assert_int_equal(client.closed, 1);
}

static void a_name_is_resolved_without_waiting(void **state)
{
    (void)state;
    int fd = accept_dial("localhost");
    assert_int_equal(client.opened, 1);
    flota_network_hang_up(&dial);
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    assert_int_equal(client.closed, 1);
    close(fd);
}

static void a_name_that_nobody_has_is_said(void **state)
{
    (void)state;
    assert_int_equal(flota_network_dial(&dial, "no..such.name", 80), 0);
    assert_int_equal(dial.state, FLOTA_NETWORK_RESOLVING);
    UNTIL(dial.state == FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_NAME_UNKNOWN);
    assert_int_equal(client.opened + client.closed, 0);
    assert_int_equal(flota_network_dial(&dial, "", 80), FLOTA_ERR_NAME_UNKNOWN);
}

static void a_refused_dial_is_said(void **state)
{
    uint16_t port;
    (void)state;
    close(listen_somewhere(&port, 1));
    assert_int_equal(flota_network_dial(&dial, "127.0.0.1", port), 0);
    UNTIL(dial.state == FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_REFUSED);
    assert_int_equal(client.opened + client.closed, 0);
}

static void a_lost_connection_is_said(void **state)
{
    (void)state;
    int fd = accept_dial("127.0.0.1");
    reset_connection(fd);
    UNTIL(dial.state == FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_LOST);
    assert_int_equal(client.closed, 1);
}

/* Without a cable no answer comes, and the time-out is the network's. */
static void a_dial_without_an_answer_times_out(void **state)
{
    uint16_t port;
    (void)state;
    int listener = listen_somewhere(&port, 1);
    host_chip()->link_is_down = true;
    assert_int_equal(flota_network_dial(&dial, "127.0.0.1", port), 0);
    turn();
    now_ms += FLOTA_NETWORK_CONNECT_MS - 2u;
    turn();
    assert_int_equal(dial.state, FLOTA_NETWORK_CONNECTING);
    turn();
    turn();
    assert_int_equal(dial.state, FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, FLOTA_ERR_CONNECT_TIMEOUT);
    close(listener);
}

static void a_session_may_hang_up_while_it_receives(void **state)
{
    (void)state;
    dial.context = &dial;
    int fd = accept_dial("127.0.0.1");
    assert_int_equal(send(fd, "x", 1, 0), 1);
    UNTIL(dial.state == FLOTA_NETWORK_CLOSED);
    assert_int_equal(dial.error, 0);
    assert_int_equal(client.closed, 1);
    assert_int_equal(recv(fd, (char[1]){0}, 1, 0), 0);
    close(fd);
    dial.context = NULL;
    close(accept_dial("127.0.0.1")); /* the place is free again */
    UNTIL(dial.state == FLOTA_NETWORK_CLOSED);
}

static void dials_have_a_limit(void **state)
{
    struct flota_network_dial dials[FLOTA_NETWORK_DIALS_MAX + 1];
    static struct session sessions[FLOTA_NETWORK_DIALS_MAX + 1];
    uint16_t port;
    (void)state;
    int listener = listen_somewhere(&port, 8);
    memset(dials, 0, sizeof dials);
    for (size_t i = 0; i <= FLOTA_NETWORK_DIALS_MAX; i++) {
        dials[i].protocol = &probe_protocol;
        dials[i].session = &sessions[i];
        int expected = i < FLOTA_NETWORK_DIALS_MAX ? 0 : FLOTA_ERR_NOT_READY;
        assert_int_equal(flota_network_dial(&dials[i], "127.0.0.1", port), expected);
    }
    assert_int_equal(flota_network_dial(&dials[0], "127.0.0.1", port), FLOTA_ERR_NOT_READY);
    for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++)
        flota_network_hang_up(&dials[i]);
    close(listener);
}

/* --- servers --- */

#define SERVER_PORT  4711
#define SERVER_COUNT 2

static struct session served[SERVER_COUNT];

static void start_server(void)
{
    static struct flota_network_server server = {.protocol = &probe_protocol,
                                                 .port = SERVER_PORT,
                                                 .count = SERVER_COUNT,
                                                 .sessions = served};
    if (!server.listener)
        assert_int_equal(flota_network_listen(&server), 0);
}

static void end_clients(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
    UNTIL(served[0].closed == served[0].opened && served[1].closed == served[1].opened);
}

static void a_server_takes_what_the_session_takes_and_keeps_the_rest(void **state)
{
    static uint8_t sent[40000];
    (void)state;
    start_server();
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7u + i / 256u);
    to_take = 100;
    int fd = connect_to(machine_port(SERVER_PORT));
    assert_int_equal(send(fd, sent, sizeof sent, 0), sizeof sent);
    shutdown(fd, SHUT_WR);
    UNTIL(served[0].received_size == 100 && served[0].has_ended);
    assert_int_equal(served[0].undelivered, sizeof sent - 100);
    served[0].take = SIZE_MAX;
    UNTIL(served[0].undelivered == 0);
    assert_int_equal(served[0].received_size, sizeof sent);
    assert_memory_equal(served[0].received, sent, sizeof sent);
    end_clients(&fd, 1);
}

static void a_new_client_takes_the_place_that_is_least_in_use(void **state)
{
    int fds[4];
    (void)state;
    start_server();
    fds[0] = connect_to(machine_port(SERVER_PORT));
    UNTIL(served[0].opened && !served[0].closed);
    fds[1] = connect_to(machine_port(SERVER_PORT));
    UNTIL(served[1].opened && !served[1].closed);
    served[0].use = FLOTA_STREAM_USE_EXCHANGE;
    turn();
    fds[2] = connect_to(machine_port(SERVER_PORT));
    assert_int_equal(send(fds[2], "third", 5, 0), 5);
    UNTIL(served[1].received_size == 5);
    assert_int_equal(recv(fds[1], (char[1]){0}, 1, 0), 0); /* the second was given up */
    served[1].use = FLOTA_STREAM_USE_EXCHANGE;
    turn();
    fds[3] = connect_to(machine_port(SERVER_PORT));
    turn();
    turn();
    assert_int_equal(recv(fds[3], (char[1]){0}, 1, 0), 0); /* all are served: refused */
    assert_int_equal(recv(fds[0], (char[1]){0}, 1, MSG_DONTWAIT), -1);
    assert_int_equal(recv(fds[2], (char[1]){0}, 1, MSG_DONTWAIT), -1);
    end_clients(fds, 4);
}

static void all_servers_together_have_a_limit(void **state)
{
    static struct flota_network_server server = {
        .protocol = &probe_protocol, .port = 4712, .count = FLOTA_NETWORK_SESSIONS_MAX};
    (void)state;
    start_server();
    assert_int_equal(flota_network_listen(&server), FLOTA_ERR_NOT_READY);
}

/* --- datagrams --- */

#define ECHO_PORT 4713

static struct flota_network_datagrams echo;
static size_t echo_count;

static void echo_received(void *context, const struct flota_datagram_peer *peer,
                          const uint8_t *data, size_t size)
{
    (void)context;
    echo_count++;
    assert_string_equal(peer->text, "127.0.0.1");
    assert_int_equal(flota_network_send(&echo, peer, data, size), 0);
}

static void datagrams_are_answered_and_those_of_more_than_a_frame_are_not_taken(void **state)
{
    static uint8_t data[FLOTA_DATAGRAM_MAX + 1];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)state;
    echo = (struct flota_network_datagrams){.port = ECHO_PORT, .received = echo_received};
    assert_int_equal(flota_network_bind(&echo), 0);
    address.sin_port = htons(machine_port(ECHO_PORT));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(fd, data, sizeof data, 0), sizeof data);
    assert_int_equal(send(fd, data, sizeof data - 1, 0), sizeof data - 1);
    UNTIL(echo_count == 1);
    assert_int_equal(recv(fd, data, sizeof data, MSG_DONTWAIT), sizeof data - 1);
    assert_int_equal(recv(fd, data, sizeof data, MSG_DONTWAIT), -1);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_dial_carries_bytes_both_ways_and_ends_in_order, set_up_dial),
        cmocka_unit_test_setup(a_name_is_resolved_without_waiting, set_up_dial),
        cmocka_unit_test_setup(a_name_that_nobody_has_is_said, set_up_dial),
        cmocka_unit_test_setup(a_refused_dial_is_said, set_up_dial),
        cmocka_unit_test_setup(a_lost_connection_is_said, set_up_dial),
        cmocka_unit_test_setup(a_dial_without_an_answer_times_out, set_up_dial),
        cmocka_unit_test_setup(a_session_may_hang_up_while_it_receives, set_up_dial),
        cmocka_unit_test_setup(dials_have_a_limit, set_up_dial),
        cmocka_unit_test_setup(a_server_takes_what_the_session_takes_and_keeps_the_rest,
                               set_up_dial),
        cmocka_unit_test_setup(a_new_client_takes_the_place_that_is_least_in_use, set_up_dial),
        cmocka_unit_test_setup(all_servers_together_have_a_limit, set_up_dial),
        cmocka_unit_test_setup(datagrams_are_answered_and_those_of_more_than_a_frame_are_not_taken,
                               set_up_dial),
    };
    return cmocka_run_group_tests(tests, set_up_chip, NULL);
}
