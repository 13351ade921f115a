/* rpc_http.c - one request, one call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_http.h"
#include "rpc_http_internal.h"
#include <stdio.h>
#include <string.h>

/* Only whole ones: the rest of a name would be another one's. */
static void keep_origins(struct flota_rpc_http *http, const char *origins)
{
    size_t size = strlen(origins);
    if (size >= sizeof http->origins) {
        size = sizeof http->origins - 1;
        while (size > 0 && origins[size] != ' ')
            size--;
    }
    memcpy(http->origins, origins, size);
    http->origins[size] = '\0';
}

void flota_rpc_http_init(struct flota_rpc_http *http, struct flota_rpc *rpc, const char *origins)
{
    memset(http, 0, sizeof *http);
    http->rpc = rpc;
    keep_origins(http, origins ? origins : "");
}

void flota_rpc_http_set_access(struct flota_rpc_http *http, struct flota_access *access)
{
    http->access = access;
}

/* --- the exchange --- */

static struct flota_rpc_http_exchange *exchange_of(struct flota_rpc_http *http,
                                                   const struct flota_http_connection *connection)
{
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++)
        if (http->exchanges[i].connection == connection)
            return &http->exchanges[i];
    return NULL;
}

/* Is it the client that takes so long, with its body or with reading the answer? */
static bool is_slow(const struct flota_rpc_http_exchange *exchange, uint32_t now_ms)
{
    const char *text;
    bool is_served = exchange->is_taken && !flota_rpc_is_ready(&exchange->channel) &&
                     flota_rpc_reply(&exchange->channel, &text) == 0;
    return !is_served && now_ms - exchange->since_ms >= FLOTA_RPC_HTTP_SLOW_MS;
}

/* A place for a new call, or NULL. */
static struct flota_rpc_http_exchange *place(struct flota_rpc_http *http, uint32_t now_ms)
{
    struct flota_rpc_http_exchange *exchange = exchange_of(http, NULL);
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS && !exchange; i++) {
        if (!is_slow(&http->exchanges[i], now_ms))
            continue;
        exchange = &http->exchanges[i];
        flota_http_close(exchange->connection); /* calls rpc_done() */
    }
    return exchange;
}

/* The part of the path behind /rpc/, or NULL where it is /rpc itself. */
static struct flota_rpc_text method_name(const struct flota_http_connection *connection)
{
    static const char prefix[] = "/rpc/";
    struct flota_http_text path = flota_http_path(connection);
    size_t size = sizeof prefix - 1;
    if (path.size < size)
        return (struct flota_rpc_text){NULL, 0};
    return (struct flota_rpc_text){path.data + size, path.size - size};
}

static void keep_query(struct flota_rpc_http_exchange *exchange,
                       const struct flota_rpc_method *method)
{
    size_t size = flota_rpc_http_query(exchange->connection, method,
                                       flota_rpc_buffer(&exchange->channel), FLOTA_RPC_FRAME_MAX);
    exchange->is_get = true;
    exchange->size = size ? size : FLOTA_RPC_FRAME_MAX + 1;
}

/* Who sends the request: what its Authorization or its session says. */
struct sender {
    bool is_trusted; /* has the credentials of FLOTA_AUTH */
    uint8_t level;
};

static void start(struct flota_rpc_http *http, struct flota_rpc_http_exchange *exchange,
                  struct flota_http_connection *connection, struct sender sender)
{
    struct flota_rpc_origin origin = {
        .transport = "http", .is_trusted = sender.is_trusted, .level = sender.level};
    struct flota_rpc_text name = method_name(connection);
    snprintf(origin.peer, sizeof origin.peer, "%s", flota_http_peer(connection));
    flota_rpc_open(&exchange->channel, http->rpc, &origin, connection->now_ms);
    flota_rpc_limit_reply(&exchange->channel, FLOTA_HTTP_TEXT_MAX);
    exchange->connection = connection;
    exchange->since_ms = connection->now_ms;
    exchange->is_frame = !name.data;
    exchange->is_get = exchange->is_taken = false;
    exchange->size = 0;
    snprintf(exchange->method, sizeof exchange->method, "%.*s", (int)name.size,
             name.data ? name.data : "");
}

/* Judge origin and credentials; responds to those who may not. */
static bool admit(struct flota_rpc_http *http, struct flota_http_connection *connection,
                  const struct flota_rpc_method *method, char *origin, struct sender *sender)
{
    if (!flota_rpc_http_is_welcome(http, connection, method, origin)) {
        flota_rpc_http_refuse(
            connection, 403, NULL,
            "the request comes from a page of another site, or would change things by HEAD or a "
            "browser's GET; open the device's own page, or use POST");
        return false;
    }
    enum rpc_http_verdict verdict =
        flota_rpc_http_authorize(http->rpc, connection, connection->now_ms);
    sender->level = http->access ? flota_access_level(http->access, connection, NULL) : 0;
    sender->is_trusted = verdict == RPC_HTTP_TRUSTED;
    if (verdict == RPC_HTTP_WRONG && sender->level > 0)
        verdict = RPC_HTTP_ANONYMOUS; /* another token than FLOTA_AUTH's, or a session */
    if (verdict == RPC_HTTP_PAUSED)
        flota_rpc_http_paused(http, connection, origin);
    else if (verdict == RPC_HTTP_WRONG || verdict == RPC_HTTP_STALE)
        flota_rpc_http_unauthorized(http, connection, origin, verdict == RPC_HTTP_STALE);
    return sender->is_trusted || verdict == RPC_HTTP_ANONYMOUS;
}

static void rpc_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_rpc_http *http = context;
    struct flota_rpc_text name = method_name(connection);
    char origin[FLOTA_RPC_HTTP_ORIGIN_MAX];
    struct sender sender;
    if (flota_http_is_method(connection, "OPTIONS")) {
        flota_rpc_http_preflight(http, connection);
        return;
    }
    if (name.size >= FLOTA_RPC_METHOD_MAX) {
        flota_rpc_http_refuse(connection, 404, NULL, "no method has such a name");
        return;
    }
    const struct flota_rpc_method *method =
        name.data ? flota_rpc_find(http->rpc, name, NULL) : NULL;
    if (!admit(http, connection, method, origin, &sender))
        return;
    struct flota_rpc_http_exchange *exchange = place(http, connection->now_ms);
    if (!exchange) {
        flota_rpc_http_refuse(connection, 503, "Retry-After: 1\r\n",
                              "too many calls at a time; try again");
        return;
    }
    start(http, exchange, connection, sender);
    memcpy(exchange->origin, origin, sizeof origin);
    if (flota_http_is_method(connection, "GET"))
        keep_query(exchange, method);
}

static void respond_when_done(struct flota_rpc_http *http, struct flota_rpc_http_exchange *exchange)
{
    const char *text;
    if (flota_rpc_reply(&exchange->channel, &text) == 0 && !flota_rpc_is_ready(&exchange->channel))
        return;
    exchange->since_ms = exchange->connection->now_ms;
    flota_rpc_http_respond(http, exchange);
}

/* An empty body is what curl --digest sends first: it waits for the challenge. */
static bool is_probe(const struct flota_rpc_http *http,
                     const struct flota_rpc_http_exchange *exchange)
{
    return exchange->is_frame && exchange->size == 0 &&
           http->rpc->auth.kind != FLOTA_AUTH_KIND_NONE && !exchange->channel.origin.is_trusted &&
           exchange->channel.origin.level == 0;
}

static void rpc_end(void *context, struct flota_http_connection *connection)
{
    struct flota_rpc_http *http = context;
    struct flota_rpc_http_exchange *exchange = exchange_of(http, connection);
    if (!exchange)
        return;
    if (is_probe(http, exchange)) {
        flota_rpc_http_unauthorized(http, connection, exchange->origin, false);
        return;
    }
    const char *body = flota_rpc_buffer(&exchange->channel);
    exchange->is_taken = true;
    if (exchange->is_frame)
        flota_rpc_take(&exchange->channel, body, exchange->size, connection->now_ms);
    else
        flota_rpc_take_call(&exchange->channel, exchange->method, body, exchange->size,
                            connection->now_ms);
    respond_when_done(http, exchange);
}

/* What is too long is answered at once: it may have no end. */
static size_t rpc_body(void *context, struct flota_http_connection *connection, const uint8_t *data,
                       size_t size)
{
    struct flota_rpc_http_exchange *exchange = exchange_of(context, connection);
    if (!exchange || exchange->is_get || exchange->is_taken)
        return size;
    if (exchange->size + size > FLOTA_RPC_FRAME_MAX) {
        exchange->size = FLOTA_RPC_FRAME_MAX + 1;
        rpc_end(context, connection);
        return size;
    }
    memcpy(flota_rpc_buffer(&exchange->channel) + exchange->size, data, size);
    exchange->size += size;
    return size;
}

static void rpc_wait(void *context, struct flota_http_connection *connection)
{
    struct flota_rpc_http_exchange *exchange = exchange_of(context, connection);
    if (!exchange || !exchange->is_taken)
        return;
    flota_rpc_poll(&exchange->channel, connection->now_ms);
    respond_when_done(context, exchange);
}

static void rpc_done(void *context, struct flota_http_connection *connection, bool response_sent,
                     int reason)
{
    struct flota_rpc_http_exchange *exchange = exchange_of(context, connection);
    (void)reason;
    if (!exchange)
        return;
    if (response_sent)
        flota_rpc_sent(&exchange->channel);
    flota_rpc_close(&exchange->channel);
    exchange->connection = NULL;
}

const struct flota_http_handler flota_rpc_http_handler = {
    .begin = rpc_begin,
    .body = rpc_body,
    .end = rpc_end,
    .wait = rpc_wait,
    .done = rpc_done,
};
