/* peer_http.c - one HTTP exchange over TCP: connect, send, read the answer, close.
 *
 * TCP's callbacks only record and end; a pcb is aborted in one of them only with ERR_ABRT as its
 * result, as lwIP asks (lwip/tcp.h, tcp_recv_fn).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_host.h"

#include "lwip/tcp.h"
#include "lwip/timeouts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORPHAN_POLL 20 /* units of 2 * TCP_TMR_INTERVAL: a closed connection has 2 s to be gone */

static void on_timeout(void *argument);
static void on_connect_timeout(void *argument);

/* --- the end --- */

static err_t abort_orphan(void *argument, struct tcp_pcb *pcb)
{
    (void)argument;
    tcp_abort(pcb);
    return ERR_ABRT;
}

/* Let the connection go: close it when everything is sent, else abort it, as the body may be freed
 * at any time from now on. */
static err_t let_go(struct http_exchange *exchange)
{
    struct tcp_pcb *pcb = exchange->pcb;
    if (!pcb)
        return ERR_OK;
    exchange->pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_poll(pcb, abort_orphan, ORPHAN_POLL);
    bool all_sent =
        exchange->connected && exchange->acknowledged == exchange->head_size + exchange->body_size;
    if (all_sent && tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static void stop_timers(struct http_exchange *exchange)
{
    sys_untimeout(on_timeout, exchange);
    sys_untimeout(on_connect_timeout, exchange);
}

static err_t finish(struct http_exchange *exchange)
{
    err_t result = let_go(exchange);
    stop_timers(exchange);
    exchange->over = true;
    exchange->end_ns = exchange->board->now_ns;
    exchange->done(exchange, exchange->owner);
    return result;
}

static err_t fail(struct http_exchange *exchange, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static err_t fail(struct http_exchange *exchange, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(exchange->error, sizeof exchange->error, format, arguments);
    va_end(arguments);
    return finish(exchange);
}

static void on_timeout(void *argument)
{
    struct http_exchange *exchange = argument;
    uint64_t all = exchange->head_size + exchange->body_size;
    if (!exchange->connected)
        fail(exchange,
             "the guest took no connection within %" PRIu32 " ms: it is off, still starting, has "
             "another address, or its cable is pulled",
             exchange->timeout_ms);
    else if (exchange->acknowledged < all)
        fail(exchange,
             "the guest has not taken the request within %" PRIu32 " ms, only %" PRIu64
             " of its %" PRIu64 " bytes",
             exchange->timeout_ms, exchange->acknowledged, all);
    else
        fail(exchange,
             "no whole answer within %" PRIu32 " ms: the request is sent, %" PRIu64
             " bytes of an answer's body came",
             exchange->timeout_ms, exchange->answer.body_total);
}

static void on_connect_timeout(void *argument)
{
    struct http_exchange *exchange = argument;
    if (!exchange->connected)
        fail(exchange, "the guest took no connection");
}

/* The pcb is gone already. */
static void on_error(void *argument, err_t error)
{
    struct http_exchange *exchange = argument;
    exchange->pcb = NULL;
    if (error == ERR_RST && !exchange->connected)
        fail(exchange, "the guest refused the connection: no server listens on that port");
    else if (error == ERR_RST)
        fail(exchange, "the guest reset the connection");
    else
        fail(exchange, "the guest does not answer any more: lwIP gave up (%d)", error);
}

/* --- sending --- */

/* The bytes to queue next: of the head first, then of the body. */
static const uint8_t *next_bytes(const struct http_exchange *exchange, size_t *size)
{
    size_t at = exchange->queued;
    if (at < exchange->head_size) {
        *size = exchange->head_size - at;
        return exchange->head + at;
    }
    at -= exchange->head_size;
    *size = exchange->body_size - at;
    return *size > 0 ? exchange->body + at : NULL;
}

/* Without a copy: head and body stay until the pcb is gone. Whole segments, but for the last. */
static void send_more(struct http_exchange *exchange)
{
    for (;;) {
        size_t size, room = tcp_sndbuf(exchange->pcb);
        const uint8_t *data = next_bytes(exchange, &size);
        if (!data || (room < size && room < TCP_MSS))
            break;
        if (size > room)
            size = room - room % TCP_MSS;
        bool last = exchange->queued + size == exchange->head_size + exchange->body_size;
        uint8_t flags = last ? 0 : TCP_WRITE_FLAG_MORE;
        if (tcp_write(exchange->pcb, data, (u16_t)size, flags) != ERR_OK)
            break; /* its queue is full: the next acknowledgement makes room */
        exchange->queued += size;
    }
    tcp_output(exchange->pcb);
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
    (void)pcb;
    struct http_exchange *exchange = argument;
    exchange->acknowledged += size;
    send_more(exchange);
    return ERR_OK;
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)pcb;
    (void)error;
    struct http_exchange *exchange = argument;
    exchange->connected = true;
    send_more(exchange);
    return ERR_OK;
}

/* --- receiving --- */

static enum http_progress take(struct http_exchange *exchange, const struct pbuf *packet)
{
    enum http_progress progress = HTTP_MORE;
    for (const struct pbuf *part = packet; part && progress == HTTP_MORE; part = part->next)
        progress = http_answer_take(&exchange->answer, part->payload, part->len);
    return progress;
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
    (void)error;
    struct http_exchange *exchange = argument;
    enum http_progress progress;
    if (packet) {
        tcp_recved(pcb, packet->tot_len);
        progress = take(exchange, packet);
        pbuf_free(packet);
    } else {
        progress = http_answer_close(&exchange->answer);
    }
    if (progress == HTTP_MORE)
        return ERR_OK;
    return progress == HTTP_BAD ? fail(exchange, "%s", exchange->answer.error) : finish(exchange);
}

/* --- the begin --- */

void http_begin(struct board *board, struct http_exchange *exchange, const struct http_plan *plan)
{
    struct tcp_pcb *pcb = tcp_new();
    if (!pcb)
        abort();
    *exchange = (struct http_exchange){.board = board,
                                       .pcb = pcb,
                                       .head = plan->head,
                                       .head_size = plan->head_size,
                                       .body = plan->body,
                                       .body_size = plan->body_size,
                                       .begin_ns = board->now_ns,
                                       .timeout_ms = plan->timeout_ms,
                                       .done = plan->done,
                                       .owner = plan->owner};
    exchange->answer.head_request = plan->head_request;
    tcp_arg(pcb, exchange);
    tcp_err(pcb, on_error);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_nagle_disable(pcb);
    sys_timeout(plan->timeout_ms, on_timeout, exchange);
    if (plan->connect_ms > 0 && plan->connect_ms < plan->timeout_ms)
        sys_timeout(plan->connect_ms, on_connect_timeout, exchange);
    ip_addr_t address;
    ip_addr_copy_from_ip4(address, plan->address);
    /* A failure to send is as good as a lost frame; a port is always free. */
    tcp_connect(pcb, &address, plan->port, on_connected);
}

void http_end(struct http_exchange *exchange)
{
    let_go(exchange);
    stop_timers(exchange);
    free(exchange->head);
    exchange->head = NULL;
    http_answer_free(&exchange->answer);
}
