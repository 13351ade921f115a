/* rpc_udp.c - frames of RPC in datagrams.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_udp.h"
#include <stdio.h>
#include <string.h>

static bool is_same_peer(const struct flota_datagram_peer *a, const struct flota_datagram_peer *b)
{
    return a->address == b->address && a->port == b->port;
}

/* Send what there is to send; the call is over when nothing waits any more. What the network has
 * no room for is lost, as on its way: the client asks again. */
static void go_on(struct flota_rpc_udp *udp, size_t index)
{
    struct flota_rpc_channel *channel = &udp->calls[index].channel;
    const char *text;
    size_t size = flota_rpc_reply(channel, &text);
    if (size > 0) {
        flota_network_send(&udp->datagrams, &udp->calls[index].peer, (const uint8_t *)text, size);
        flota_rpc_sent(channel);
    }
    if (!flota_rpc_is_ready(channel))
        return;
    flota_rpc_close(channel);
    udp->calls[index].is_used = false;
}

/* Where to serve a datagram; -1: nowhere. One peer has one call at a time: what it repeats because
 * the answer takes long is not served twice. */
static int place_for(const struct flota_rpc_udp *udp, const struct flota_datagram_peer *peer)
{
    int place = -1;
    for (size_t i = 0; i < FLOTA_RPC_UDP_CHANNELS; i++) {
        if (!udp->calls[i].is_used)
            place = (int)i;
        else if (is_same_peer(&udp->calls[i].peer, peer))
            return -1;
    }
    return place;
}

static void received(void *context, const struct flota_datagram_peer *peer, const uint8_t *data,
                     size_t size)
{
    struct flota_rpc_udp *udp = context;
    struct flota_rpc_origin origin = {.transport = "udp"};
    int place = place_for(udp, peer);
    if (place < 0)
        return;
    snprintf(origin.peer, sizeof origin.peer, "%s", peer->text);
    udp->calls[place].is_used = true;
    udp->calls[place].peer = *peer;
    flota_rpc_open(&udp->calls[place].channel, udp->rpc, &origin, udp->now_ms);
    flota_rpc_limit_reply(&udp->calls[place].channel, FLOTA_DATAGRAM_MAX);
    flota_rpc_take(&udp->calls[place].channel, (const char *)data, size, udp->now_ms);
    go_on(udp, (size_t)place);
}

int flota_rpc_udp_init(struct flota_rpc_udp *udp, struct flota_rpc *rpc, uint16_t port)
{
    memset(udp, 0, sizeof *udp);
    udp->rpc = rpc;
    udp->datagrams.port = port;
    udp->datagrams.received = received;
    udp->datagrams.context = udp;
    return flota_network_bind(&udp->datagrams);
}

void flota_rpc_udp_poll(struct flota_rpc_udp *udp, uint32_t now_ms)
{
    udp->now_ms = now_ms;
    for (size_t i = 0; i < FLOTA_RPC_UDP_CHANNELS; i++) {
        if (!udp->calls[i].is_used)
            continue;
        flota_rpc_poll(&udp->calls[i].channel, now_ms);
        go_on(udp, i);
    }
}
