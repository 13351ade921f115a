/* http_connection.c - the life of a connection: head, body, wait, respond, drain, closed.
 *
 * Source: RFC 9112 9 (persistence, closing).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_internal.h"
#include <string.h>

void flota_http_enter(struct flota_http_connection *connection, enum flota_http_state state,
                      uint32_t timeout_ms)
{
    connection->state = state;
    connection->since_ms = connection->now_ms;
    connection->deadline_ms = connection->now_ms + timeout_ms;
}

static void await_request(struct flota_http_connection *connection)
{
    flota_http_output_reset(connection);
    connection->route = NULL;
    connection->user = NULL;
    connection->upgrade = NULL;
    connection->after_cr = false;
    connection->head_request = false;
    connection->line_size = 0;
    connection->line_count = 0;
    connection->head_size = 0;
    connection->header_count = 0;
    connection->chunked = false;
    connection->body_done = false;
    connection->blocked = false;
    connection->step = 0;
    connection->dropped = 0;
    connection->body_size = 0;
    connection->body_left = 0;
    flota_http_enter(connection, FLOTA_HTTP_HEAD, FLOTA_HTTP_KEEP_ALIVE_MS);
}

void flota_http_open(struct flota_http_connection *connection, struct flota_http_server *server,
                     const char *peer, uint32_t now_ms)
{
    size_t size = strlen(peer);
    memset(connection, 0, sizeof *connection);
    connection->server = server;
    connection->now_ms = now_ms;
    memcpy(connection->peer, peer, size < FLOTA_HTTP_PEER_MAX ? size : FLOTA_HTTP_PEER_MAX - 1);
    await_request(connection);
}

/* --- the end of an exchange --- */

/* Tell the handler, once. */
void flota_http_report(struct flota_http_connection *connection, bool response_sent, int reason)
{
    const struct flota_http_route *route = connection->route;
    connection->route = NULL;
    if (route && route->handler->done)
        route->handler->done(route->context, connection, response_sent, reason);
}

/* Nothing can be sent or read any more. */
static void shut(struct flota_http_connection *connection, int reason)
{
    bool upgraded = connection->state == FLOTA_HTTP_UPGRADED;
    if (connection->state == FLOTA_HTTP_CLOSED)
        return;
    flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
    flota_http_report(connection, false, reason);
    if (upgraded)
        connection->upgrade->close(connection->upgrade_session);
}

/* Not refused: the first digit of the status line tells. */
static bool was_served(const struct flota_http_connection *connection)
{
    return connection->out_head[sizeof "HTTP/1.1 " - 1] < '4';
}

/* The peer has the head: from now on the bytes are the other protocol's. */
static void hand_over(struct flota_http_connection *connection)
{
    flota_http_enter(connection, FLOTA_HTTP_UPGRADED, 0);
    connection->upgrade->open(connection->upgrade_session, connection->upgrade_context,
                              connection->peer, connection->now_ms);
    if (connection->peer_ended) /* an adapter need not say it again */
        connection->upgrade->peer_ended(connection->upgrade_session, 0);
}

static void response_complete(struct flota_http_connection *connection)
{
    connection->server->request_count += was_served(connection);
    flota_http_report(connection, true, 0);
    if (connection->upgrade)
        hand_over(connection);
    else if (!connection->body_done && !connection->peer_ended)
        flota_http_enter(connection, FLOTA_HTTP_DRAIN, FLOTA_HTTP_DRAIN_MS);
    else if (connection->keep_alive && !connection->peer_ended)
        await_request(connection);
    else
        flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
}

/* --- adapter's side --- */

/* As with a body: a client that reads byte by byte does not keep its place for hours. */
static void note_acked(struct flota_http_connection *connection, size_t size)
{
    connection->step += (uint32_t)size;
    if (connection->step < FLOTA_HTTP_BODY_STEP)
        return;
    connection->step = 0;
    connection->deadline_ms = connection->now_ms + FLOTA_HTTP_SEND_MS;
}

void flota_http_acked(struct flota_http_connection *connection, size_t size, uint32_t now_ms)
{
    size_t left = connection->out_offered - connection->out_acked;
    connection->now_ms = now_ms;
    if (connection->state == FLOTA_HTTP_UPGRADED) {
        connection->upgrade->acked(connection->upgrade_session, size, now_ms);
        return;
    }
    connection->out_acked += size < left ? size : left;
    if (connection->state != FLOTA_HTTP_RESPOND)
        return;
    note_acked(connection, size < left ? size : left);
    if (flota_http_output_complete(connection))
        response_complete(connection);
}

static void time_out(struct flota_http_connection *connection)
{
    switch (connection->state) {
    case FLOTA_HTTP_HEAD:
        if (connection->head_size == 0)
            flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
        else
            flota_http_refuse_request(connection, HTTP_REFUSE_TIMEOUT);
        break;
    case FLOTA_HTTP_BODY:
        if (!connection->blocked)
            flota_http_fail_body(connection, HTTP_REFUSE_TIMEOUT, FLOTA_ERR_TRANSFER_STALLED);
        break;
    case FLOTA_HTTP_RESPOND:
    case FLOTA_HTTP_DRAIN:
        shut(connection, FLOTA_ERR_TRANSFER_STALLED);
        break;
    case FLOTA_HTTP_WAIT:
    case FLOTA_HTTP_UPGRADED:
    case FLOTA_HTTP_CLOSED:
        break;
    }
}

void flota_http_poll(struct flota_http_connection *connection, uint32_t now_ms)
{
    const struct flota_http_route *route = connection->route;
    connection->now_ms = now_ms;
    if (connection->state == FLOTA_HTTP_UPGRADED) {
        connection->upgrade->poll(connection->upgrade_session, now_ms);
        return;
    }
    if (connection->state == FLOTA_HTTP_WAIT && route->handler->wait)
        route->handler->wait(route->context, connection);
    if ((int32_t)(now_ms - connection->deadline_ms) >= 0)
        time_out(connection);
}

bool flota_http_output_ended(const struct flota_http_connection *connection)
{
    if (connection->state == FLOTA_HTTP_UPGRADED)
        return connection->upgrade->output_ended(connection->upgrade_session);
    return connection->state == FLOTA_HTTP_DRAIN || connection->state == FLOTA_HTTP_CLOSED;
}

bool flota_http_wants_close(const struct flota_http_connection *connection)
{
    if (connection->state == FLOTA_HTTP_UPGRADED)
        return connection->upgrade->wants_close(connection->upgrade_session);
    return connection->state == FLOTA_HTTP_CLOSED;
}

/* Has the present step of a response taken long? */
static bool reads_slowly(const struct flota_http_connection *connection)
{
    uint32_t left_ms = connection->deadline_ms - connection->now_ms;
    return left_ms <= FLOTA_HTTP_SEND_MS - FLOTA_HTTP_SLOW_MS;
}

enum flota_stream_use flota_http_use(const struct flota_http_connection *connection)
{
    switch (connection->state) {
    case FLOTA_HTTP_HEAD:
        return connection->head_size == 0 ? FLOTA_STREAM_USE_IDLE : FLOTA_STREAM_USE_PARTIAL;
    case FLOTA_HTTP_DRAIN:
        return FLOTA_STREAM_USE_PARTIAL;
    case FLOTA_HTTP_RESPOND:
        return reads_slowly(connection) ? FLOTA_STREAM_USE_PARTIAL : FLOTA_STREAM_USE_EXCHANGE;
    case FLOTA_HTTP_UPGRADED:
        return connection->upgrade->use(connection->upgrade_session);
    case FLOTA_HTTP_CLOSED:
        return FLOTA_STREAM_USE_IDLE;
    default:
        return FLOTA_STREAM_USE_EXCHANGE;
    }
}

void flota_http_close(struct flota_http_connection *connection)
{
    shut(connection, FLOTA_ERR_TRANSFER_LOST);
}

/* Can what the peer has sent still complete the body? For a chunked one only its end tells. */
static bool may_complete(const struct flota_http_connection *connection, size_t undelivered)
{
    return undelivered > 0 && (connection->chunked || connection->body_left <= undelivered);
}

void flota_http_peer_ended(struct flota_http_connection *connection, size_t undelivered)
{
    bool in_body = connection->state == FLOTA_HTTP_BODY;
    if (connection->state == FLOTA_HTTP_UPGRADED) {
        connection->upgrade->peer_ended(connection->upgrade_session, undelivered);
        return;
    }
    if (in_body ? may_complete(connection, undelivered) : undelivered > 0)
        return;
    connection->peer_ended = true;
    if (in_body)
        flota_http_fail_body(connection, HTTP_REFUSE_BODY_LOST, FLOTA_ERR_TRANSFER_LOST);
    else if (connection->state == FLOTA_HTTP_HEAD || connection->state == FLOTA_HTTP_DRAIN)
        flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
    /* else the response goes out first */
}
