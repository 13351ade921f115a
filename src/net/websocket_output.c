/* websocket_output.c - the sending side of a WebSocket: one frame at a time is on its way.
 *
 * A message's payload is sent from its user's memory; wslay writes the frame's header, and control
 * frames whole.
 *
 * Source: RFC 6455 5.2, 5.5.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "websocket_internal.h"
#include <string.h>

/* --- making the next frame --- */

static void begin(struct flota_websocket *websocket, struct wslay_frame_iocb *frame)
{
    size_t payload;
    ssize_t size = wslay_frame_write(&websocket->frame, frame, websocket->head,
                                     sizeof websocket->head, &payload);
    websocket->frame.ostate = PREP_HEADER; /* the payload does not pass through wslay */
    websocket->head_size = size > 0 ? (size_t)size : 0;
    websocket->body_size = 0;
    websocket->offered = websocket->acked = 0;
    websocket->since_ms = websocket->now_ms;
}

static void begin_control(struct flota_websocket *websocket, uint8_t opcode, const uint8_t *data,
                          size_t size)
{
    struct wslay_frame_iocb frame = {
        .fin = 1, .opcode = opcode, .payload_length = size, .data = data, .data_length = size};
    begin(websocket, &frame);
}

static void begin_message(struct flota_websocket *websocket)
{
    uint8_t opcode = websocket->reply_is_text ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME;
    if (websocket->in_parts)
        opcode = WSLAY_CONTINUATION_FRAME;
    struct wslay_frame_iocb frame = {
        .fin = websocket->reply_is_last, .opcode = opcode, .payload_length = websocket->reply_size};
    begin(websocket, &frame);
    websocket->in_parts = !websocket->reply_is_last;
    websocket->body_size = websocket->reply_size;
    websocket->reply_out = true;
}

static void begin_closing_frame(struct flota_websocket *websocket)
{
    uint8_t code[2] = {(uint8_t)(websocket->close_code >> 8), (uint8_t)websocket->close_code};
    begin_control(websocket, WSLAY_CONNECTION_CLOSE, code, sizeof code);
    websocket->close_sent = true;
}

/* Pongs first: a peer waits for them. The close frame is the last one. */
static void begin_next(struct flota_websocket *websocket)
{
    if (websocket->close_sent || websocket->state == FLOTA_WEBSOCKET_CLOSED)
        return;
    if (websocket->pong_due) {
        websocket->pong_due = false;
        begin_control(websocket, WSLAY_PONG, websocket->pong, websocket->pong_size);
    } else if (websocket->ping_due) {
        websocket->ping_due = false;
        begin_control(websocket, WSLAY_PING, NULL, 0);
    } else if (websocket->reply) {
        begin_message(websocket);
    } else if (websocket->close_due) {
        begin_closing_frame(websocket);
    }
}

/* --- the frame on its way --- */

static size_t total(const struct flota_websocket *websocket)
{
    return websocket->head_size + websocket->body_size;
}

bool flota_websocket_is_sending(const struct flota_websocket *websocket)
{
    return total(websocket) > 0;
}

size_t flota_websocket_output(void *session, const uint8_t **data)
{
    struct flota_websocket *websocket = session;
    *data = NULL;
    if (!flota_websocket_is_sending(websocket))
        begin_next(websocket);
    if (websocket->state == FLOTA_WEBSOCKET_CLOSED || websocket->offered == total(websocket))
        return 0;
    if (websocket->offered < websocket->head_size) {
        *data = websocket->head + websocket->offered;
        return websocket->head_size - websocket->offered;
    }
    *data = (const uint8_t *)websocket->reply + (websocket->offered - websocket->head_size);
    return total(websocket) - websocket->offered;
}

void flota_websocket_sent(void *session, size_t size)
{
    struct flota_websocket *websocket = session;
    size_t left = total(websocket) - websocket->offered;
    websocket->offered += size < left ? size : left;
}

static void finish_message(struct flota_websocket *websocket)
{
    websocket->reply_out = false;
    websocket->reply = NULL;
    if (websocket->is_opened && websocket->config->sent)
        websocket->config->sent(websocket->config->user);
}

static void finish(struct flota_websocket *websocket)
{
    websocket->head_size = websocket->body_size = 0;
    websocket->offered = websocket->acked = 0;
    if (websocket->reply_out)
        finish_message(websocket);
    if (!websocket->close_sent)
        return;
    websocket->close_acked = true;
    flota_websocket_check_closed(websocket);
}

/* A frame's time does not begin anew with each byte: begin() has set it. */
void flota_websocket_acked(void *session, size_t size, uint32_t now_ms)
{
    struct flota_websocket *websocket = session;
    size_t left = websocket->offered - websocket->acked;
    websocket->now_ms = now_ms;
    websocket->acked += size < left ? size : left;
    if (flota_websocket_is_sending(websocket) && websocket->acked == total(websocket))
        finish(websocket);
}

bool flota_websocket_send_part(struct flota_websocket *websocket, bool is_text, bool is_last,
                               const char *data, size_t size)
{
    if (websocket->state != FLOTA_WEBSOCKET_OPEN || websocket->reply)
        return false;
    websocket->reply = data;
    websocket->reply_size = size;
    websocket->reply_is_text = is_text;
    websocket->reply_is_last = is_last;
    return true;
}

bool flota_websocket_send(struct flota_websocket *websocket, bool is_text, const char *data,
                          size_t size)
{
    return flota_websocket_send_part(websocket, is_text, true, data, size);
}
