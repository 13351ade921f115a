/* rpc_serial.c - RPC over the console's serial line. See flota/rpc_serial.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_serial.h"
#include <string.h>

void flota_rpc_serial_init(struct flota_rpc_serial *serial, struct flota_rpc *rpc,
                           const struct flota_rpc_serial_line *line, uint32_t now_ms)
{
    static const struct flota_rpc_origin origin = {
        .transport = "serial", .peer = "serial line", .is_local = true};
    memset(serial, 0, sizeof *serial);
    serial->line = *line;
    serial->rpc = rpc;
    serial->heard_ms = now_ms;
    flota_serial_frame_init(&serial->frame, serial->buffer, sizeof serial->buffer);
    flota_rpc_open(&serial->channel, rpc, &origin, now_ms);
    flota_rpc_limit_reply(&serial->channel, sizeof serial->out - FLOTA_SERIAL_EXTRA);
}

/* --- out --- */

static void add(struct flota_rpc_serial *serial, const char *text, size_t size)
{
    memcpy(serial->out + serial->out_size, text, size);
    serial->out_size += size;
}

/* A frame without quotes begins a line of its own: console text may have left one open. */
static void compose_reply(struct flota_rpc_serial *serial, const char *text, size_t size)
{
    const struct flota_serial_form *form = &serial->frame.form;
    if (!form->is_quoted)
        add(serial, "\n", 1);
    serial->out_size += flota_serial_frame_head(form, serial->out + serial->out_size);
    add(serial, text, size);
    serial->out_size += flota_serial_frame_tail(form, text, size, serial->out + serial->out_size);
    serial->out_is_reply = true;
}

static void compose(struct flota_rpc_serial *serial)
{
    const char *text;
    size_t size;
    if (serial->answers_hello)
        add(serial, "\"\"\"\x04\"\"\"", 7);
    if (serial->answers_empty)
        add(serial, "\n", 1);
    serial->answers_hello = serial->answers_empty = false;
    if (serial->out_size == 0 && (size = flota_rpc_reply(&serial->channel, &text)) > 0)
        compose_reply(serial, text, size);
}

/* Returns false while the line does not take it. */
static bool send_out(struct flota_rpc_serial *serial)
{
    if (serial->out_size == 0)
        compose(serial);
    if (serial->out_size == 0)
        return true;
    serial->out_at +=
        serial->line.write(serial->out + serial->out_at, serial->out_size - serial->out_at);
    if (serial->out_at < serial->out_size)
        return false;
    if (serial->out_is_reply)
        flota_rpc_sent(&serial->channel);
    serial->out_is_reply = false;
    serial->out_at = serial->out_size = 0;
    return true;
}

/* --- in --- */

/* A frame that is too long gets the channel's own answer: it looks at the size first. */
static void serve(struct flota_rpc_serial *serial, uint32_t now_ms)
{
    size_t size = serial->is_too_long ? FLOTA_RPC_FRAME_MAX + 1u : serial->frame.size;
    if (serial->has_frame && flota_rpc_take(&serial->channel, serial->frame.text, size, now_ms))
        serial->has_frame = false;
}

static void note(struct flota_rpc_serial *serial, enum flota_serial_event event)
{
    serial->is_too_long = event == FLOTA_SERIAL_TOO_LONG;
    serial->has_frame = event == FLOTA_SERIAL_FRAME || serial->is_too_long;
    serial->answers_hello |= event == FLOTA_SERIAL_HELLO;
    serial->answers_empty |= event == FLOTA_SERIAL_EMPTY;
}

/* Read the line up to a frame. Returns how many bytes came. */
static size_t hear(struct flota_rpc_serial *serial, size_t limit)
{
    size_t count = 0;
    enum flota_serial_event event;
    while (!serial->has_frame) {
        if (serial->in_at == serial->in_size) {
            serial->in_at = 0;
            serial->in_size = count < limit ? serial->line.read(serial->in, sizeof serial->in) : 0;
            count += serial->in_size;
        }
        if (serial->in_size == 0)
            break;
        serial->in_at +=
            flota_serial_frame_receive(&serial->frame, (const uint8_t *)serial->in + serial->in_at,
                                       serial->in_size - serial->in_at, &event);
        note(serial, event);
    }
    return count;
}

static void forget_a_client_that_has_gone(struct flota_rpc_serial *serial, uint32_t now_ms)
{
    bool is_silent = now_ms - serial->heard_ms >= FLOTA_RPC_SERIAL_SILENCE_MS;
    if (is_silent && flota_serial_frame_is_partial(&serial->frame))
        flota_serial_frame_drop(&serial->frame);
}

bool flota_rpc_serial_poll(struct flota_rpc_serial *serial, uint32_t now_ms)
{
    flota_rpc_poll(&serial->channel, now_ms);
    serve(serial, now_ms);
    size_t heard = hear(serial, FLOTA_RPC_SERIAL_TURN);
    if (heard > 0 || serial->has_frame)
        serial->heard_ms = now_ms;
    forget_a_client_that_has_gone(serial, now_ms);
    serve(serial, now_ms);
    bool is_sent = send_out(serial);
    bool can_serve = serial->has_frame && flota_rpc_is_ready(&serial->channel);
    return heard >= FLOTA_RPC_SERIAL_TURN || (is_sent && can_serve);
}
