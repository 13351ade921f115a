/* stream.c - live events as Server-Sent Events: who may have them, and for how long.
 *
 * Source: HTML Standard 9.2 (Server-sent events).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <string.h>

#define RETRY "retry: 1000\n\n" /* ms until a browser that lost its stream comes again */

bool dash_stream_is_over(const struct flota_dash_stream *stream)
{
    const struct flota_access *access = stream->dash->config.access;
    return stream->is_ended || (access && !flota_access_lasts(access, stream->session));
}

/* --- Server-Sent Events: the session --- */

void dash_stream_opened(struct flota_dash_stream *stream, uint32_t now_ms)
{
    dash_out_open(&stream->out, stream->connection);
    stream->written_ms = now_ms;
}

void dash_stream_closed(struct flota_dash_stream *stream)
{
    dash_out_close(&stream->out);
    if (stream->websocket)
        stream->websocket->stream = NULL;
    stream->connection = NULL;
}

static void open_session(void *session, void *context, const char *peer, uint32_t now_ms)
{
    struct flota_dash_stream *stream = session;
    struct flota_json json;
    (void)context;
    (void)peer;
    dash_stream_opened(stream, now_ms);
    dash_out_begin(&stream->out, &json, 0);
    flota_json_raw(&json, RETRY);
    dash_out_add(&stream->out, json.size, now_ms);
    dash_stream_fill(stream, now_ms);
}

static size_t receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    (void)session;
    (void)data;
    (void)now_ms;
    return size;
}

static size_t output(void *session, const uint8_t **data)
{
    const struct flota_dash_stream *stream = session;
    return dash_out_output(&stream->out, data);
}

static void sent(void *session, size_t size)
{
    struct flota_dash_stream *stream = session;
    dash_out_sent(&stream->out, size);
}

static void acked(void *session, size_t size, uint32_t now_ms)
{
    struct flota_dash_stream *stream = session;
    (void)now_ms;
    dash_out_acked(&stream->out, size);
}

static void poll(void *session, uint32_t now_ms)
{
    struct flota_dash_stream *stream = session;
    if (dash_stream_is_over(stream) ||
        dash_out_stalled_ms(&stream->out, now_ms) >= FLOTA_HTTP_SEND_MS)
        stream->is_ended = true;
    else
        dash_stream_fill(stream, now_ms);
}

static bool wants_close(const void *session)
{
    const struct flota_dash_stream *stream = session;
    return stream->is_ended;
}

/* Nor do strangers who listen keep the last connections to themselves. */
static enum flota_stream_use use(const void *session)
{
    const struct flota_dash_stream *stream = session;
    uint32_t stalled_ms = dash_out_stalled_ms(&stream->out, stream->connection->now_ms);
    bool gives_way = stalled_ms >= FLOTA_HTTP_SLOW_MS || stream->level <= 0;
    return gives_way ? FLOTA_STREAM_USE_PARTIAL : FLOTA_STREAM_USE_EXCHANGE;
}

/* A browser that closes its half has left the page. */
static void peer_ended(void *session, size_t undelivered)
{
    struct flota_dash_stream *stream = session;
    stream->is_ended |= undelivered == 0;
}

static void close_session(void *session)
{
    dash_stream_closed(session);
}

static const struct flota_stream_protocol protocol = {
    .session_size = sizeof(struct flota_dash_stream),
    .open = open_session,
    .receive = receive,
    .output = output,
    .sent = sent,
    .acked = acked,
    .poll = poll,
    .output_ended = wants_close,
    .wants_close = wants_close,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};

/* --- places --- */

static struct flota_dash_stream *unused_place(struct flota_dash *dash)
{
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++)
        if (!dash->streams[i].connection)
            return &dash->streams[i];
    return NULL;
}

/* The client that has taken nothing for the longest time, if that is long: asleep, or gone. */
static struct flota_dash_stream *stalled_stream(struct flota_dash *dash)
{
    struct flota_dash_stream *best = NULL;
    uint32_t longest_ms = FLOTA_HTTP_SLOW_MS - 1;
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++) {
        uint32_t stalled_ms = dash_out_stalled_ms(&dash->streams[i].out, dash->now_ms);
        if (stalled_ms <= longest_ms)
            continue;
        longest_ms = stalled_ms;
        best = &dash->streams[i];
    }
    return best;
}

/* Somebody who has not signed in gives way to one who has: eight strangers who listen would keep
 * all users out. */
static struct flota_dash_stream *strangers_stream(struct flota_dash *dash, int8_t level)
{
    for (size_t i = 0; i < FLOTA_DASH_STREAMS && level > 0; i++)
        if (dash->streams[i].level <= 0)
            return &dash->streams[i];
    return NULL;
}

static struct flota_dash_stream *place(struct flota_dash *dash, int8_t level)
{
    struct flota_dash_stream *stream = unused_place(dash);
    if (stream)
        return stream;
    stream = stalled_stream(dash);
    if (!stream)
        stream = strangers_stream(dash, level);
    if (stream)
        flota_http_close(stream->connection); /* ends in dash_stream_closed() */
    return stream;
}

/* Without a first password there is nothing to see but the status. */
static int8_t identify(struct flota_dash *dash, const struct flota_http_connection *connection,
                       uint32_t *session)
{
    struct flota_access *access = dash->config.access;
    *session = 0;
    if (!access)
        return FLOTA_ACCESS_LEVEL_MAX;
    int8_t level = (int8_t)flota_access_level(access, connection, session);
    return flota_access_check(access, connection, 0) == FLOTA_ERR_FIRST_START ? -1 : level;
}

static struct flota_dash_stream *take_place(struct flota_dash *dash,
                                            struct flota_http_connection *connection)
{
    uint32_t session;
    int8_t level = identify(dash, connection, &session);
    struct flota_dash_stream *stream = place(dash, level);
    if (!stream) {
        dash_refuse_words(connection, 503, FLOTA_ERR_NOT_READY,
                          "eight browsers show live values already",
                          "close one, or try again later");
        return NULL;
    }
    memset(stream, 0, sizeof *stream);
    stream->dash = dash;
    stream->connection = connection;
    stream->level = level;
    stream->session = session;
    return stream;
}

/* Judged before anybody loses a place for it. */
static bool may_upgrade(struct flota_dash *dash, struct flota_http_connection *connection)
{
    struct flota_access *access = dash->config.access;
    if (flota_websocket_check(connection) < 0)
        return false;
    int error = access ? flota_access_check_upgrade(access, connection, 0) : 0;
    if (error == FLOTA_ERR_BAD_ORIGIN) {
        flota_access_refuse(access, connection, error, true);
        return false;
    } /* other clients see what they may, if that is little */
    if (!dash_has_websocket(dash))
        dash_refuse_words(connection, 503, FLOTA_ERR_NOT_READY,
                          "all WebSockets for live values are in use",
                          "close one, or read text/event-stream instead");
    return dash_has_websocket(dash);
}

void dash_stream_begin(struct flota_dash *dash, struct flota_http_connection *connection)
{
    bool is_websocket = flota_http_header_lists(connection, "Upgrade", "websocket");
    if (is_websocket && !may_upgrade(dash, connection))
        return;
    struct flota_dash_stream *stream = take_place(dash, connection);
    if (!stream)
        return;
    if (is_websocket)
        dash_stream_upgrade(stream, connection);
    else if (!flota_http_stream(connection, "text/event-stream", NULL, FLOTA_HTTP_SIZE_UNKNOWN,
                                &protocol, stream, NULL))
        stream->connection = NULL;
}

void dash_stream_lost(struct flota_dash *dash, const struct flota_http_connection *connection)
{
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++)
        if (dash->streams[i].connection == connection)
            dash_stream_closed(&dash->streams[i]);
}
