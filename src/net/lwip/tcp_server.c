/* tcp_server.c - listeners on lwIP's raw TCP API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "lwip_internal.h"
#include <string.h>

static struct {
    struct flota_network_connection connections[FLOTA_NETWORK_SESSIONS_MAX];
    size_t count; /* given to servers */
} pool;

/* --- new clients --- */

static struct flota_network_connection *unused_place(struct flota_network_server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        struct flota_network_connection *connection = &server->connections[i];
        if (connection->used && !connection->pcb)
            flota_tcp_release(connection);
        if (!connection->used)
            return connection;
    }
    return NULL;
}

/* Is a the better one to give up: less in use, or as little but for longer? */
static bool is_better(const struct flota_network_connection *a,
                      const struct flota_network_connection *b)
{
    if (a->use != b->use)
        return a->use < b->use;
    return flota_lwip_now_ms() - a->since_ms > flota_lwip_now_ms() - b->since_ms;
}

static struct flota_network_connection *evicted_place(struct flota_network_server *server)
{
    struct flota_network_connection *best = NULL;
    for (size_t i = 0; i < server->count; i++) {
        struct flota_network_connection *connection = &server->connections[i];
        flota_tcp_note_use(connection);
        if (!best || is_better(connection, best))
            best = connection;
    }
    if (!best || best->use == FLOTA_STREAM_USE_EXCHANGE)
        return NULL;
    flota_tcp_abandon(best);
    return best;
}

static void adopt(struct flota_network_server *server, struct flota_network_connection *connection,
                  struct tcp_pcb *pcb)
{
    size_t index = (size_t)(connection - server->connections);
    memset(connection, 0, sizeof *connection);
    connection->protocol = server->protocol;
    connection->session = (char *)server->sessions + index * server->protocol->session_size;
    flota_tcp_attach(connection, pcb);
    flota_tcp_open(connection, server->context);
}

/* Returning an error makes lwIP reset the new connection. */
static err_t on_accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct flota_network_server *server = argument;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    struct flota_network_connection *connection = unused_place(server);
    if (!connection)
        connection = evicted_place(server);
    if (!connection)
        return ERR_MEM;
    adopt(server, connection, pcb);
    return ERR_OK;
}

/* --- listening --- */

static void poll(uint32_t now_ms)
{
    (void)now_ms;
    for (size_t i = 0; i < pool.count; i++) {
        if (pool.connections[i].used)
            flota_tcp_serve(&pool.connections[i]);
    }
}

static struct tcp_pcb *new_listener(uint16_t port)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY), *listener = NULL;
    if (!pcb)
        return NULL;
    if (tcp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK)
        listener = tcp_listen(pcb);
    if (!listener)
        tcp_close(pcb);
    return listener;
}

int flota_network_listen(struct flota_network_server *server)
{
    static struct lwip_poller poller = {.poll = poll};
    if (server->count == 0 || server->count > FLOTA_NETWORK_SESSIONS_MAX - pool.count)
        return FLOTA_ERR_NOT_READY;
    struct tcp_pcb *listener = new_listener(server->port);
    if (!listener)
        return FLOTA_ERR_NOT_READY;
    server->connections = &pool.connections[pool.count];
    server->listener = listener;
    pool.count += server->count;
    tcp_arg(listener, server);
    tcp_accept(listener, on_accepted);
    flota_lwip_add(&poller);
    return 0;
}
