/* flota/rpc_udp.h - RPC over UDP: one frame in each datagram, the reply to where it came from.
 *
 * Nothing is kept between calls: a call or a reply that is lost is sent again by the client, which
 * methods cope with (OTA.Write). A reply that is longer than a datagram is an error that says so.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_UDP_H
#define FLOTA_RPC_UDP_H

#include "flota/network.h"
#include "flota/rpc.h"

#define FLOTA_RPC_UDP_CHANNELS 2u /* calls that wait at a time; what comes above it is dropped */

/* Treat all members as private. */
struct flota_rpc_udp {
    struct flota_rpc *rpc;
    struct flota_network_datagrams datagrams;
    uint32_t now_ms;
    struct {
        bool is_used;
        struct flota_datagram_peer peer;
        struct flota_rpc_channel channel;
    } calls[FLOTA_RPC_UDP_CHANNELS];
};

/* Begin to serve. Returns 0, or flota_network_bind()'s error. */
int flota_rpc_udp_init(struct flota_rpc_udp *udp, struct flota_rpc *rpc, uint16_t port);

/* Let waiting calls go on. At each turn, before flota_network_poll(). */
void flota_rpc_udp_poll(struct flota_rpc_udp *udp, uint32_t now_ms);

#endif
