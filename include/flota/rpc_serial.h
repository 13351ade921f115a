/* flota/rpc_serial.h - RPC over the console's serial line.
 *
 * Frames (serial_frame.h) and console text share the line: a reply is offered to the line in one
 * piece between other text, and what comes in and is no frame is ignored. One client at a time; a
 * frame that comes while a call is served waits, and then the line does.
 *
 *     static const struct flota_rpc_serial_line line = {flota_port_console_read,
 *                                                       flota_port_console_write};
 *     flota_rpc_serial_init(&serial, &rpc, &line, now_ms);
 *     for (;;) flota_rpc_serial_poll(&serial, now_ms);
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_SERIAL_H
#define FLOTA_RPC_SERIAL_H

#include "flota/rpc.h"
#include "flota/serial_frame.h"

#define FLOTA_RPC_SERIAL_TURN       1024u /* bytes that are read at a turn, at most */
#define FLOTA_RPC_SERIAL_SILENCE_MS 3000u /* in a frame: it is dropped, its client has gone */

/* The longest frame to the client, quotes and CRC included: a port's console takes it in one piece,
 * so that no console text gets into its middle. */
#define FLOTA_RPC_SERIAL_OUT_MAX 4096u

/* The line: flota_port_console_read() and _write(). */
struct flota_rpc_serial_line {
    size_t (*read)(char *bytes, size_t size);
    size_t (*write)(const char *text, size_t size);
};

/* Treat all members as private. */
struct flota_rpc_serial {
    struct flota_rpc_serial_line line;
    struct flota_rpc *rpc;
    struct flota_serial_frame frame;
    uint32_t heard_ms; /* when the line last brought something, or could not be heard */
    bool has_frame;    /* frame.text waits for the channel */
    bool is_too_long;  /* what it holds is the beginning of one */
    bool answers_hello;
    bool answers_empty;
    size_t in_at, in_size;
    size_t out_at, out_size;
    bool out_is_reply;
    struct flota_rpc_channel channel;
    char in[64];
    char buffer[FLOTA_RPC_FRAME_MAX + FLOTA_SERIAL_EXTRA];
    char out[FLOTA_RPC_SERIAL_OUT_MAX];
};

void flota_rpc_serial_init(struct flota_rpc_serial *serial, struct flota_rpc *rpc,
                           const struct flota_rpc_serial_line *line, uint32_t now_ms);

/* Receive, serve, answer. Bounded work. Returns whether there is more to do at once. */
bool flota_rpc_serial_poll(struct flota_rpc_serial *serial, uint32_t now_ms);

#endif
