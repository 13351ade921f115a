/* peer_host.h - private to the peer: the host on lwIP, its HTTP exchanges, its small services.
 *
 * peer.c is the host: interface, clock, addresses. peer_http.c makes one HTTP exchange over TCP,
 * peer_message.c reads and writes its text. peer_request.c keeps the requests of the control
 * socket, peer_probe.c asks again and again, peer_ping.c sends echoes, peer_dhcp.c gives the guest
 * its address.
 *
 * All of lwIP's callbacks run from peer_advance(), peer_take() or the functions of peer.h; never
 * from another thread, never from within each other's TCP callbacks unless said so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PEER_HOST_H
#define VBOARD_PEER_HOST_H

#include "net.h"
#include "peer.h"
#include "peer_message.h"

#include "lwip/ip4_addr.h"
#include "lwip/netif.h"

struct raw_pcb;
struct tcp_pcb;
struct udp_pcb;

/* --- one HTTP exchange: peer_http.c --- */

struct http_exchange {
    struct board *board;
    struct tcp_pcb *pcb; /* NULL: over */
    uint8_t *head;
    const uint8_t *body; /* borrowed until it is over */
    size_t head_size, body_size;
    size_t queued;         /* bytes of both that TCP has */
    uint64_t acknowledged; /* bytes of both that the guest has */
    bool connected, over;
    uint64_t begin_ns, end_ns;
    uint32_t timeout_ms;
    struct http_answer answer;
    char error[200];                                   /* empty: the answer is whole */
    void (*done)(struct http_exchange *, void *owner); /* may end it, and begin others */
    void *owner;
};

struct http_plan {
    ip4_addr_t address;
    uint16_t port;
    uint8_t *head; /* owned from now on */
    size_t head_size;
    const uint8_t *body;
    size_t body_size;
    bool head_request;   /* method HEAD: the answer has no body */
    uint32_t connect_ms; /* patience for the connection; 0: as timeout_ms */
    uint32_t timeout_ms;
    void (*done)(struct http_exchange *, void *owner);
    void *owner;
};

void http_begin(struct board *board, struct http_exchange *exchange, const struct http_plan *plan);
/* Abort what runs, free what it has. Safe on one that is over, or all zero. */
void http_end(struct http_exchange *exchange);

/* --- asking a path again and again: peer_probe.c --- */

struct asker {
    struct board *board;
    char *path;
    uint32_t every_ms;
    bool active;
    struct http_exchange exchange;
    uint64_t asked;                   /* how often */
    void (*answered)(struct asker *); /* exchange.answer.status is not 0; is it whole? */
};

struct await {
    struct asker asker;
    int status; /* 0: any */
    bool served;
};

struct probe {
    struct peer_probe counts;
    uint64_t last_ns; /* of the last answer, or the begin */
};

struct pinger {
    struct raw_pcb *pcb;
    struct board *board;
    uint16_t sequence;
    uint32_t every_ms;
    struct probe probe;
};

void probe_begin(struct probe *probe, uint64_t now_ns);
void probe_answered(struct probe *probe, uint64_t now_ns);

bool ping_create(struct board *board, struct pinger *pinger);
void ping_start(struct pinger *pinger, uint32_t every_ms);
void ping_stop(struct pinger *pinger);

/* --- peer_dhcp.c --- */

struct udp_pcb *dhcp_server_create(struct board *board);

/* --- the host: peer.c --- */

struct peer {
    struct netif netif;
    ip4_addr_t address, guest;
    struct udp_pcb *dhcp;
    struct request *requests; /* peer_request.c */
    unsigned last_request;
    struct await await;
    struct pinger pinger;
    struct asker getter;
    struct probe getter_probe;
};

/* Milliseconds that hold a time, rounded up; 1 at least. */
uint32_t peer_ms(uint64_t ns);
/* Ask for the guest's hardware address at once, unless it is known: lwIP itself asks again after a
 * second only. */
void peer_find_guest(struct board *board);
void peer_requests_destroy(struct board *board);
void asker_stop(struct asker *asker);
void asker_guest_restarts(struct asker *asker);

#endif
