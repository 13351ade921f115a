/* flota/rpc_tcp.h - RPC over plain TCP: frames as on the serial line (serial_frame.h), one after
 * the other.
 *
 *     struct flota_network_server server = {&flota_rpc_tcp_protocol, &rpc, 8910, 2, sessions};
 *
 * A frame is served when the reply to the one before it is acknowledged; meanwhile the window
 * closes.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_TCP_H
#define FLOTA_RPC_TCP_H

#include "flota/rpc.h"
#include "flota/serial_frame.h"
#include "flota/stream.h"

#define FLOTA_RPC_TCP_FRAME_MS 30000u /* for a whole frame, from its first byte; else closed */
#define FLOTA_RPC_TCP_SEND_MS  30000u /* for a reply to be acknowledged; else closed */

/* One client. Treat all members as private. */
struct flota_rpc_tcp_session {
    struct flota_rpc_channel channel;
    struct flota_serial_frame decoder; /* gathers in the channel's buffer */
    uint32_t since_ms;                 /* when the frame or the reply under way began */
    bool has_ended;                    /* the client will send no more */
    bool is_broken;                    /* too slow: closed without further words */
    char head[FLOTA_SERIAL_EXTRA], tail[FLOTA_SERIAL_EXTRA];
    size_t head_size, tail_size; /* 0: no reply is on its way */
    size_t offered, acked;
};

/* Sessions: struct flota_rpc_tcp_session; context: struct flota_rpc. */
extern const struct flota_stream_protocol flota_rpc_tcp_protocol;

#endif
