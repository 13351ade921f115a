/* flota/stream.h - contract: what speaks over a byte stream (HTTP, WebSocket, RPC lines), and what
 * carries it (network.h).
 *
 * A session takes bytes and offers bytes; it knows no socket. An adapter gives it what it received,
 * in any split, and sends what it offers. Back-pressure: what a session does not take stays with
 * the adapter, whose window then closes.
 *
 * Thread safety: one caller.  Allocation: none: the application gives the sessions' memory.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_STREAM_H
#define FLOTA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a peer's address as text, "192.168.0.5", and room for IPv6. */
#define FLOTA_STREAM_PEER_MAX 48u

/* How far a session may be given up in favour of a new client. */
enum flota_stream_use {
    FLOTA_STREAM_USE_IDLE,    /* between requests */
    FLOTA_STREAM_USE_PARTIAL, /* a request is arriving */
    FLOTA_STREAM_USE_EXCHANGE /* a request is being served */
};

/* Functions of a protocol over its session. None may be NULL but those marked. */
struct flota_stream_protocol {
    size_t session_size; /* bytes of one session */

    /* Start. The session's memory holds anything: what an earlier one has left. context: the
     * protocol's (a server, a client's request). peer: the address, for logs; borrowed. */
    void (*open)(void *session, void *context, const char *peer, uint32_t now_ms);

    /* Deliver received bytes, at least one. Returns how many were taken, 0 to size; the rest is
     * delivered again at later turns, followed by what came since. */
    size_t (*receive)(void *session, const uint8_t *data, size_t size, uint32_t now_ms);

    /* The next bytes to send, one contiguous piece. Returns their number, 0 for none; data stays
     * valid until they are acknowledged. */
    size_t (*output)(void *session, const uint8_t **data);

    /* Are the bytes of output() constant memory, that no transport needs to copy? NULL: never. */
    bool (*output_is_constant)(const void *session);

    /* size bytes of output() were handed to the transport. */
    void (*sent)(void *session, size_t size);

    /* size bytes were acknowledged by the peer. A transport without this knowledge calls it right
     * after sent(). */
    void (*acked)(void *session, size_t size, uint32_t now_ms);

    /* Time-outs, waiting handlers. Called at each turn. */
    void (*poll)(void *session, uint32_t now_ms);

    /* Will nothing more be sent? The adapter then shuts its sending half. */
    bool (*output_ended)(const void *session);

    /* May the adapter close now? */
    bool (*wants_close)(const void *session);

    /* May a server give this session up for a new client? */
    enum flota_stream_use (*use)(const void *session);

    /* The peer closed its sending half; undelivered: bytes it sent before that are still with the
     * adapter. Called again when they have become fewer, until they are 0. */
    void (*peer_ended)(void *session, size_t undelivered);

    /* The transport is gone (closed, reset, given up). Called once after each open(); harmless when
     * repeated. */
    void (*close)(void *session);
};

#endif
