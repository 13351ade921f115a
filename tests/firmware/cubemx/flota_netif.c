/* flota_netif.c - Flota's network contract on an lwIP interface that is there already.
 *
 * Takes the place of src/net/lwip/network.c; TCP, UDP, names and MQTT stay those of src/net/lwip.
 * They use lwIP's raw API: call flota_init() and flota_poll() where lwIP runs, in the main loop or
 * in its thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/network.h"
#include "flota_config.h"
#include "lwip.h"
#include "lwip_internal.h"
#include <string.h>

static struct {
    uint32_t now_ms;
    struct lwip_poller *pollers;
} network;

uint32_t flota_lwip_now_ms(void)
{
    return network.now_ms;
}

void flota_lwip_add(struct lwip_poller *poller)
{
    struct lwip_poller **last = &network.pollers;
    while (*last && *last != poller)
        last = &(*last)->next;
    *last = poller;
}

/* The address is lwip.c's; config has those of flota_config.h. */
void flota_network_init(const struct flota_network_config *config)
{
    (void)config;
    MX_LWIP_Init();
}

void flota_network_poll(uint32_t now_ms)
{
    network.now_ms = now_ms;
    MX_LWIP_Process();
    for (const struct lwip_poller *poller = network.pollers; poller; poller = poller->next)
        poller->poll(now_ms);
}

static void show(const ip4_addr_t *address, char text[16])
{
    text[0] = '\0';
    if (!ip4_addr_isany(address))
        ip4addr_ntoa_r(address, text, 16);
}

void flota_network_status(struct flota_network_status *status)
{
    *status = (struct flota_network_status){.is_link_up = netif_is_link_up(&gnetif)};
    show(netif_ip4_addr(&gnetif), status->address);
    show(netif_ip4_netmask(&gnetif), status->mask);
    show(netif_ip4_gw(&gnetif), status->gateway);
    memcpy(status->mac, gnetif.hwaddr, sizeof status->mac);
}
