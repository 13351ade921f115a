/* network_server.c - flota/network.h on Linux: servers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/network.h"
#include "host_chip.h"
#include "network_connection.h"
#include "network_socket.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct listener {
    struct host_source source;
    int fd;
};

static int listener_fd(const struct flota_network_server *server)
{
    return ((const struct listener *)server->listener)->fd;
}

/* Is a to be given up rather than b? */
static bool is_less_used(const struct flota_network_connection *a,
                         const struct flota_network_connection *b)
{
    if (a->use != b->use)
        return a->use < b->use;
    return (int32_t)(a->use_since_ms - b->use_since_ms) < 0;
}

/* An unused place, or that of the client that is least in use; NULL when all are being served. */
static struct flota_network_connection *find_place(struct flota_network_server *server)
{
    struct flota_network_connection *best = NULL;
    for (size_t i = 0; i < server->count; i++) {
        struct flota_network_connection *connection = &server->connections[i];
        if (connection->fd < 0)
            return connection;
        if (!best || is_less_used(connection, best))
            best = connection;
    }
    if (best->use == FLOTA_STREAM_USE_EXCHANGE)
        return NULL;
    network_connection_close(best);
    return best;
}

static void accept_clients(struct flota_network_server *server, uint32_t now_ms)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int fd;
    while ((fd = accept4(listener_fd(server), (struct sockaddr *)&address, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        char peer[FLOTA_STREAM_PEER_MAX] = "";
        struct flota_network_connection *connection = find_place(server);
        inet_ntop(AF_INET, &address.sin_addr, peer, sizeof peer);
        if (connection)
            network_connection_open(connection, fd, server->context, peer, now_ms);
        else
            close(fd);
        size = sizeof address;
    }
}

static void turn(void *context, uint32_t now_ms)
{
    struct flota_network_server *server = context;
    for (size_t i = 0; i < server->count; i++) {
        struct flota_network_connection *connection = &server->connections[i];
        if (connection->fd >= 0 && !network_connection_turn(connection, now_ms))
            network_connection_close(connection);
    }
    if (!host_chip()->link_is_down)
        accept_clients(server, now_ms);
}

static void watch(void *context, struct host_wait *wait)
{
    struct flota_network_server *server = context;
    if (host_chip()->link_is_down)
        return;
    host_wait_for(wait, listener_fd(server), POLLIN);
    for (size_t i = 0; i < server->count; i++)
        network_connection_watch(&server->connections[i], wait);
}

/* As on a board: the connections of all servers have a common limit. */
static bool has_room(uint8_t count)
{
    static unsigned taken;
    if (count == 0 || taken + count > FLOTA_NETWORK_SESSIONS_MAX)
        return false;
    taken += count;
    return true;
}

static void make_connections(struct flota_network_server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        struct flota_network_connection *connection = &server->connections[i];
        connection->fd = -1;
        connection->protocol = server->protocol;
        connection->session = (uint8_t *)server->sessions + i * server->protocol->session_size;
    }
}

int flota_network_listen(struct flota_network_server *server)
{
    int fd = has_room(server->count) ? network_socket_bind(server->port, false) : -1;
    if (fd < 0)
        return FLOTA_ERR_NOT_READY;
    struct listener *listener = calloc(1, sizeof *listener);
    server->connections = calloc(server->count, sizeof *server->connections);
    if (!listener || !server->connections)
        abort();
    listener->fd = fd;
    listener->source = (struct host_source){.watch = watch, .turn = turn, .context = server};
    server->listener = listener;
    make_connections(server);
    host_wait_add(&listener->source);
    return 0;
}
