/* net.c - the board's network: chooses the other end of the cable and hands it the frames.
 *
 * Without a --guest-ip the network is 10.0.2.0/24 and DHCP gives the guest 10.0.2.15, as slirp's
 * users know it; with one, the /24 around that address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net.h"
#include "eth.h"
#include "peer.h"
#include "watch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- nothing at the other end --- */

static bool none_start(struct board *board, const char *argument)
{
    (void)argument;
    phy_set_link(board, false);
    return true;
}

const struct net_backend net_none_backend = {.name = "none", .start = none_start};

/* --- which one --- */

static const struct net_backend *const backends[] = {&net_slirp_backend, &net_tap_backend,
                                                     &net_peer_backend, &net_none_backend};

static const struct net_backend *find_backend(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        const char *name = backends[i]->name;
        if (strlen(name) == length && memcmp(name, text, length) == 0)
            return backends[i];
    }
    fprintf(stderr,
            "vboard: --net %s: no such network: slirp, tap:NAME, script, script:FILE or none\n",
            text);
    return NULL;
}

/* What this machine does must not get into a deterministic run. */
static bool options_agree(const struct board_options *options, const struct net_backend *backend)
{
    bool slirp = backend == &net_slirp_backend;
    if (options->deterministic && (slirp || backend == &net_tap_backend)) {
        fprintf(stderr,
                "vboard: --net %s cannot be --deterministic: it follows this machine's clock; "
                "take --net script or none\n",
                options->net);
        return false;
    }
    if (options->hostfwd_count > 0 && !slirp) {
        fprintf(stderr,
                "vboard: --hostfwd needs --net slirp: with --net %s no port of this machine "
                "leads to the firmware\n",
                backend->name);
        return false;
    }
    if (options->link && !backend->on_wire) {
        fprintf(stderr,
                "vboard: --link needs --net script or tap: with --net %s the cable is "
                "always good\n",
                backend->name);
        return false;
    }
    return true;
}

static bool choose(struct board *board, const char **argument)
{
    const char *text = board->options.net;
    if (!text)
        text = board->options.deterministic ? "script" : "slirp";
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    *argument = colon ? colon + 1 : NULL;
    board->net->backend = find_backend(text, length);
    return board->net->backend && options_agree(&board->options, board->net->backend);
}

static bool find_addresses(const char *text, bool slirp, struct net_address *address)
{
    struct in_addr guest;
    if (inet_pton(AF_INET, text ? text : "10.0.2.15", &guest) != 1) {
        fprintf(stderr, "vboard: --guest-ip %s is not an IPv4 address\n", text);
        return false;
    }
    uint32_t host = ntohl(guest.s_addr) & 0xFF;
    if (host == 0 || host == 255) {
        fprintf(stderr, "vboard: --guest-ip %s is no host's address: its last part is 1 to 254\n",
                text);
        return false;
    }
    address->guest = ntohl(guest.s_addr);
    address->network = address->guest & 0xFFFFFF00u;
    address->name_server = address->network | (host == 3 ? 4 : 3);
    /* The gateway of slirp's 10.0.2.0/24 is .2. */
    address->gateway = address->network | ((text || !slirp) && host != 1 ? 1 : 2);
    return true;
}

/* --- frames --- */

/* ARP or IPv4 from the guest's address. */
static bool is_from_guest(const struct net_address *address, const uint8_t *frame, size_t size)
{
    uint32_t guest = htonl(address->guest);
    bool arp = size >= 42 && frame[12] == 0x08 && frame[13] == 0x06;
    bool ipv4 = size >= 34 && frame[12] == 0x08 && frame[13] == 0x00;
    return (arp && memcmp(frame + 28, &guest, 4) == 0) ||
           (ipv4 && memcmp(frame + 26, &guest, 4) == 0);
}

void net_transmit(struct board *board, const uint8_t *frame, size_t size)
{
    struct net *net = board->net;
    watch_frame(board, false, frame, size);
    if (is_from_guest(&net->address, frame, size))
        net->guest_seen = true;
    if (net->backend->on_wire)
        wire_from_guest(board, frame, size);
    else if (net->backend->transmit)
        net->backend->transmit(board, frame, size);
}

void net_deliver(struct board *board, const uint8_t *frame, size_t size)
{
    watch_frame(board, true, frame, size);
    eth_receive(board, frame, size);
}

bool peer_guest_seen(const struct board *board)
{
    return board->net->guest_seen && eth_listening(board);
}

void net_reset(struct board *board)
{
    struct net *net = board->net;
    if (!net)
        return;
    net->guest_seen = false;
    if (net->backend->guest_restarts)
        net->backend->guest_restarts(board);
}

/* --- time --- */

void net_schedule(struct board *board)
{
    struct net *net = board->net;
    uint64_t next = net->wire ? wire_deadline(net->wire) : BOARD_NEVER;
    uint64_t own = net->backend->deadline ? net->backend->deadline(board) : BOARD_NEVER;
    board_schedule(board, EVENT_PEER, own < next ? own : next);
}

void net_event(struct board *board)
{
    struct net *net = board->net;
    wire_advance(board);
    if (net->backend->advance)
        net->backend->advance(board);
    net_schedule(board);
}

size_t net_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                        uint32_t *timeout_ms)
{
    struct net *net = board->net;
    if (!eth_listening(board))
        net->guest_seen = false;
    if (!net->backend->poll_prepare)
        return 0;
    return net->backend->poll_prepare(board, fds, capacity, timeout_ms);
}

void net_poll_done(struct board *board, const struct pollfd *fds, size_t count, bool error)
{
    if (board->net->backend->poll_done)
        board->net->backend->poll_done(board, fds, count, error);
}

/* --- life cycle --- */

static bool start(struct board *board)
{
    struct net *net = board->net;
    const char *argument;
    if (!choose(board, &argument) ||
        !find_addresses(board->options.guest_ip, net->backend == &net_slirp_backend, &net->address))
        return false;
    net->wire = wire_create(board);
    if (!net->wire || !net->backend->start(board, argument))
        return false;
    net_schedule(board);
    return true;
}

struct net *net_create(struct board *board)
{
    struct net *net = calloc(1, sizeof *net);
    if (!net)
        abort();
    board->net = net;
    if (start(board))
        return net;
    net_destroy(board);
    return NULL;
}

void net_destroy(struct board *board)
{
    struct net *net = board->net;
    if (!net)
        return;
    if (net->backend && net->backend->stop)
        net->backend->stop(board);
    wire_destroy(net->wire);
    free(net);
    board->net = NULL;
}
