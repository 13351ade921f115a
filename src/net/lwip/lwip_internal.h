/* lwip_internal.h - what the files of the lwIP adapter share. Not part of the API.
 *
 * lwIP's callbacks may come in the middle of tcp_input(), where closing and sending have rules of
 * their own; therefore they record, and flota_network_poll() acts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_LWIP_INTERNAL_H
#define FLOTA_LWIP_INTERNAL_H

#include "flota/network.h"
#include "lwip/tcp.h"

/* A group of connections that wants to be served at each turn. */
struct lwip_poller {
    void (*poll)(uint32_t now_ms);
    struct lwip_poller *next;
};

/* Add it, once: calling again changes nothing. So network.c need not know who there is, and who is
 * not called is not linked. */
void flota_lwip_add(struct lwip_poller *poller);

/* The time of the present turn. */
uint32_t flota_lwip_now_ms(void);

/* Received bytes stay in the network's buffers until somebody takes them; all of them together, in
 * whatever connections, must leave it enough to go on. Append data. Returns false when there are
 * too many: lwIP offers data again, and meanwhile takes no more from this peer. */
bool flota_lwip_keep(struct pbuf **chain, struct pbuf *data);

/* Free size bytes at the beginning of a chain; all with chain's tot_len. */
void flota_lwip_free(struct pbuf **chain, u16_t size);

/* A TCP connection and its session. */
struct flota_network_connection {
    const struct flota_stream_protocol *protocol;
    void *session;
    struct tcp_pcb *pcb; /* NULL: unused, lost, or closed by both sides */
    struct pbuf *input;  /* received, not yet taken */
    uint32_t acked;      /* bytes that the peer has acknowledged since the last turn */
    uint32_t since_ms;   /* beginning of the present use */
    enum flota_stream_use use;
    bool used;
    bool open;      /* the session is */
    bool lost;      /* lwIP has freed the pcb */
    bool connected; /* of outgoing ones */
    bool ended;     /* the peer has closed its sending half */
    bool shut;      /* our sending half is closed */
    err_t error;    /* why it was lost */
};

/* Attach a pcb: from now on what happens to it is recorded. */
void flota_tcp_attach(struct flota_network_connection *connection, struct tcp_pcb *pcb);

/* Open the session of a connection that stands. */
void flota_tcp_open(struct flota_network_connection *connection, void *context);

/* One turn. Returns false when it has ended and was released; lost tells how. When its session has
 * hung up meanwhile, it returns true. */
bool flota_tcp_serve(struct flota_network_connection *connection);

/* Close the session, then the connection, in order. */
void flota_tcp_release(struct flota_network_connection *connection);

/* The same with a reset: closing in order would keep lwIP's control block until the peer closes,
 * and whoever opens many connections may never do so. */
void flota_tcp_abandon(struct flota_network_connection *connection);

/* Look how it is used now. */
void flota_tcp_note_use(struct flota_network_connection *connection);

#endif
