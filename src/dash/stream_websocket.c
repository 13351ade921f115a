/* stream_websocket.c - the same live events as WebSocket messages.
 *
 * A WebSocket needs memory for what it reads, which Server-Sent Events do not: there are fewer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"

/* There is nothing to say to the device here. */
static void message(void *user, bool is_text, const char *data, size_t size)
{
    (void)user;
    (void)is_text;
    (void)data;
    (void)size;
}

static void sent(void *user)
{
    struct flota_dash_stream *stream = user;
    dash_out_sent(&stream->out, stream->out.size);
    dash_out_acked(&stream->out, stream->out.size);
}

/* One frame is on its way at a time; a message that is longer than the memory has several. */
static void poll(void *user, uint32_t now_ms)
{
    struct flota_dash_stream *stream = user;
    if (dash_stream_is_over(stream)) {
        flota_websocket_close(&stream->websocket->websocket, FLOTA_WEBSOCKET_NORMAL);
        return;
    }
    if (!dash_out_is_empty(&stream->out))
        return;
    dash_stream_fill(stream, now_ms);
    if (!dash_out_is_empty(&stream->out))
        flota_websocket_send_part(&stream->websocket->websocket, true, !stream->in_message,
                                  stream->out.text, stream->out.size);
}

static void opened(void *user, const char *peer, uint32_t now_ms)
{
    (void)peer;
    dash_stream_opened(user, now_ms);
}

static void closed(void *user)
{
    dash_stream_closed(user);
}

static struct flota_dash_websocket *place(struct flota_dash *dash)
{
    for (size_t i = 0; i < FLOTA_DASH_WEBSOCKETS; i++)
        if (!dash->websockets[i].stream)
            return &dash->websockets[i];
    return NULL;
}

bool dash_has_websocket(struct flota_dash *dash)
{
    return place(dash) != NULL;
}

void dash_stream_upgrade(struct flota_dash_stream *stream, struct flota_http_connection *connection)
{
    struct flota_dash_websocket *websocket = place(stream->dash);
    websocket->config = (struct flota_websocket_config){
        .message = message,
        .sent = sent,
        .poll = poll,
        .opened = opened,
        .closed = closed,
        .user = stream,
        .buffer = websocket->input,
        .size = sizeof websocket->input,
    };
    websocket->stream = stream;
    stream->websocket = websocket;
    if (flota_websocket_upgrade(connection, NULL, &websocket->websocket, &websocket->config) < 0)
        dash_stream_closed(stream);
}
