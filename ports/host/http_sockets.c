/* http_sockets.c - carry bytes between non-blocking sockets and the HTTP server.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_sockets.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_at(const struct sockaddr_in *address)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 && listen(fd, 64) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

int http_sockets_init(struct http_sockets *sockets, struct flota_http_server *server,
                      const char *address, uint16_t port)
{
    struct sockaddr_in bound = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t size = sizeof bound;
    memset(sockets, 0, sizeof *sockets);
    sockets->server = server;
    for (size_t i = 0; i < HTTP_SOCKETS_CLIENTS; i++)
        sockets->clients[i].fd = -1;
    if (inet_pton(AF_INET, address, &bound.sin_addr) != 1)
        return -EINVAL;
    sockets->listener = listen_at(&bound);
    if (sockets->listener < 0)
        return sockets->listener;
    if (getsockname(sockets->listener, (struct sockaddr *)&bound, &size) != 0)
        return -errno;
    return ntohs(bound.sin_port);
}

/* --- clients come and go --- */

static void release(struct http_socket *client)
{
    if (client->fd < 0)
        return;
    flota_http_close(&client->connection);
    close(client->fd);
    client->fd = -1;
}

/* An unused place, or that of the client that is least in use; NULL when all are being served. */
static struct http_socket *place(struct http_sockets *sockets)
{
    struct http_socket *best = NULL;
    for (size_t i = 0; i < HTTP_SOCKETS_CLIENTS; i++) {
        struct http_socket *client = &sockets->clients[i];
        if (client->fd < 0)
            return client;
        if (!best || flota_http_use(&client->connection) < flota_http_use(&best->connection))
            best = client;
    }
    if (flota_http_use(&best->connection) == FLOTA_HTTP_USE_EXCHANGE)
        return NULL;
    release(best);
    return best;
}

static void adopt(struct http_sockets *sockets, struct http_socket *client, int fd,
                  const struct sockaddr_in *address)
{
    char peer[INET_ADDRSTRLEN] = "";
    int on = 1;
    memset(client, 0, sizeof *client);
    client->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    inet_ntop(AF_INET, &address->sin_addr, peer, sizeof peer);
    flota_http_open(&client->connection, sockets->server, peer, sockets->now_ms);
}

static void accept_clients(struct http_sockets *sockets)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int fd;
    while ((fd = accept4(sockets->listener, (struct sockaddr *)&address, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct http_socket *client = place(sockets);
        if (client)
            adopt(sockets, client, fd, &address);
        else
            close(fd);
        size = sizeof address;
    }
}

/* --- one turn of a client --- */

/* Returns false when the connection is lost. */
static bool read_input(struct http_socket *client)
{
    size_t room = sizeof client->input - client->input_size;
    if (room == 0 || client->ended)
        return true;
    ssize_t size = recv(client->fd, client->input + client->input_size, room, 0);
    if (size > 0)
        client->input_size += (size_t)size;
    client->ended = size == 0;
    return size >= 0 || errno == EAGAIN || errno == EINTR;
}

static void deliver(struct http_socket *client, uint32_t now_ms)
{
    size_t taken =
        flota_http_receive(&client->connection, client->input, client->input_size, now_ms);
    client->input_size -= taken;
    memmove(client->input, client->input + taken, client->input_size);
}

/* The end of the peer's bytes may be known long before they are read: tell the server how many are
 * left. */
static void tell_end(struct http_socket *client)
{
    int waiting = 0;
    if (!client->ended && !client->hung_up)
        return;
    if (!client->ended && ioctl(client->fd, FIONREAD, &waiting) != 0)
        waiting = 0;
    flota_http_peer_ended(&client->connection, client->input_size + (size_t)waiting);
}

/* Returns false when the connection is lost. */
static bool transmit(struct http_socket *client, uint32_t now_ms)
{
    const uint8_t *data;
    size_t size;
    while ((size = flota_http_output(&client->connection, &data)) > 0) {
        ssize_t sent = send(client->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        flota_http_sent(&client->connection, (size_t)sent);
        flota_http_acked(&client->connection, (size_t)sent, now_ms);
    }
    return true;
}

static void shut_output(struct http_socket *client)
{
    if (!client->shut && flota_http_output_ended(&client->connection))
        client->shut = shutdown(client->fd, SHUT_WR) == 0;
}

static void begin_closing(struct http_socket *client, uint32_t now_ms)
{
    if (client->closing || !flota_http_wants_close(&client->connection))
        return;
    client->closing = true;
    client->close_at_ms = now_ms + HTTP_SOCKETS_LINGER_MS;
}

static void serve(struct http_socket *client, uint32_t now_ms)
{
    bool alive = read_input(client);
    deliver(client, now_ms);
    tell_end(client);
    flota_http_poll(&client->connection, now_ms);
    if (alive)
        alive = transmit(client, now_ms);
    shut_output(client);
    begin_closing(client, now_ms);
    bool lingered = client->closing && (int32_t)(now_ms - client->close_at_ms) >= 0;
    if (!alive || lingered || (client->closing && client->ended))
        release(client);
}

/* --- the adapter --- */

static short wanted_events(struct http_socket *client)
{
    const uint8_t *data;
    bool has_room = client->input_size < sizeof client->input && !client->ended;
    bool has_output = flota_http_output(&client->connection, &data) > 0;
    bool hears = !client->ended && !client->hung_up;
    return (short)((has_room ? POLLIN : 0) | (has_output ? POLLOUT : 0) | (hears ? POLLRDHUP : 0));
}

int http_sockets_poll(struct http_sockets *sockets, uint32_t now_ms, int timeout_ms)
{
    struct pollfd fds[HTTP_SOCKETS_CLIENTS + 1] = {{.fd = sockets->listener, .events = POLLIN}};
    sockets->now_ms = now_ms;
    for (size_t i = 0; i < HTTP_SOCKETS_CLIENTS; i++) {
        struct http_socket *client = &sockets->clients[i];
        fds[i + 1] = (struct pollfd){.fd = client->fd};
        if (client->fd >= 0)
            fds[i + 1].events = wanted_events(client);
    }
    if (poll(fds, HTTP_SOCKETS_CLIENTS + 1, timeout_ms) < 0 && errno != EINTR)
        return -errno;
    for (size_t i = 0; i < HTTP_SOCKETS_CLIENTS; i++) {
        struct http_socket *client = &sockets->clients[i];
        if (client->fd < 0)
            continue;
        client->hung_up = client->hung_up || (fds[i + 1].revents & (POLLRDHUP | POLLHUP));
        serve(client, now_ms);
    }
    accept_clients(sockets);
    return 0;
}

void http_sockets_end(struct http_sockets *sockets)
{
    for (size_t i = 0; i < HTTP_SOCKETS_CLIENTS; i++)
        release(&sockets->clients[i]);
    close(sockets->listener);
}
