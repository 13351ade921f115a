/* peer.c - the host at the other end of the cable: lwIP's interface, its clock and its timers.
 *
 * lwIP's time is the board's virtual time in milliseconds; EVENT_PEER comes when its next timer is
 * due. Its state is in globals, so there is one peer in the program, and no file descriptor: a
 * fork() copies it whole.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "peer_host.h"

#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct board *the_board; /* lwIP asks for time and random numbers without a context */
static uint64_t random_state;

u32_t sys_now(void)
{
    return (u32_t)(the_board->now_ns / NS_PER_MS);
}

/* splitmix64, a public-domain generator by Sebastiano Vigna. */
uint32_t peer_random(void)
{
    uint64_t z = random_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (uint32_t)((z ^ z >> 31) >> 16);
}

uint32_t peer_ms(uint64_t ns)
{
    const uint32_t most = UINT32_MAX / 4; /* sys_timeout() */
    uint64_t ms = ns / NS_PER_MS + (ns % NS_PER_MS != 0);
    return ms == 0 ? 1 : ms > most ? most : (uint32_t)ms;
}

void peer_find_guest(struct board *board)
{
    struct peer *peer = board->net->peer;
    struct eth_addr *hardware;
    const ip4_addr_t *address;
    if (etharp_find_addr(&peer->netif, &peer->guest, &hardware, &address) < 0)
        etharp_request(&peer->netif, &peer->guest);
}

/* --- the interface --- */

static err_t send_frame(struct netif *netif, struct pbuf *packet)
{
    uint8_t frame[ETH_FRAME_MAX];
    if (packet->tot_len > sizeof frame)
        return ERR_BUF;
    pbuf_copy_partial(packet, frame, packet->tot_len, 0);
    wire_to_guest(netif->state, frame, packet->tot_len);
    return ERR_OK;
}

static err_t set_up(struct netif *netif)
{
    static const uint8_t hardware[6] = {0x02, 'p', 'e', 'e', 'r', 0x01}; /* locally administered */
    memcpy(netif->hwaddr, hardware, sizeof hardware);
    netif->hwaddr_len = sizeof hardware;
    netif->name[0] = 'p';
    netif->name[1] = 'e';
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    netif->output = etharp_output;
    netif->linkoutput = send_frame;
    return ERR_OK;
}

static void peer_take(struct board *board, const uint8_t *frame, size_t size)
{
    struct netif *netif = &board->net->peer->netif;
    struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);
    if (!packet)
        abort();
    pbuf_take(packet, frame, (u16_t)size);
    if (netif->input(packet, netif) != ERR_OK)
        pbuf_free(packet);
}

/* It may come back with another hardware address, and without a word about it. */
static void guest_restarts(struct board *board)
{
    struct peer *peer = board->net->peer;
    if (!peer)
        return;
    etharp_cleanup_netif(&peer->netif);
    asker_guest_restarts(&peer->await.asker);
    asker_guest_restarts(&peer->getter);
    net_schedule(board);
}

/* --- time --- */

static uint64_t peer_deadline(struct board *board)
{
    u32_t sleep_ms = sys_timeouts_sleeptime();
    if (!board->net->peer || sleep_ms == SYS_TIMEOUTS_SLEEPTIME_INFINITE)
        return BOARD_NEVER;
    return (board->now_ns / NS_PER_MS + sleep_ms) * NS_PER_MS;
}

static void peer_advance(struct board *board)
{
    (void)board;
    sys_check_timeouts();
}

/* --- life cycle --- */

static bool peer_start(struct board *board, const char *argument)
{
    (void)argument; /* a script's file: control.c carries it out */
    const struct net_address *address = &board->net->address;
    ip4_addr_t mask;
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        abort();
    the_board = board;
    random_state = board->options.seed ^ 0x50454552ull; /* not the numbers of the other parts */
    lwip_init();
    ip4_addr_set_u32(&mask, PP_HTONL(0xFFFFFF00u));
    ip4_addr_set_u32(&peer->address, lwip_htonl(address->gateway));
    ip4_addr_set_u32(&peer->guest, lwip_htonl(address->guest));
    netif_add(&peer->netif, &peer->address, &mask, &peer->address, board, set_up, ethernet_input);
    board->net->peer = peer;
    netif_set_default(&peer->netif);
    netif_set_link_up(&peer->netif);
    netif_set_up(&peer->netif);
    peer->dhcp = dhcp_server_create(board);
    return peer->dhcp && ping_create(board, &peer->pinger);
}

/* lwIP cannot be taken down, and nothing of it is needed after the board. */
static void peer_stop(struct board *board)
{
    struct peer *peer = board->net->peer;
    if (!peer)
        return;
    peer_requests_destroy(board);
    asker_stop(&peer->await.asker);
    asker_stop(&peer->getter);
    ping_stop(&peer->pinger);
    board->net->peer = NULL;
    free(peer);
}

const struct net_backend net_peer_backend = {.name = "script",
                                             .on_wire = true,
                                             .start = peer_start,
                                             .stop = peer_stop,
                                             .transmit = peer_take,
                                             .guest_restarts = guest_restarts,
                                             .deadline = peer_deadline,
                                             .advance = peer_advance};
