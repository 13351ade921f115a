/* network_connection.c - carry bytes between a non-blocking socket and a session. See
 * network_connection.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "network_connection.h"
#include "host_chip.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NO_ANSWER_MS 30000 /* for sent bytes that nobody acknowledges */
#define QUIET_S      30    /* then a connection without traffic is asked */

static void set_option(int fd, int level, int option, int value)
{
    setsockopt(fd, level, option, &value, sizeof value);
}

static void set_options(int fd)
{
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, NO_ANSWER_MS);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, QUIET_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, QUIET_S / 3);
}

void network_connection_open(struct flota_network_connection *connection, int fd, void *context,
                             const char *peer, uint32_t now_ms)
{
    const struct flota_stream_protocol *protocol = connection->protocol;
    void *session = connection->session;
    memset(connection, 0, sizeof *connection);
    connection->protocol = protocol;
    connection->session = session;
    connection->fd = fd;
    connection->use_since_ms = now_ms;
    set_options(fd);
    protocol->open(session, context, peer, now_ms);
}

void network_connection_close(struct flota_network_connection *connection)
{
    int fd = connection->fd;
    if (fd < 0)
        return;
    connection->fd = -1; /* first: the session may hang up, too */
    connection->protocol->close(connection->session);
    close(fd);
}

/* --- one turn, in steps; a session may hang up in any of them --- */

/* A cable that is unplugged: nothing comes or goes, only the protocol's own time passes. */
static bool is_linked(void)
{
    return !host_chip()->link_is_down;
}

static void receive_some(struct flota_network_connection *connection)
{
    size_t room = sizeof connection->input - connection->input_size;
    if (room == 0 || connection->ended)
        return;
    ssize_t size = recv(connection->fd, connection->input + connection->input_size, room, 0);
    if (size > 0)
        connection->input_size += (size_t)size;
    connection->ended = size == 0;
    connection->lost = size < 0 && errno != EAGAIN && errno != EINTR;
}

static void receive(struct flota_network_connection *connection, uint32_t now_ms)
{
    struct pollfd fds = {.fd = connection->fd, .events = POLLIN | POLLRDHUP};
    (void)now_ms;
    if (!is_linked() || poll(&fds, 1, 0) <= 0)
        return;
    connection->hung_up = connection->hung_up || (fds.revents & (POLLRDHUP | POLLHUP));
    receive_some(connection);
}

static void deliver(struct flota_network_connection *connection, uint32_t now_ms)
{
    if (connection->input_size == 0 || !is_linked())
        return;
    size_t taken = connection->protocol->receive(connection->session, connection->input,
                                                 connection->input_size, now_ms);
    connection->input_size -= taken;
    memmove(connection->input, connection->input + taken, connection->input_size);
}

/* The end of the peer's bytes may be known long before they are read: tell how many are left. */
static void tell_end(struct flota_network_connection *connection, uint32_t now_ms)
{
    int waiting = 0;
    (void)now_ms;
    if (!connection->ended && !connection->hung_up)
        return;
    if (!connection->ended && ioctl(connection->fd, FIONREAD, &waiting) != 0)
        waiting = 0;
    connection->protocol->peer_ended(connection->session, connection->input_size + (size_t)waiting);
}

static void poll_session(struct flota_network_connection *connection, uint32_t now_ms)
{
    connection->protocol->poll(connection->session, now_ms);
}

static void transmit(struct flota_network_connection *connection, uint32_t now_ms)
{
    const struct flota_stream_protocol *protocol = connection->protocol;
    const uint8_t *data;
    size_t size;
    if (!is_linked())
        return;
    while (connection->fd >= 0 && (size = protocol->output(connection->session, &data)) > 0) {
        ssize_t sent = send(connection->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0) {
            connection->lost = errno != EAGAIN && errno != EINTR;
            return;
        }
        protocol->sent(connection->session, (size_t)sent);
        protocol->acked(connection->session, (size_t)sent, now_ms);
    }
}

static void begin_to_end(struct flota_network_connection *connection, uint32_t now_ms)
{
    const struct flota_stream_protocol *protocol = connection->protocol;
    if (!connection->shut && protocol->output_ended(connection->session))
        connection->shut = shutdown(connection->fd, SHUT_WR) == 0;
    if (connection->closing || !protocol->wants_close(connection->session))
        return;
    connection->closing = true;
    connection->close_at_ms = now_ms + NETWORK_LINGER_MS;
}

static void note_use(struct flota_network_connection *connection, uint32_t now_ms)
{
    enum flota_stream_use use = connection->protocol->use(connection->session);
    if (use == connection->use)
        return;
    connection->use = use;
    connection->use_since_ms = now_ms;
}

bool network_connection_turn(struct flota_network_connection *connection, uint32_t now_ms)
{
    static void (*const steps[])(struct flota_network_connection *, uint32_t) = {
        receive, deliver, tell_end, poll_session, transmit, begin_to_end, note_use};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        steps[i](connection, now_ms);
        if (connection->fd < 0)
            return true;
    }
    bool lingered = connection->closing && (int32_t)(now_ms - connection->close_at_ms) >= 0;
    return !connection->lost && !lingered && !(connection->closing && connection->ended);
}

void network_connection_watch(struct flota_network_connection *connection, struct host_wait *wait)
{
    const uint8_t *data;
    if (connection->fd < 0 || !is_linked())
        return;
    bool has_room = connection->input_size < sizeof connection->input && !connection->ended;
    bool has_output = connection->protocol->output(connection->session, &data) > 0;
    bool hears = !connection->ended && !connection->hung_up;
    host_wait_for(wait, connection->fd,
                  (has_room ? POLLIN : 0) | (has_output ? POLLOUT : 0) | (hears ? POLLRDHUP : 0));
    wait->soon = wait->soon || connection->input_size > 0;
}
