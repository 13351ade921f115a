/* peer_ping.c - ICMP echo requests to the guest (RFC 792), again and again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_host.h"

#include "lwip/icmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/ip4.h"
#include "lwip/raw.h"
#include "lwip/timeouts.h"

#include <stdlib.h>
#include <string.h>

#define IDENTIFIER   0x7662u /* "vb" */
#define PAYLOAD_SIZE 32u

static u8_t on_received(void *argument, struct raw_pcb *pcb, struct pbuf *packet,
                        const ip_addr_t *from)
{
    (void)pcb;
    struct pinger *pinger = argument;
    struct icmp_echo_hdr echo;
    u16_t at = (u16_t)(IPH_HL_BYTES((const struct ip_hdr *)packet->payload));
    const ip4_addr_t *guest = &pinger->board->net->peer->guest;
    if (pbuf_copy_partial(packet, &echo, sizeof echo, at) != sizeof echo ||
        ICMPH_TYPE(&echo) != ICMP_ER || echo.id != lwip_htons(IDENTIFIER) ||
        !ip4_addr_cmp(ip_2_ip4(from), guest))
        return 0; /* lwIP answers the guest's own pings */
    if (pinger->every_ms > 0)
        probe_answered(&pinger->probe, pinger->board->now_ns);
    pbuf_free(packet);
    return 1;
}

static void send_echo(struct pinger *pinger)
{
    struct pbuf *packet =
        pbuf_alloc(PBUF_IP, sizeof(struct icmp_echo_hdr) + PAYLOAD_SIZE, PBUF_RAM);
    if (!packet)
        abort();
    struct icmp_echo_hdr *echo = packet->payload;
    memset(echo, 0, packet->len);
    ICMPH_TYPE_SET(echo, ICMP_ECHO);
    echo->id = lwip_htons(IDENTIFIER);
    echo->seqno = lwip_htons(++pinger->sequence);
    echo->chksum = inet_chksum(echo, packet->len);
    ip_addr_t guest;
    ip_addr_copy_from_ip4(guest, pinger->board->net->peer->guest);
    peer_find_guest(pinger->board);
    raw_sendto(pinger->pcb, packet, &guest);
    pbuf_free(packet);
    pinger->probe.counts.sent++;
}

static void on_time(void *argument)
{
    struct pinger *pinger = argument;
    send_echo(pinger);
    sys_timeout(pinger->every_ms, on_time, pinger);
}

bool ping_create(struct board *board, struct pinger *pinger)
{
    pinger->board = board;
    pinger->pcb = raw_new(IP_PROTO_ICMP);
    if (!pinger->pcb)
        return false;
    raw_recv(pinger->pcb, on_received, pinger);
    return raw_bind(pinger->pcb, IP_ADDR_ANY) == ERR_OK;
}

void ping_start(struct pinger *pinger, uint32_t every_ms)
{
    ping_stop(pinger);
    pinger->every_ms = every_ms;
    probe_begin(&pinger->probe, pinger->board->now_ns);
    on_time(pinger);
}

void ping_stop(struct pinger *pinger)
{
    sys_untimeout(on_time, pinger);
    pinger->every_ms = 0;
}
