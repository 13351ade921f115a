/* udp.c - datagrams on lwIP's raw UDP API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lwip/udp.h"
#include "flota/error.h"
#include "flota/network.h"
#include <string.h>

/* Unlike TCP's, this callback may send: lwIP has done its own work before it. */
static void on_received(void *argument, struct udp_pcb *pcb, struct pbuf *data,
                        const ip_addr_t *address, u16_t port)
{
    const struct flota_network_datagrams *datagrams = argument;
    struct flota_datagram_peer peer = {.address = ip4_addr_get_u32(ip_2_ip4(address)),
                                       .port = port};
    (void)pcb;
    if (!ipaddr_ntoa_r(address, peer.text, sizeof peer.text))
        peer.text[0] = '\0';
    if (!data->next) /* a chain is more than one frame's buffer: no datagram of ours */
        datagrams->received(datagrams->context, &peer, data->payload, data->len);
    pbuf_free(data);
}

int flota_network_bind(struct flota_network_datagrams *datagrams)
{
    struct udp_pcb *pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (!pcb)
        return FLOTA_ERR_NOT_READY;
    if (udp_bind(pcb, IP_ANY_TYPE, datagrams->port) != ERR_OK) {
        udp_remove(pcb);
        return FLOTA_ERR_NOT_READY;
    }
    udp_recv(pcb, on_received, datagrams);
    datagrams->socket = pcb;
    return 0;
}

int flota_network_send(struct flota_network_datagrams *datagrams,
                       const struct flota_datagram_peer *peer, const uint8_t *data, size_t size)
{
    ip_addr_t address = IPADDR4_INIT(peer->address);
    if (size > FLOTA_DATAGRAM_MAX)
        return FLOTA_ERR_NOT_READY;
    struct pbuf *buffer = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
    if (!buffer)
        return FLOTA_ERR_NOT_READY;
    memcpy(buffer->payload, data, size);
    err_t result = udp_sendto(datagrams->socket, buffer, &address, peer->port);
    pbuf_free(buffer);
    return result == ERR_OK ? 0 : FLOTA_ERR_NOT_READY;
}
