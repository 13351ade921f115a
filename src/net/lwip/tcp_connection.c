/* tcp_connection.c - carry bytes between lwIP's raw TCP API and a session.
 *
 * Received bytes stay in lwIP's buffers until the session takes them, and the TCP window opens by
 * exactly what was taken: a slow flash slows its sender down, and nobody else.
 *
 * Source: lwIP 2.1.3, doc/rawapi.txt and lwip/tcp.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lwip_internal.h"

/* A peer that has gone without a word is found out: after this silence, 3 questions. */
#define KEEP_IDLE_MS     60000u
#define KEEP_INTERVAL_MS 10000u
#define KEEP_COUNT       3u

/* --- callbacks: record --- */

/* Take lwIP's hands off the connection before its pcb goes its own way. */
static void detach(struct flota_network_connection *connection)
{
    tcp_arg(connection->pcb, NULL);
    tcp_recv(connection->pcb, NULL);
    tcp_sent(connection->pcb, NULL);
    tcp_err(connection->pcb, NULL);
}

/* The peer has closed. Had we closed our half before, the pcb is in TIME_WAIT now and lwIP may free
 * it at any moment without a word: let go of it here. */
static void note_end(struct flota_network_connection *connection)
{
    connection->ended = true;
    if (!connection->shut)
        return;
    detach(connection);
    tcp_close(connection->pcb);
    connection->pcb = NULL;
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct flota_network_connection *connection = argument;
    (void)pcb;
    (void)error; /* always ERR_OK in lwIP 2.1 */
    if (!data)
        note_end(connection);
    else if (!flota_lwip_keep(&connection->input, data))
        return ERR_MEM;
    return ERR_OK;
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
    struct flota_network_connection *connection = argument;
    (void)pcb;
    connection->acked += size;
    return ERR_OK;
}

static void on_error(void *argument, err_t error)
{
    struct flota_network_connection *connection = argument;
    connection->pcb = NULL;
    connection->lost = true;
    connection->error = error;
}

/* --- beginning and end --- */

void flota_tcp_attach(struct flota_network_connection *connection, struct tcp_pcb *pcb)
{
    connection->used = true;
    connection->pcb = pcb;
    tcp_arg(pcb, connection);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_nagle_disable(pcb); /* what belongs together is queued together and then sent */
    ip_set_option(pcb, SOF_KEEPALIVE);
    pcb->keep_idle = KEEP_IDLE_MS;
    pcb->keep_intvl = KEEP_INTERVAL_MS;
    pcb->keep_cnt = KEEP_COUNT;
}

void flota_tcp_open(struct flota_network_connection *connection, void *context)
{
    char peer[FLOTA_STREAM_PEER_MAX];
    if (!ipaddr_ntoa_r(&connection->pcb->remote_ip, peer, sizeof peer))
        peer[0] = '\0';
    connection->open = true;
    connection->since_ms = flota_lwip_now_ms();
    connection->protocol->open(connection->session, context, peer, connection->since_ms);
    connection->use = connection->protocol->use(connection->session);
}

/* Close in order; if lwIP has no memory for that, reset: nobody may keep a place for ever. */
static void close_pcb(struct flota_network_connection *connection)
{
    if (!connection->pcb)
        return;
    detach(connection);
    if (tcp_close(connection->pcb) != ERR_OK)
        tcp_abort(connection->pcb);
    connection->pcb = NULL;
}

void flota_tcp_release(struct flota_network_connection *connection)
{
    if (connection->open)
        connection->protocol->close(connection->session);
    close_pcb(connection);
    if (connection->input)
        flota_lwip_free(&connection->input, connection->input->tot_len);
    connection->open = false;
    connection->used = false;
}

void flota_tcp_abandon(struct flota_network_connection *connection)
{
    struct tcp_pcb *pcb = connection->pcb;
    if (pcb) {
        detach(connection);
        connection->pcb = NULL;
        tcp_abort(pcb);
    }
    flota_tcp_release(connection);
}

/* --- one turn --- */

static void tell_acked(struct flota_network_connection *connection)
{
    uint32_t acked = connection->acked;
    connection->acked = 0;
    if (acked > 0)
        connection->protocol->acked(connection->session, acked, flota_lwip_now_ms());
}

static void deliver(struct flota_network_connection *connection)
{
    while (connection->input) {
        size_t taken =
            connection->protocol->receive(connection->session, connection->input->payload,
                                          connection->input->len, flota_lwip_now_ms());
        if (taken == 0 || !connection->open)
            return;
        flota_lwip_free(&connection->input, (u16_t)taken);
        if (connection->pcb)
            tcp_recved(connection->pcb, (u16_t)taken);
    }
}

static void tell_end(struct flota_network_connection *connection)
{
    size_t undelivered = connection->input ? connection->input->tot_len : 0;
    if (connection->ended)
        connection->protocol->peer_ended(connection->session, undelivered);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_constant(const struct flota_network_connection *connection)
{
    const struct flota_stream_protocol *protocol = connection->protocol;
    return protocol->output_is_constant && protocol->output_is_constant(connection->session);
}

/* Queue what fits. Constant memory is sent from where it lies; the rest is copied, since lwIP may
 * need it when the session is gone. */
static void transmit(struct flota_network_connection *connection)
{
    const uint8_t *data;
    size_t size, room;
    while (connection->pcb &&
           (size = connection->protocol->output(connection->session, &data)) > 0 &&
           (room = tcp_sndbuf(connection->pcb)) > 0) {
        u16_t part = (u16_t)smaller(smaller(size, room), 0xFFFF);
        u8_t copy = is_constant(connection) ? 0 : TCP_WRITE_FLAG_COPY;
        if (tcp_write(connection->pcb, data, part, copy) != ERR_OK)
            break; /* no memory at the moment: again at the next turn */
        connection->protocol->sent(connection->session, part);
        if (!connection->open)
            return;
    }
    if (connection->pcb)
        tcp_output(connection->pcb);
}

static void shut_output(struct flota_network_connection *connection)
{
    if (connection->pcb && !connection->shut &&
        connection->protocol->output_ended(connection->session))
        connection->shut = tcp_shutdown(connection->pcb, 0, 1) == ERR_OK;
}

void flota_tcp_note_use(struct flota_network_connection *connection)
{
    enum flota_stream_use use = connection->protocol->use(connection->session);
    if (use == connection->use)
        return;
    connection->use = use;
    connection->since_ms = flota_lwip_now_ms();
}

/* Has everything come and gone: closed by both sides, and all was taken? */
static bool is_over(const struct flota_network_connection *connection)
{
    bool over = !connection->pcb && !connection->input;
    return over || connection->protocol->wants_close(connection->session);
}

static void poll_session(struct flota_network_connection *connection)
{
    connection->protocol->poll(connection->session, flota_lwip_now_ms());
}

/* In any of the steps a session may hang up its own dial, and even dial anew. */
static void take_steps(struct flota_network_connection *connection)
{
    static void (*const steps[])(struct flota_network_connection *) = {
        tell_acked,   deliver,  flota_tcp_note_use, tell_end,
        poll_session, transmit, flota_tcp_note_use};
    for (size_t i = 0; i < sizeof steps / sizeof *steps && connection->open; i++)
        steps[i](connection);
}

bool flota_tcp_serve(struct flota_network_connection *connection)
{
    if (connection->lost) {
        flota_tcp_release(connection);
        return false;
    }
    take_steps(connection);
    if (!connection->open)
        return true;
    if (is_over(connection)) {
        flota_tcp_release(connection);
        return false;
    }
    shut_output(connection);
    return true;
}
