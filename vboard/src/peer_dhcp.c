/* peer_dhcp.c - the DHCP server of the virtual network (RFC 2131): one lease, the guest's address,
 * with the peer as router and name server.
 *
 * Its answers are broadcasts: RFC 2131 4.1 asks for unicast to a client that can take it, and
 * allows a broadcast where the server cannot send to an address that ARP does not yet know.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_host.h"

#include "lwip/prot/dhcp.h"
#include "lwip/prot/iana.h"
#include "lwip/udp.h"

#include <stdlib.h>
#include <string.h>

#define LEASE_S      86400u
#define OPTIONS_MAX  312u /* the client takes at least so many (RFC 2131 2) */
#define MESSAGE_SIZE (DHCP_OPTIONS_OFS + OPTIONS_MAX)

/* The value of an option of a request, or NULL. */
static const uint8_t *find_option(const uint8_t *options, size_t size, uint8_t wanted,
                                  uint8_t value_size)
{
    for (size_t at = 0; at < size && options[at] != DHCP_OPTION_END;) {
        if (options[at] == DHCP_OPTION_PAD) {
            at++;
            continue;
        }
        if (at + 2 > size || at + 2 + options[at + 1] > size)
            return NULL;
        if (options[at] == wanted && options[at + 1] == value_size)
            return options + at + 2;
        at += 2u + options[at + 1];
    }
    return NULL;
}

static uint8_t *put_option(uint8_t *at, uint8_t option, const void *value, uint8_t size)
{
    *at++ = option;
    *at++ = size;
    memcpy(at, value, size);
    return at + size;
}

static uint8_t *put_address(uint8_t *at, uint8_t option, const ip4_addr_t *address)
{
    return put_option(at, option, &address->addr, 4);
}

static void put_lease(struct peer *peer, uint8_t *at, uint8_t type)
{
    const uint32_t lease = lwip_htonl(LEASE_S);
    const ip4_addr_t mask = {PP_HTONL(0xFFFFFF00u)};
    at = put_option(at, DHCP_OPTION_MESSAGE_TYPE, &type, 1);
    at = put_address(at, DHCP_OPTION_SERVER_ID, &peer->address);
    if (type != DHCP_NAK) {
        at = put_option(at, DHCP_OPTION_LEASE_TIME, &lease, 4);
        at = put_address(at, DHCP_OPTION_SUBNET_MASK, &mask);
        at = put_address(at, DHCP_OPTION_ROUTER, &peer->address);
        at = put_address(at, DHCP_OPTION_DNS_SERVER, &peer->address);
    }
    *at = DHCP_OPTION_END;
}

static void reply(struct peer *peer, const struct dhcp_msg *request, uint8_t type)
{
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, MESSAGE_SIZE, PBUF_RAM);
    if (!packet)
        abort();
    struct dhcp_msg *message = packet->payload;
    memset(message, 0, MESSAGE_SIZE);
    message->op = DHCP_BOOTREPLY;
    message->htype = request->htype;
    message->hlen = request->hlen;
    message->xid = request->xid;
    message->flags = request->flags;
    message->cookie = PP_HTONL(DHCP_MAGIC_COOKIE);
    memcpy(message->chaddr, request->chaddr, sizeof message->chaddr);
    if (type != DHCP_NAK)
        message->yiaddr.addr = peer->guest.addr;
    put_lease(peer, (uint8_t *)message + DHCP_OPTIONS_OFS, type);
    udp_sendto_if(peer->dhcp, packet, IP_ADDR_BROADCAST, LWIP_IANA_PORT_DHCP_CLIENT, &peer->netif);
    pbuf_free(packet);
}

/* RFC 2131 4.3.2: the client asks for an address in an option, or has it already. */
static bool asks_for_guest(const struct peer *peer, const struct dhcp_msg *request,
                           const uint8_t *options, size_t size)
{
    const uint8_t *wanted = find_option(options, size, DHCP_OPTION_REQUESTED_IP, 4);
    uint32_t address = request->ciaddr.addr;
    if (wanted)
        memcpy(&address, wanted, 4);
    return address == peer->guest.addr;
}

static bool is_for_another(const struct peer *peer, const uint8_t *options, size_t size)
{
    const uint8_t *server = find_option(options, size, DHCP_OPTION_SERVER_ID, 4);
    return server && memcmp(server, &peer->address.addr, 4) != 0;
}

static void answer(struct peer *peer, const struct dhcp_msg *request, size_t size)
{
    const uint8_t *options = (const uint8_t *)request + DHCP_OPTIONS_OFS;
    size_t count = size - DHCP_OPTIONS_OFS;
    const uint8_t *type = find_option(options, count, DHCP_OPTION_MESSAGE_TYPE, 1);
    if (!type || is_for_another(peer, options, count))
        return;
    if (*type == DHCP_DISCOVER)
        reply(peer, request, DHCP_OFFER);
    else if (*type == DHCP_REQUEST)
        reply(peer, request, asks_for_guest(peer, request, options, count) ? DHCP_ACK : DHCP_NAK);
    /* Decline, release and inform change nothing: there is one address and one client. */
}

static void on_received(void *argument, struct udp_pcb *pcb, struct pbuf *packet,
                        const ip_addr_t *from, u16_t port)
{
    (void)pcb;
    (void)from;
    (void)port;
    const struct board *board = argument;
    union {
        struct dhcp_msg message;
        uint8_t bytes[1500];
    } request = {.bytes = {0}};
    u16_t size = pbuf_copy_partial(packet, request.bytes, sizeof request.bytes, 0);
    pbuf_free(packet);
    if (size > DHCP_OPTIONS_OFS && request.message.op == DHCP_BOOTREQUEST &&
        request.message.cookie == PP_HTONL(DHCP_MAGIC_COOKIE))
        answer(board->net->peer, &request.message, size);
}

struct udp_pcb *dhcp_server_create(struct board *board)
{
    struct udp_pcb *pcb = udp_new();
    if (!pcb)
        return NULL;
    udp_recv(pcb, on_received, board);
    if (udp_bind(pcb, IP_ADDR_ANY, LWIP_IANA_PORT_DHCP_SERVER) == ERR_OK)
        return pcb;
    udp_remove(pcb);
    return NULL;
}
