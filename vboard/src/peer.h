/* peer.h - the other end of the cable in virtual time: a host on lwIP inside this program, that
 * makes HTTP requests, pings, hands out addresses by DHCP, and does nothing else by itself. With
 * --net script or --deterministic.
 *
 * One peer in the program: lwIP keeps its state in globals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PEER_H
#define VBOARD_PEER_H

#include "board.h"

struct peer_request {
    const char *method, *path;
    const char *const *headers; /* "Name: value"; ends with NULL; may be NULL */
    const uint8_t *body;        /* copied */
    size_t body_size;
    const char *address; /* NULL: the guest */
    uint16_t port;       /* 0: 80 */
    uint64_t timeout_ns; /* virtual, from now; 0: 60 s */
};

struct peer_response {
    unsigned request; /* its number, from 1 */
    int status;       /* 0: there was none, error says why */
    const char *reason, *headers, *error;
    const uint8_t *body;
    size_t body_size; /* up to 1 MiB is kept */
    uint64_t begin_ns, end_ns;
    uint64_t sent; /* bytes of the body that the guest acknowledged */
};

/* Begin a request. Returns its number, or 0 and why not. Several may be under way. */
unsigned peer_request(struct board *board, const struct peer_request *request, const char **error);
/* Its response, NULL while there is none. Kept until peer_forget(). */
const struct peer_response *peer_response(const struct board *board, unsigned number);
void peer_forget(struct board *board, unsigned number);

/* Ask for path every 50 ms, one request at a time, until the guest answers: with this status, or
 * any when 0. */
void peer_await(struct board *board, const char *path, int status);
bool peer_is_served(const struct board *board); /* since peer_await() */
void peer_await_end(struct board *board);

/* Has the guest sent anything from its address since it began to listen? */
bool peer_guest_seen(const struct board *board);

struct peer_probe {
    uint64_t sent, answered,
        longest_silence_ns; /* silence: from an answer to the next, or to the end */
};
/* Ping and GET path every every_ns each, a GET only when the one before is over. */
void peer_probe_start(struct board *board, uint64_t every_ns, const char *path);
void peer_probe_end(struct board *board, struct peer_probe *ping, struct peer_probe *get);

/* Change the cable: "rate=100M,rtt=1ms,loss=0.01,dup=0,reorder=0,jitter=0,down=2s-3s"; what is not
 * named stays. down: from-to in virtual time from now; "down=now", "up=now". Returns NULL, or what
 * is wrong with the text. Also parses --link (net_wire.c). */
const char *wire_configure(struct board *board, const char *text);

#endif
