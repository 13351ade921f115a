/* http_stream.c - the HTTP server as a stream protocol: the same functions with an untyped session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/http.h"

static void open_session(void *session, void *context, const char *peer, uint32_t now_ms)
{
    flota_http_open(session, context, peer, now_ms);
}

static size_t receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    return flota_http_receive(session, data, size, now_ms);
}

static size_t output(void *session, const uint8_t **data)
{
    return flota_http_output(session, data);
}

static bool output_is_constant(const void *session)
{
    return flota_http_output_is_constant(session);
}

static void sent(void *session, size_t size)
{
    flota_http_sent(session, size);
}

static void acked(void *session, size_t size, uint32_t now_ms)
{
    flota_http_acked(session, size, now_ms);
}

static void poll(void *session, uint32_t now_ms)
{
    flota_http_poll(session, now_ms);
}

static bool output_ended(const void *session)
{
    return flota_http_output_ended(session);
}

static bool wants_close(const void *session)
{
    return flota_http_wants_close(session);
}

static enum flota_stream_use use(const void *session)
{
    return flota_http_use(session);
}

static void peer_ended(void *session, size_t undelivered)
{
    flota_http_peer_ended(session, undelivered);
}

static void close_session(void *session)
{
    flota_http_close(session);
}

const struct flota_stream_protocol flota_http_protocol = {
    .session_size = sizeof(struct flota_http_connection),
    .open = open_session,
    .receive = receive,
    .output = output,
    .output_is_constant = output_is_constant,
    .sent = sent,
    .acked = acked,
    .poll = poll,
    .output_ended = output_ended,
    .wants_close = wants_close,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};
