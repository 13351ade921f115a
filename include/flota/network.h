/* flota/network.h - contract: the network of a device; src/net/lwip on a board, ports/host on
 * Linux.
 *
 * Exactly one implementation is linked into a firmware. It carries stream protocols (stream.h), as
 * server and as client, and datagrams. What is not used is not linked: each group of functions is
 * a file of its own.
 *
 *     flota_network_init(&(struct flota_network_config){.name = "flota"});  // DHCP
 *     static struct flota_http_connection sessions[8];
 *     static struct flota_network_server http = {
 *         .protocol = &flota_http_protocol, .context = &server, .port = 80,
 *         .count = 8, .sessions = sessions};
 *     flota_network_listen(&http);
 *     for (;;) flota_network_poll(flota_port_now_ms());
 *
 * Functions of sessions are called from flota_network_poll(), flota_network_hang_up(), and nothing
 * else; of datagrams, from flota_network_poll(). They may call the functions below (a session may
 * hang up its own dial), but not flota_network_poll().
 *
 * Thread safety: one caller, the superloop.  Allocation: lwIP's pools and a few records of the
 * adapter; the caller gives the rest.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_NETWORK_H
#define FLOTA_NETWORK_H

#include "flota/stream.h"

/* --- the interface --- */

struct flota_network_config {
    const char *name;                /* host name for DHCP; kept by reference */
    uint32_t address, mask, gateway; /* host byte order; address 0: DHCP */
    uint32_t dns;                    /* host byte order; 0: the one that DHCP gives, or none */
};

struct flota_network_status {
    bool is_link_up;
    bool is_dhcp;
    char address[16]; /* "192.168.0.10", "" for none; the host port: what it is bound to */
    char mask[16], gateway[16];
    uint8_t mac[6];
};

/* Start the stack and its interface, once, before all others. */
void flota_network_init(const struct flota_network_config *config);

/* Let frames, timers and connections go on. Bounded work; call it at each turn. */
void flota_network_poll(uint32_t now_ms);

void flota_network_status(struct flota_network_status *status);

/* --- servers --- */

#define FLOTA_NETWORK_SESSIONS_MAX 22u /* of all servers together: HTTP 18, RPC over TCP 4 */

/* A server: the first group is filled by the caller; kept by reference. */
struct flota_network_server {
    const struct flota_stream_protocol *protocol;
    void *context;  /* given to open() */
    uint16_t port;  /* host port: mapped by its options, see ports/host/README.md */
    uint8_t count;  /* of sessions, at least 1 */
    void *sessions; /* count * protocol->session_size bytes, aligned for any type */
    /* Private to the adapter. */
    struct flota_network_connection *connections; /* of count */
    void *listener;
};

/* Begin to listen, on every address. A new client takes an unused session, or that of the client
 * that is least in use, for longest so; when all are serving an exchange it is refused.
 *
 * Returns 0, or FLOTA_ERR_NOT_READY when the port is taken, or there is no memory for so many
 * sessions. */
int flota_network_listen(struct flota_network_server *server);

/* --- clients --- */

#define FLOTA_NETWORK_DIALS_MAX  2u     /* outgoing connections at a time */
#define FLOTA_NETWORK_HOST_MAX   128u   /* bytes of a name with its end */
#define FLOTA_NETWORK_CONNECT_MS 15000u /* for resolving and connecting together */

enum flota_network_dial_state {
    FLOTA_NETWORK_CLOSED, /* not begun, or ended: error says why */
    FLOTA_NETWORK_RESOLVING,
    FLOTA_NETWORK_CONNECTING,
    FLOTA_NETWORK_OPEN
};

/* An outgoing connection. The caller fills the first group, zeroes the rest, and keeps it until
 * CLOSED. */
struct flota_network_dial {
    const struct flota_stream_protocol *protocol;
    void *context; /* given to open() */
    void *session; /* protocol->session_size bytes */
    /* Result. */
    enum flota_network_dial_state state;
    int error; /* 0: ended in order; FLOTA_ERR_NAME_UNKNOWN, _CONNECT_REFUSED, _CONNECT_TIMEOUT
                  (also: no route, no link), _CONNECT_LOST (reset, or no answer any more) */
    /* Private to the adapter. */
    struct flota_network_connection *connection;
    uint32_t since_ms;
    uint16_t port;
    char host[FLOTA_NETWORK_HOST_MAX];
};

/* Begin to connect. host: a name or an address. Failures later on, and at once those of the
 * network, are told by state and error.
 *
 * The session is opened when the connection stands, and closed when it ends; when it never stands,
 * neither happens. What the peer has sent before it closed in order is still delivered.
 *
 * Returns 0; FLOTA_ERR_NOT_READY when dial is not CLOSED, or all places for outgoing connections
 * are in use; FLOTA_ERR_NAME_UNKNOWN for a host that is empty or too long. */
int flota_network_dial(struct flota_network_dial *dial, const char *host, uint16_t port);

/* Give it up now: closes the session, error 0. Harmless when it is CLOSED. */
void flota_network_hang_up(struct flota_network_dial *dial);

/* --- datagrams --- */

#define FLOTA_DATAGRAM_MAX 1472u /* payload of one Ethernet frame: IP fragments are not taken */

struct flota_datagram_peer {
    uint32_t address; /* network byte order */
    uint16_t port;
    char text[FLOTA_STREAM_PEER_MAX]; /* "192.168.0.5": set by the adapter, not read by it */
};

/* A bound port: the first group is filled by the caller; kept by reference. */
struct flota_network_datagrams {
    uint16_t port;
    /* One datagram has come. data is borrowed until return. May answer at once. */
    void (*received)(void *context, const struct flota_datagram_peer *peer, const uint8_t *data,
                     size_t size);
    void *context;
    /* Private to the adapter. */
    void *socket;
};

/* Returns 0, or FLOTA_ERR_NOT_READY when the port is taken or there is no memory. */
int flota_network_bind(struct flota_network_datagrams *datagrams);

/* Send one datagram from the bound port; data is copied. Returns 0, or FLOTA_ERR_NOT_READY: no
 * memory, no route, or too long; the datagram is lost. */
int flota_network_send(struct flota_network_datagrams *datagrams,
                       const struct flota_datagram_peer *peer, const uint8_t *data, size_t size);

#endif
