/* net.h - private to the network: what is at the other end of the cable, chosen by --net.
 *
 * net.c hands frames to one of the backends: net_slirp.c (this machine's network, by libslirp),
 * net_tap.c (a TAP interface of this machine), peer.c (a host inside this program, in virtual
 * time), or nothing. Between the last three and the guest lies the cable of net_wire.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_NET_H
#define VBOARD_NET_H

#include "board.h"

/* IPv4 addresses in host byte order; the network is a /24. */
struct net_address {
    uint32_t guest, network, gateway, name_server;
};

/* One kind of other end. Functions may be NULL where a backend has nothing to do. */
struct net_backend {
    const char *name;
    bool on_wire; /* frames go over net_wire.c's cable */
    /* Returns false after a message on stderr. argument: what follows "NAME:" in --net, or NULL. */
    bool (*start)(struct board *board, const char *argument);
    void (*stop)(struct board *board);
    void (*transmit)(struct board *board, const uint8_t *frame, size_t size); /* from the guest */
    void (*guest_restarts)(struct board *board);
    size_t (*poll_prepare)(struct board *board, struct pollfd *fds, size_t capacity,
                           uint32_t *timeout_ms);
    void (*poll_done)(struct board *board, const struct pollfd *fds, size_t count, bool error);
    uint64_t (*deadline)(struct board *board); /* virtual time of its next work */
    void (*advance)(struct board *board);
};

extern const struct net_backend net_slirp_backend, net_tap_backend, net_peer_backend,
    net_none_backend;

struct net {
    const struct net_backend *backend;
    struct net_address address;
    bool guest_seen; /* it has sent something from its address since it last began to listen */
    struct wire *wire;
    struct net_slirp *slirp; /* one of these three */
    struct net_tap *tap;
    struct peer *peer;
};

/* A frame reaches the guest's end of the cable. */
void net_deliver(struct board *board, const uint8_t *frame, size_t size);
/* Something was sent or timed: ask wire and backend anew when they have work. */
void net_schedule(struct board *board);

/* --- net_wire.c: the cable in virtual time --- */

/* NULL, after a message on stderr, when --link cannot be understood. */
struct wire *wire_create(struct board *board);
void wire_destroy(struct wire *wire);
void wire_to_guest(struct board *board, const uint8_t *frame, size_t size);
void wire_from_guest(struct board *board, const uint8_t *frame, size_t size);
uint64_t wire_deadline(const struct wire *wire);
void wire_advance(struct board *board);
uint64_t wire_rtt_ns(const struct wire *wire); /* without the time of the frames themselves */

#endif
