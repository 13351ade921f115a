/* http_connection.c - the life of a connection: head, body, wait, respond, drain, closed.
 *
 * Source: RFC 9112 9 (persistence, closing), RFC 9110 10.1.1 (Expect).
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
static void report(struct flota_http_connection *connection, bool response_sent, int reason)
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
    report(connection, false, reason);
    if (upgraded)
        connection->upgrade->close(connection->upgrade_session);
}

/* The body can't be completed: the handler has the first word, for a client that still listens. */
static void fail_body(struct flota_http_connection *connection, enum http_refusal refusal,
                      int reason)
{
    connection->keep_alive = false;
    report(connection, false, reason);
    flota_http_refuse(connection, refusal);
}

/* Not refused: the first digit of the status line tells. */
static bool was_served(const struct flota_http_connection *connection)
{
    return connection->out_head[sizeof "HTTP/1.1 " - 1] < '4';
}

/* The peer has its 101: from now on it speaks the other protocol. */
static void hand_over(struct flota_http_connection *connection)
{
    flota_http_enter(connection, FLOTA_HTTP_UPGRADED, 0);
    connection->upgrade->open(connection->upgrade_session, connection->upgrade_context,
                              connection->peer, connection->now_ms);
}

static void response_complete(struct flota_http_connection *connection)
{
    connection->server->request_count += was_served(connection);
    report(connection, true, 0);
    if (connection->upgrade)
        hand_over(connection);
    else if (!connection->body_done && !connection->peer_ended)
        flota_http_enter(connection, FLOTA_HTTP_DRAIN, FLOTA_HTTP_DRAIN_MS);
    else if (connection->keep_alive && !connection->peer_ended)
        await_request(connection);
    else
        flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
}

/* --- head --- */

static void body_complete(struct flota_http_connection *connection)
{
    const struct flota_http_route *route = connection->route;
    connection->body_done = true;
    if (connection->responded)
        return;
    flota_http_enter(connection, FLOTA_HTTP_WAIT, 0);
    if (route->handler->end)
        route->handler->end(route->context, connection);
}

/* A request without a body, which a chunked one never is before its last chunk. */
static bool has_no_body(const struct flota_http_connection *connection)
{
    return connection->body_size == 0;
}

static void serve(struct flota_http_connection *connection, const struct flota_http_route *route)
{
    connection->route = route;
    connection->body_done = has_no_body(connection);
    flota_http_enter(connection, FLOTA_HTTP_BODY, FLOTA_HTTP_BODY_MS);
    route->handler->begin(route->context, connection);
    if (connection->responded)
        return;
    if (has_no_body(connection)) {
        body_complete(connection);
        return;
    }
    if (flota_http_expects_continue(connection))
        flota_http_continue(connection);
}

/* A request that no handler sees: its words, and the connection may live on if there is no body. */
static void refuse_request(struct flota_http_connection *connection, enum http_refusal refusal)
{
    connection->body_done = has_no_body(connection) &&
                            (refusal == HTTP_REFUSE_NO_ROUTE || refusal == HTTP_REFUSE_METHOD);
    flota_http_refuse(connection, refusal);
    connection->route = NULL;
}

static void head_complete(struct flota_http_connection *connection)
{
    enum http_refusal refusal = flota_http_head_parse(connection);
    if (refusal != HTTP_ACCEPTED) {
        refuse_request(connection, refusal);
        return;
    }
    bool allowed = false;
    const struct flota_http_route *route = flota_http_find_route(connection, &allowed);
    if (allowed) {
        serve(connection, route);
        return;
    }
    connection->route = route;
    refuse_request(connection, route ? HTTP_REFUSE_METHOD : HTTP_REFUSE_NO_ROUTE);
}

static size_t take_head(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    size_t taken;
    bool complete, idle = connection->head_size == 0;
    enum http_refusal refusal = flota_http_head_take(connection, data, size, &taken, &complete);
    if (idle && connection->head_size > 0)
        flota_http_enter(connection, FLOTA_HTTP_HEAD, FLOTA_HTTP_HEAD_MS);
    if (refusal != HTTP_ACCEPTED)
        refuse_request(connection, refusal);
    else if (complete)
        head_complete(connection);
    return taken;
}

/* --- body --- */

/* The time-out stands still while the handler has no room, and moves on with every
 * FLOTA_HTTP_BODY_STEP bytes. */
static void note_progress(struct flota_http_connection *connection, size_t taken, size_t size)
{
    bool was_blocked = connection->blocked;
    connection->blocked = taken < size;
    connection->step += (uint32_t)taken;
    if (!was_blocked && connection->step < FLOTA_HTTP_BODY_STEP)
        return;
    connection->step = 0;
    connection->deadline_ms = connection->now_ms + FLOTA_HTTP_BODY_MS;
}

static size_t offer(struct flota_http_connection *connection, const uint8_t *data, uint64_t size)
{
    const struct flota_http_handler *handler = connection->route->handler;
    size_t taken = (size_t)size;
    if (handler->body)
        taken = handler->body(connection->route->context, connection, data, (size_t)size);
    if (connection->responded)
        return taken; /* what is left is dropped */
    note_progress(connection, taken, (size_t)size);
    return taken;
}

static uint64_t min_size(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static size_t take_sized(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    size_t taken = offer(connection, data, min_size(size, connection->body_left));
    connection->body_left -= taken;
    if (connection->body_left == 0)
        body_complete(connection);
    return taken;
}

static size_t take_chunked(struct flota_http_connection *connection, const uint8_t *data,
                           size_t size)
{
    struct flota_http_chunks *chunks = &connection->chunks;
    size_t framing, taken = 0;
    switch (flota_http_chunks_next(chunks, data, size, &framing)) {
    case HTTP_CHUNK_MORE:
        break;
    case HTTP_CHUNK_DATA:
        if (framing < size)
            taken = offer(connection, data + framing, min_size(size - framing, chunks->left));
        chunks->left -= taken;
        break;
    case HTTP_CHUNK_END:
        body_complete(connection);
        break;
    case HTTP_CHUNK_BAD:
        fail_body(connection, HTTP_REFUSE_CHUNK, FLOTA_ERR_BAD_REQUEST);
        break;
    }
    return framing + taken;
}

/* --- dropping what follows an early response --- */

static size_t drop_chunked(struct flota_http_connection *connection, const uint8_t *data,
                           size_t size)
{
    struct flota_http_chunks *chunks = &connection->chunks;
    size_t framing, taken = 0;
    switch (flota_http_chunks_next(chunks, data, size, &framing)) {
    case HTTP_CHUNK_DATA:
        taken = (size_t)min_size(size - framing, chunks->left);
        chunks->left -= taken;
        break;
    case HTTP_CHUNK_END:
        connection->body_done = true;
        break;
    case HTTP_CHUNK_BAD: /* its length is unknown: until the peer ends, or the bound */
        return size;
    case HTTP_CHUNK_MORE:
        break;
    }
    return framing + taken;
}

static size_t drop_sized(struct flota_http_connection *connection, size_t size)
{
    if (connection->body_left == 0)
        return size; /* the length is unknown: the head was refused */
    size_t taken = (size_t)min_size(size, connection->body_left);
    connection->body_left -= taken;
    connection->body_done = connection->body_left == 0;
    return taken;
}

static size_t drop(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    if (connection->body_done)
        return 0;
    size = (size_t)min_size(size, FLOTA_HTTP_DRAIN_MAX - connection->dropped);
    if (size == 0)
        return 0;
    size_t taken =
        connection->chunked ? drop_chunked(connection, data, size) : drop_sized(connection, size);
    connection->dropped += (uint32_t)taken;
    if (connection->state ==
        FLOTA_HTTP_DRAIN) /* a slow sender sees the answer, too: it is bounded */
        connection->deadline_ms = connection->now_ms + FLOTA_HTTP_DRAIN_MS;
    bool done = connection->body_done || connection->dropped == FLOTA_HTTP_DRAIN_MAX;
    if (done && connection->state == FLOTA_HTTP_DRAIN)
        flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
    return taken;
}

/* --- adapter's side --- */

static size_t take(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    switch (connection->state) {
    case FLOTA_HTTP_HEAD:
        return take_head(connection, data, size);
    case FLOTA_HTTP_BODY:
        return connection->chunked ? take_chunked(connection, data, size)
                                   : take_sized(connection, data, size);
    case FLOTA_HTTP_WAIT:
        return 0;
    case FLOTA_HTTP_RESPOND:
    case FLOTA_HTTP_DRAIN:
        return drop(connection, data, size);
    case FLOTA_HTTP_UPGRADED:
        return connection->upgrade->receive(connection->upgrade_session, data, size,
                                            connection->now_ms);
    case FLOTA_HTTP_CLOSED:
        break;
    }
    return size; /* nobody reads it any more */
}

size_t flota_http_receive(struct flota_http_connection *connection, const uint8_t *data,
                          size_t size, uint32_t now_ms)
{
    size_t total = 0;
    connection->now_ms = now_ms;
    while (total < size) {
        size_t taken = take(connection, data + total, size - total);
        if (taken == 0)
            break;
        total += taken;
    }
    return total;
}

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
            refuse_request(connection, HTTP_REFUSE_TIMEOUT);
        break;
    case FLOTA_HTTP_BODY:
        if (!connection->blocked)
            fail_body(connection, HTTP_REFUSE_TIMEOUT, FLOTA_ERR_TRANSFER_STALLED);
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
        fail_body(connection, HTTP_REFUSE_BODY_LOST, FLOTA_ERR_TRANSFER_LOST);
    else if (connection->state == FLOTA_HTTP_HEAD || connection->state == FLOTA_HTTP_DRAIN)
        flota_http_enter(connection, FLOTA_HTTP_CLOSED, 0);
    /* else the response goes out first */
}
