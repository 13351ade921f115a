/* network_connection.h - one session of a stream protocol on one socket: servers and clients share
 * it.
 *
 * Bytes given to the kernel count as acknowledged. A connection that ends is read on for a while,
 * so that the kernel does not throw away what was sent with a reset.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_NETWORK_CONNECTION_H
#define FLOTA_NETWORK_CONNECTION_H

#include "flota/stream.h"
#include "host_wait.h"

#define NETWORK_INPUT     8192
#define NETWORK_LINGER_MS 2000u

struct flota_network_connection {
    const struct flota_stream_protocol *protocol;
    void *session;
    int fd;       /* -1: unused */
    bool hung_up; /* the peer has closed its sending half */
    bool ended;   /* and all it sent before is read */
    bool shut;    /* our sending half is closed */
    bool closing; /* the session is done: only reading on */
    bool lost;    /* reset, or no answer any more */
    uint32_t close_at_ms;
    enum flota_stream_use use;
    uint32_t use_since_ms;
    size_t input_size;
    uint8_t input[NETWORK_INPUT];
};

/* Begin a session on a connected, non-blocking socket, which is closed with it. protocol and
 * session are set. */
void network_connection_open(struct flota_network_connection *connection, int fd, void *context,
                             const char *peer, uint32_t now_ms);

/* One turn. Returns false when it has ended: close it. It may be closed already, by its session. */
bool network_connection_turn(struct flota_network_connection *connection, uint32_t now_ms);

/* Close socket and session. Harmless when it is unused. */
void network_connection_close(struct flota_network_connection *connection);

void network_connection_watch(struct flota_network_connection *connection, struct host_wait *wait);

#endif
