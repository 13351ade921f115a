/* lwip_world.h - one lwIP stack in a test: the time is the test's, the loop back interface carries
 * both ends of each connection, and the board's interface has a wire that leads nowhere.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LWIP_WORLD_H
#define LWIP_WORLD_H

#include "flota/network.h"
#include "flota/port.h"
#include "lwip/etharp.h"
#include "lwip/memp.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include <string.h>

#define PEERS_MAX 128

static uint32_t clock_ms = 1000;

u32_t sys_now(void)
{
    return clock_ms;
}

/* --- the board's interface: what it sends is counted, and lost --- */

static int wire_frames;

static inline err_t wire_send(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    (void)frame;
    wire_frames++;
    return ERR_OK;
}

signed char flota_port_netif_init(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = wire_send;
    netif->hwaddr_len = 6;
    memcpy(netif->hwaddr, "\x02\x00\x00\x00\x00\x01", 6);
    return ERR_OK;
}

void flota_port_netif_poll(struct netif *netif)
{
    (void)netif;
}

/* --- a client on the raw API --- */

struct peer {
    struct tcp_pcb *pcb;
    bool connected, ended, lost;
    bool lazy;   /* acknowledges, but does not open its window */
    size_t kept; /* bytes not yet taken */
    size_t size; /* bytes received */
    uint32_t sum;
    char text[4096]; /* the first of them, zero-terminated */
};

/* All of a test. */
static struct peer peers[PEERS_MAX];
static size_t peer_count;

static inline err_t peer_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data,
                                  err_t error)
{
    struct peer *peer = argument;
    (void)error;
    if (!data) {
        peer->ended = true;
        return ERR_OK;
    }
    for (struct pbuf *part = data; part; part = part->next) {
        for (size_t i = 0; i < part->len; i++) {
            uint8_t byte = ((const uint8_t *)part->payload)[i];
            if (peer->size < sizeof peer->text - 1)
                peer->text[peer->size] = (char)byte;
            peer->size++;
            peer->sum = peer->sum * 31 + byte;
        }
    }
    if (peer->lazy)
        peer->kept += data->tot_len;
    else
        tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static inline err_t peer_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct peer *peer = argument;
    (void)pcb;
    peer->connected = error == ERR_OK;
    return ERR_OK;
}

static inline void peer_lost(void *argument, err_t error)
{
    struct peer *peer = argument;
    (void)error;
    peer->lost = true;
    peer->pcb = NULL;
}

/* One turn of the main loop, ms later. */
static inline void turn(uint32_t ms)
{
    clock_ms += ms;
    netif_poll_all();
    flota_network_poll(clock_ms);
    netif_poll_all();
}

static inline void turns(int count, uint32_t ms)
{
    while (count-- > 0)
        turn(ms);
}

static inline struct peer *peer_connect_to(uint16_t port)
{
    ip_addr_t address = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    assert_in_range(peer_count, 0, PEERS_MAX - 1);
    struct peer *peer = &peers[peer_count++];
    memset(peer, 0, sizeof *peer);
    peer->pcb = tcp_new();
    assert_non_null(peer->pcb);
    tcp_arg(peer->pcb, peer);
    tcp_recv(peer->pcb, peer_received);
    tcp_err(peer->pcb, peer_lost);
    tcp_nagle_disable(peer->pcb);
    assert_int_equal(tcp_connect(peer->pcb, &address, port, peer_connected), ERR_OK);
    for (int i = 0; i < 100 && !peer->connected && !peer->lost; i++)
        turn(1);
    return peer;
}

/* Queue what fits. Returns its size. */
static inline size_t peer_write(struct peer *peer, const void *data, size_t size)
{
    size_t room = peer->pcb ? tcp_sndbuf(peer->pcb) : 0;
    if (size > room)
        size = room;
    if (size == 0 || tcp_write(peer->pcb, data, (u16_t)size, TCP_WRITE_FLAG_COPY) != ERR_OK)
        return 0;
    tcp_output(peer->pcb);
    return size;
}

static inline void peer_send(struct peer *peer, const char *text)
{
    assert_int_equal(peer_write(peer, text, strlen(text)), strlen(text));
    turns(5, 1);
}

static inline void peer_close(struct peer *peer)
{
    if (!peer->pcb)
        return;
    tcp_arg(peer->pcb, NULL);
    tcp_recv(peer->pcb, NULL);
    tcp_err(peer->pcb, NULL);
    assert_int_equal(tcp_close(peer->pcb), ERR_OK);
    peer->pcb = NULL;
}

static inline void peer_reset(struct peer *peer)
{
    tcp_err(peer->pcb, NULL);
    tcp_abort(peer->pcb);
    peer->pcb = NULL;
}

/* --- accounting --- */

/* Let everything close, then count what is still in use. */
static inline void nothing_is_left(void)
{
    for (; peer_count > 0; peer_count--)
        peer_close(&peers[peer_count - 1]);
    turns(400, 200);
    assert_null(tcp_active_pcbs);
    assert_null(tcp_tw_pcbs);
    assert_int_equal(lwip_stats.memp[MEMP_PBUF_POOL]->used, 0);
    assert_int_equal(lwip_stats.memp[MEMP_PBUF]->used, 0);
    assert_int_equal(lwip_stats.memp[MEMP_TCP_SEG]->used, 0);
    assert_int_equal(lwip_stats.memp[MEMP_TCP_PCB]->used, 0);
    assert_int_equal(lwip_stats.mem.used, 0);
}

/* The stack, once per program: a static address. dns: in host byte order, 0: none. */
static inline void start_network_with(uint32_t dns)
{
    const struct flota_network_config config = {.name = "test",
                                                .address = 0x0a000002,
                                                .mask = 0xffffff00,
                                                .gateway = 0x0a000001,
                                                .dns = dns};
    flota_network_init(&config);
}

static inline void start_network(void)
{
    start_network_with(0);
}

#endif
