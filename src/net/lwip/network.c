/* network.c - lwIP and its one interface: address, link, frames, timers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/network.h"
#include "flota/port.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "lwip_internal.h"
#include "netif/ethernet.h"
#include <string.h>

static struct {
    struct netif netif;
    ip_addr_t dns; /* any: DHCP's */
    bool is_dhcp;
    uint32_t now_ms;
    struct lwip_poller *pollers;
    ip4_addr_t shown[3]; /* what status tells */
    struct flota_network_status status;
} network;

uint32_t flota_lwip_now_ms(void)
{
    return network.now_ms;
}

void flota_lwip_add(struct lwip_poller *poller)
{
    struct lwip_poller **last = &network.pollers;
    while (*last) {
        if (*last == poller)
            return;
        last = &(*last)->next;
    }
    *last = poller;
}

void flota_network_init(const struct flota_network_config *config)
{
    ip4_addr_t address = {lwip_htonl(config->address)};
    ip4_addr_t mask = {lwip_htonl(config->mask)};
    ip4_addr_t gateway = {lwip_htonl(config->gateway)};
    network.is_dhcp = config->address == 0;
    network.now_ms = sys_now();
    ip_addr_set_ip4_u32(&network.dns, lwip_htonl(config->dns));
    lwip_init();
    netif_add(&network.netif, &address, &mask, &gateway, NULL, flota_port_netif_init,
              ethernet_input);
    netif_set_default(&network.netif);
    netif_set_hostname(&network.netif, config->name);
    netif_set_up(&network.netif);
    if (network.is_dhcp)
        dhcp_start(&network.netif);
}

/* A server that was configured stays the first, whatever DHCP brings. */
static void keep_dns(void)
{
    if (!ip_addr_isany(&network.dns) && !ip_addr_cmp(dns_getserver(0), &network.dns))
        dns_setserver(0, &network.dns);
}

void flota_network_poll(uint32_t now_ms)
{
    network.now_ms = now_ms;
    flota_port_netif_poll(&network.netif);
    sys_check_timeouts();
    keep_dns();
    for (const struct lwip_poller *poller = network.pollers; poller; poller = poller->next)
        poller->poll(now_ms);
}

/* Called at each turn: a text is made anew only when its address has changed. */
static void show(size_t index, const ip4_addr_t *address, char text[16])
{
    if (ip4_addr_cmp(&network.shown[index], address))
        return;
    network.shown[index] = *address;
    text[0] = '\0';
    if (!ip4_addr_isany(address))
        ip4addr_ntoa_r(address, text, 16);
}

void flota_network_status(struct flota_network_status *status)
{
    const struct netif *netif = &network.netif;
    network.status.is_link_up = netif_is_link_up(netif);
    network.status.is_dhcp = network.is_dhcp;
    show(0, netif_ip4_addr(netif), network.status.address);
    show(1, netif_ip4_netmask(netif), network.status.mask);
    show(2, netif_ip4_gw(netif), network.status.gateway);
    memcpy(network.status.mac, netif->hwaddr, sizeof network.status.mac);
    *status = network.status;
}
