/* http_input.c - what a client sends: heads, bodies, and what is dropped behind an early response.
 *
 * Source: RFC 9112 6 (framing), RFC 9110 10.1.1 (Expect).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_internal.h"

/* The body can't be completed: the handler has the first word, for a client that still listens. */
void flota_http_fail_body(struct flota_http_connection *connection, enum http_refusal refusal,
                          int reason)
{
    connection->keep_alive = false;
    flota_http_report(connection, false, reason);
    flota_http_refuse(connection, refusal);
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
void flota_http_refuse_request(struct flota_http_connection *connection, enum http_refusal refusal)
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
        flota_http_refuse_request(connection, refusal);
        return;
    }
    bool allowed = false;
    const struct flota_http_route *route = flota_http_find_route(connection, &allowed);
    if (allowed) {
        serve(connection, route);
        return;
    }
    connection->route = route;
    flota_http_refuse_request(connection, route ? HTTP_REFUSE_METHOD : HTTP_REFUSE_NO_ROUTE);
}

static size_t take_head(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    size_t taken;
    bool complete, idle = connection->head_size == 0;
    enum http_refusal refusal = flota_http_head_take(connection, data, size, &taken, &complete);
    if (idle && connection->head_size > 0)
        flota_http_enter(connection, FLOTA_HTTP_HEAD, FLOTA_HTTP_HEAD_MS);
    if (refusal != HTTP_ACCEPTED)
        flota_http_refuse_request(connection, refusal);
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
        flota_http_fail_body(connection, HTTP_REFUSE_CHUNK, FLOTA_ERR_BAD_REQUEST);
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

/* --- by state --- */

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
