/* wizard_net.c - see wizard_net.h.
 *
 * A connection that ends is read on for a moment: closing a socket with unread bytes sends a reset,
 * and a reset throws away what the peer has not read yet (RFC 9112 9.6).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* accept4 */
#include "wizard_net.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT     16384u
#define LINGER_MS 1000u
#define BACKLOG   64

struct wizard_net_connection {
    int fd;       /* -1: unused */
    bool ended;   /* the peer has closed its sending half */
    bool lost;    /* reset */
    bool shut;    /* our sending half is closed */
    bool closing; /* only reading on */
    uint32_t close_at_ms;
    size_t input_size;
    uint8_t input[INPUT];
    struct flota_http_connection http;
};

/* --- life --- */

static int bind_port(int fd, uint16_t port)
{
    int on = 1;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* connections of a wizard that has ended do not hold its port; one that runs does */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return listen(fd, BACKLOG);
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

int wizard_net_listen(struct wizard_net *net, struct flota_http_server *server, uint16_t port)
{
    *net = (struct wizard_net){.fd = -1, .server = server};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    net->connections = calloc(WIZARD_NET_CONNECTIONS, sizeof *net->connections);
    if (!net->connections || bind_port(fd, port) != 0) {
        int error = errno;
        close(fd);
        free(net->connections);
        net->connections = NULL;
        errno = error;
        return -1;
    }
    for (size_t i = 0; i < WIZARD_NET_CONNECTIONS; i++)
        net->connections[i].fd = -1;
    net->fd = fd;
    net->port = port_of(fd);
    return 0;
}

static void end(struct wizard_net_connection *connection)
{
    if (connection->fd < 0)
        return;
    flota_http_close(&connection->http);
    close(connection->fd);
    connection->fd = -1;
}

void wizard_net_drop(struct wizard_net *net)
{
    for (size_t i = 0; net->connections && i < WIZARD_NET_CONNECTIONS; i++)
        end(&net->connections[i]);
}

void wizard_net_close(struct wizard_net *net)
{
    wizard_net_drop(net);
    free(net->connections);
    net->connections = NULL;
    if (net->fd >= 0)
        close(net->fd);
    net->fd = -1;
}

/* --- clients --- */

/* A free place, or one whose client is between requests. */
static struct wizard_net_connection *find_place(struct wizard_net *net)
{
    struct wizard_net_connection *idle = NULL;
    for (size_t i = 0; i < WIZARD_NET_CONNECTIONS; i++) {
        struct wizard_net_connection *connection = &net->connections[i];
        if (connection->fd < 0)
            return connection;
        if (flota_http_use(&connection->http) != FLOTA_STREAM_USE_EXCHANGE)
            idle = connection;
    }
    if (idle)
        end(idle);
    return idle;
}

static void accept_clients(struct wizard_net *net, uint32_t now_ms)
{
    int fd, on = 1;
    while ((fd = accept4(net->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct wizard_net_connection *connection = find_place(net);
        if (!connection) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->fd = fd;
        connection->ended = connection->lost = connection->shut = connection->closing = false;
        connection->input_size = 0;
        flota_http_open(&connection->http, net->server, "127.0.0.1", now_ms);
    }
}

/* --- a turn --- */

static void receive(struct wizard_net_connection *connection, uint32_t now_ms)
{
    size_t room = INPUT - connection->input_size;
    if (room > 0 && !connection->ended) {
        ssize_t size = recv(connection->fd, connection->input + connection->input_size, room, 0);
        if (size > 0)
            connection->input_size += (size_t)size;
        connection->ended = size == 0;
        connection->lost = size < 0 && errno != EAGAIN && errno != EINTR;
    }
    if (connection->input_size == 0)
        return;
    size_t taken =
        flota_http_receive(&connection->http, connection->input, connection->input_size, now_ms);
    connection->input_size -= taken;
    memmove(connection->input, connection->input + taken, connection->input_size);
}

static void transmit(struct wizard_net_connection *connection, uint32_t now_ms)
{
    const uint8_t *data;
    size_t size;
    while ((size = flota_http_output(&connection->http, &data)) > 0) {
        ssize_t sent = send(connection->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0) {
            connection->lost = errno != EAGAIN && errno != EINTR;
            return;
        }
        flota_http_sent(&connection->http, (size_t)sent);
        flota_http_acked(&connection->http, (size_t)sent, now_ms);
    }
}

static void begin_to_end(struct wizard_net_connection *connection, uint32_t now_ms)
{
    if (!connection->shut && flota_http_output_ended(&connection->http))
        connection->shut = shutdown(connection->fd, SHUT_WR) == 0;
    if (connection->closing || !flota_http_wants_close(&connection->http))
        return;
    connection->closing = true;
    connection->close_at_ms = now_ms + LINGER_MS;
}

static void turn(struct wizard_net_connection *connection, uint32_t now_ms)
{
    receive(connection, now_ms);
    if (connection->ended)
        flota_http_peer_ended(&connection->http, connection->input_size);
    flota_http_poll(&connection->http, now_ms);
    transmit(connection, now_ms);
    begin_to_end(connection, now_ms);
    bool lingered = connection->closing && (int32_t)(now_ms - connection->close_at_ms) >= 0;
    if (connection->lost || lingered || (connection->closing && connection->ended))
        end(connection);
}

void wizard_net_turn(struct wizard_net *net, uint32_t now_ms)
{
    for (size_t i = 0; i < WIZARD_NET_CONNECTIONS; i++)
        if (net->connections[i].fd >= 0)
            turn(&net->connections[i], now_ms);
    accept_clients(net, now_ms);
}

static short wanted(const struct wizard_net_connection *connection)
{
    const uint8_t *data;
    bool hears = connection->input_size < INPUT && !connection->ended;
    bool speaks =
        flota_http_output((struct flota_http_connection *)(uintptr_t)&connection->http, &data) > 0;
    return (short)((hears ? POLLIN : 0) | (speaks ? POLLOUT : 0));
}

size_t wizard_net_watch(const struct wizard_net *net, struct pollfd *fds, size_t count)
{
    fds[count++] = (struct pollfd){.fd = net->fd, .events = POLLIN};
    for (size_t i = 0; i < WIZARD_NET_CONNECTIONS; i++) {
        const struct wizard_net_connection *connection = &net->connections[i];
        short events = connection->fd < 0 ? 0 : wanted(connection);
        if (events) /* 0: a peer that has gone would keep poll() from sleeping */
            fds[count++] = (struct pollfd){.fd = connection->fd, .events = events};
    }
    return count;
}
