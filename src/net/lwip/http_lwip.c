/* http_lwip.c - carry bytes between lwIP's raw TCP API and the HTTP server.
 *
 * A callback may come in the middle of tcp_input(), where closing and sending have rules of their
 * own; therefore the callbacks record and flota_http_lwip_poll() acts.
 *
 * Source: lwIP 2.1.3, doc/rawapi.txt and lwip/tcp.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/http_lwip.h"
#include "flota/error.h"
#include "lwip/tcp.h"
#include <string.h>

/* A chain's tot_len has 16 bits, and a client's chain holds at most one window. */
_Static_assert(TCP_WND <= 0xFFFF, "a received chain must fit a pbuf's tot_len");

#define HELD_MAX (TCP_WND / TCP_MSS + 8u) /* pbufs of one client: a window, and some small ones */

struct client {
    struct tcp_pcb *pcb; /* NULL: unused, or lost */
    struct pbuf *input;  /* received, not yet taken */
    uint32_t acked;      /* bytes that the peer has acknowledged since the last turn */
    bool used;
    bool lost;  /* lwIP has freed the pcb */
    bool ended; /* the peer has closed its sending half */
    bool shut;  /* our sending half is closed */
    struct flota_http_connection connection;
};

static struct {
    struct flota_http_server *server;
    struct tcp_pcb *listener;
    uint32_t now_ms;
    struct client clients[FLOTA_HTTP_LWIP_CLIENTS];
} adapter;

/* --- callbacks: record --- */

/* Take lwIP's hands off the client before its pcb goes its own way. */
static void detach(struct client *client)
{
    tcp_arg(client->pcb, NULL);
    tcp_recv(client->pcb, NULL);
    tcp_sent(client->pcb, NULL);
    tcp_err(client->pcb, NULL);
}

/* The peer has closed. Had we closed our half before, the pcb is in TIME_WAIT now and lwIP may free
 * it at any moment without a word: let go of it here. */
static void note_end(struct client *client)
{
    client->ended = true;
    if (!client->shut)
        return;
    detach(client);
    tcp_close(client->pcb);
    client->pcb = NULL;
    client->lost = true;
}

/* A full window of tiny segments must not take all buffers of the network: what is over the limit
 * stays with lwIP, which offers it again and meanwhile takes no more from this peer. */
static bool is_full(const struct client *client)
{
    return client->input && pbuf_clen(client->input) >= HELD_MAX;
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct client *client = argument;
    (void)pcb;
    (void)error; /* always ERR_OK in lwIP 2.1 */
    if (!data)
        note_end(client);
    else if (is_full(client))
        return ERR_MEM;
    else if (client->input)
        pbuf_cat(client->input, data);
    else
        client->input = data;
    return ERR_OK;
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
    struct client *client = argument;
    (void)pcb;
    client->acked += size;
    return ERR_OK;
}

static void on_error(void *argument, err_t error)
{
    struct client *client = argument;
    (void)error;
    client->pcb = NULL;
    client->lost = true;
}

/* --- the end of a client --- */

static void free_input(struct client *client)
{
    if (client->input)
        pbuf_free(client->input);
    client->input = NULL;
}

/* Close in order; if lwIP has no memory for that, reset: a client must never keep its place. */
static void close_pcb(struct client *client)
{
    if (!client->pcb)
        return;
    detach(client);
    if (tcp_close(client->pcb) != ERR_OK)
        tcp_abort(client->pcb);
    client->pcb = NULL;
}

static void release(struct client *client)
{
    flota_http_close(&client->connection);
    close_pcb(client);
    free_input(client);
    client->used = false;
}

/* Release at once, with a reset: closing in order would keep lwIP's control block until the peer
 * closes, and whoever opens many connections may never do so. */
static void abandon(struct client *client)
{
    struct tcp_pcb *pcb = client->pcb;
    if (pcb) {
        detach(client);
        client->pcb = NULL;
        tcp_abort(pcb);
    }
    release(client);
}

/* --- new clients --- */

static struct client *unused_client(void)
{
    for (size_t i = 0; i < FLOTA_HTTP_LWIP_CLIENTS; i++) {
        struct client *client = &adapter.clients[i];
        if (client->used && client->lost)
            release(client);
        if (!client->used)
            return client;
    }
    return NULL;
}

/* Is a the better one to give up: less in use, or as little but for longer? */
static bool is_better(const struct client *a, const struct client *b)
{
    enum flota_http_use use_a = flota_http_use(&a->connection);
    enum flota_http_use use_b = flota_http_use(&b->connection);
    if (use_a != use_b)
        return use_a < use_b;
    return adapter.now_ms - a->connection.since_ms > adapter.now_ms - b->connection.since_ms;
}

static struct client *evicted_client(void)
{
    struct client *best = &adapter.clients[0];
    for (size_t i = 1; i < FLOTA_HTTP_LWIP_CLIENTS; i++) {
        if (is_better(&adapter.clients[i], best))
            best = &adapter.clients[i];
    }
    if (flota_http_use(&best->connection) == FLOTA_HTTP_USE_EXCHANGE)
        return NULL;
    abandon(best);
    return best;
}

static void adopt(struct client *client, struct tcp_pcb *pcb)
{
    char peer[FLOTA_HTTP_PEER_MAX];
    memset(client, 0, sizeof *client);
    client->used = true;
    client->pcb = pcb;
    if (!ipaddr_ntoa_r(&pcb->remote_ip, peer, sizeof peer))
        peer[0] = '\0';
    flota_http_open(&client->connection, adapter.server, peer, adapter.now_ms);
    tcp_arg(pcb, client);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_nagle_disable(pcb); /* head and body are queued together and then sent */
}

/* Returning an error makes lwIP reset the new connection. */
static err_t on_accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)argument;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    struct client *client = unused_client();
    if (!client)
        client = evicted_client();
    if (!client)
        return ERR_MEM;
    adopt(client, pcb);
    return ERR_OK;
}

/* --- one turn of a client --- */

static void deliver(struct client *client)
{
    while (client->input) {
        size_t taken = flota_http_receive(&client->connection, client->input->payload,
                                          client->input->len, adapter.now_ms);
        if (taken == 0)
            return;
        client->input = pbuf_free_header(client->input, (u16_t)taken);
        tcp_recved(client->pcb, (u16_t)taken);
    }
}

static void tell_end(struct client *client)
{
    if (client->ended)
        flota_http_peer_ended(&client->connection, client->input ? client->input->tot_len : 0);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Queue what fits. Constant memory is sent from where it lies; the rest is copied, since it may lie
 * where the Ethernet DMA can't read. */
static void transmit(struct client *client)
{
    const uint8_t *data;
    size_t size, room;
    while ((size = flota_http_output(&client->connection, &data)) > 0 &&
           (room = tcp_sndbuf(client->pcb)) > 0) {
        u16_t part = (u16_t)smaller(smaller(size, room), 0xFFFF);
        u8_t copy = flota_http_output_is_constant(&client->connection) ? 0 : TCP_WRITE_FLAG_COPY;
        if (tcp_write(client->pcb, data, part, copy) != ERR_OK)
            break; /* no memory at the moment: again at the next turn */
        flota_http_sent(&client->connection, part);
    }
    tcp_output(client->pcb);
}

static void shut_output(struct client *client)
{
    if (!client->shut && flota_http_output_ended(&client->connection))
        client->shut = tcp_shutdown(client->pcb, 0, 1) == ERR_OK;
}

static void serve(struct client *client)
{
    if (client->lost) {
        release(client);
        return;
    }
    if (client->acked > 0) {
        flota_http_acked(&client->connection, client->acked, adapter.now_ms);
        client->acked = 0;
    }
    deliver(client);
    tell_end(client);
    flota_http_poll(&client->connection, adapter.now_ms);
    transmit(client);
    if (flota_http_wants_close(&client->connection))
        release(client);
    else
        shut_output(client);
}

/* --- the adapter --- */

int flota_http_lwip_init(struct flota_http_server *server, uint16_t port)
{
    memset(&adapter, 0, sizeof adapter);
    adapter.server = server;
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
    if (!pcb)
        return FLOTA_ERR_NOT_READY;
    if (tcp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK)
        adapter.listener = tcp_listen(pcb);
    if (!adapter.listener) {
        tcp_abort(pcb);
        return FLOTA_ERR_NOT_READY;
    }
    tcp_accept(adapter.listener, on_accepted);
    return 0;
}

void flota_http_lwip_poll(uint32_t now_ms)
{
    adapter.now_ms = now_ms;
    for (size_t i = 0; i < FLOTA_HTTP_LWIP_CLIENTS; i++) {
        if (adapter.clients[i].used)
            serve(&adapter.clients[i]);
    }
}
