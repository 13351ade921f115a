/* rpc_tcp.c - frames of RPC in a stream of bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_tcp.h"
#include <stdio.h>
#include <string.h>

static void open_session(void *memory, void *context, const char *peer, uint32_t now_ms)
{
    struct flota_rpc_tcp_session *session = memory;
    struct flota_rpc_origin origin = {.transport = "tcp"};
    snprintf(origin.peer, sizeof origin.peer, "%s", peer);
    flota_rpc_open(&session->channel, context, &origin, now_ms);
    flota_serial_frame_init(&session->decoder, flota_rpc_buffer(&session->channel),
                            FLOTA_RPC_BUFFER_SIZE);
    session->since_ms = now_ms;
    session->has_ended = session->is_broken = false;
    session->head_size = session->tail_size = session->offered = session->acked = 0;
}

/* --- in --- */

/* The size of one that was too long says so to the channel, which answers. */
static void serve_event(struct flota_rpc_tcp_session *session, enum flota_serial_event event,
                        uint32_t now_ms)
{
    struct flota_serial_frame *decoder = &session->decoder;
    if (event == FLOTA_SERIAL_FRAME)
        flota_rpc_take(&session->channel, decoder->text, decoder->size, now_ms);
    else if (event == FLOTA_SERIAL_TOO_LONG)
        flota_rpc_take(&session->channel, decoder->text, FLOTA_RPC_FRAME_MAX + 1, now_ms);
    if (!flota_rpc_is_ready(&session->channel))
        session->since_ms = now_ms;
}

static size_t receive(void *memory, const uint8_t *data, size_t size, uint32_t now_ms)
{
    struct flota_rpc_tcp_session *session = memory;
    size_t taken = 0;
    while (taken < size && !session->is_broken && flota_rpc_is_ready(&session->channel)) {
        enum flota_serial_event event;
        bool was_partial = flota_serial_frame_is_partial(&session->decoder);
        taken += flota_serial_frame_receive(&session->decoder, data + taken, size - taken, &event);
        if (!was_partial)
            session->since_ms = now_ms;
        serve_event(session, event, now_ms);
    }
    return session->is_broken ? size : taken;
}

/* --- out: head, reply, tail --- */

static size_t reply_size(const struct flota_rpc_tcp_session *session, const char **text)
{
    return flota_rpc_reply(&session->channel, text);
}

static size_t total_size(const struct flota_rpc_tcp_session *session)
{
    const char *text;
    return session->tail_size == 0
               ? 0
               : session->head_size + reply_size(session, &text) + session->tail_size;
}

static void compose(struct flota_rpc_tcp_session *session)
{
    const char *text;
    size_t size = reply_size(session, &text);
    if (size == 0 || session->tail_size > 0)
        return;
    session->head_size = flota_serial_frame_head(&session->decoder.form, session->head);
    session->tail_size = flota_serial_frame_tail(&session->decoder.form, text, size, session->tail);
    session->offered = session->acked = 0;
}

static size_t output(void *memory, const uint8_t **data)
{
    struct flota_rpc_tcp_session *session = memory;
    const char *text;
    compose(session);
    size_t at = session->offered, size = reply_size(session, &text);
    *data = NULL;
    if (session->is_broken || at >= total_size(session))
        return 0;
    if (at < session->head_size) {
        *data = (const uint8_t *)session->head + at;
        return session->head_size - at;
    }
    at -= session->head_size;
    if (at < size) {
        *data = (const uint8_t *)text + at;
        return size - at;
    }
    *data = (const uint8_t *)session->tail + (at - size);
    return session->tail_size - (at - size);
}

static void sent(void *memory, size_t size)
{
    struct flota_rpc_tcp_session *session = memory;
    size_t left = total_size(session) - session->offered;
    session->offered += size < left ? size : left;
}

/* The reply's text must stay until the last byte is acknowledged. Its time does not begin anew with
 * each byte: a client that reads slowly enough would keep its session for hours. */
static void acked(void *memory, size_t size, uint32_t now_ms)
{
    struct flota_rpc_tcp_session *session = memory;
    (void)now_ms;
    session->acked += size;
    if (session->tail_size == 0 || session->acked < total_size(session))
        return;
    session->head_size = session->tail_size = session->offered = session->acked = 0;
    flota_rpc_sent(&session->channel);
}

/* --- time, and the end --- */

static bool is_late(const struct flota_rpc_tcp_session *session, uint32_t now_ms)
{
    uint32_t passed = now_ms - session->since_ms;
    if (session->tail_size > 0)
        return passed >= FLOTA_RPC_TCP_SEND_MS;
    return flota_rpc_is_ready(&session->channel) &&
           flota_serial_frame_is_partial(&session->decoder) && passed >= FLOTA_RPC_TCP_FRAME_MS;
}

static void poll(void *memory, uint32_t now_ms)
{
    struct flota_rpc_tcp_session *session = memory;
    const char *text;
    bool replied = reply_size(session, &text) > 0;
    flota_rpc_poll(&session->channel, now_ms);
    if (!replied && reply_size(session, &text) > 0)
        session->since_ms = now_ms;
    if (is_late(session, now_ms))
        session->is_broken = true;
}

static bool output_ended(const void *memory)
{
    const struct flota_rpc_tcp_session *session = memory;
    return session->is_broken || (session->has_ended && flota_rpc_is_ready(&session->channel));
}

static enum flota_stream_use use(const void *memory)
{
    const struct flota_rpc_tcp_session *session = memory;
    if (!flota_rpc_is_ready(&session->channel))
        return FLOTA_STREAM_USE_EXCHANGE;
    return flota_serial_frame_is_partial(&session->decoder) ? FLOTA_STREAM_USE_PARTIAL
                                                            : FLOTA_STREAM_USE_IDLE;
}

/* What it sent before is served. */
static void peer_ended(void *memory, size_t undelivered)
{
    struct flota_rpc_tcp_session *session = memory;
    session->has_ended = undelivered == 0;
}

static void close_session(void *memory)
{
    struct flota_rpc_tcp_session *session = memory;
    flota_rpc_close(&session->channel);
    session->tail_size = 0;
}

const struct flota_stream_protocol flota_rpc_tcp_protocol = {
    .session_size = sizeof(struct flota_rpc_tcp_session),
    .open = open_session,
    .receive = receive,
    .output = output,
    .sent = sent,
    .acked = acked,
    .poll = poll,
    .output_ended = output_ended,
    .wants_close = output_ended,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};
