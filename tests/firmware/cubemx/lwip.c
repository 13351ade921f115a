/* lwip.c - lwIP as CubeMX sets it up without an OS, in its shape: one interface, gnetif.
 *
 * The driver below it is ours (flota_port_netif_init, _poll); CubeMX's is ethernetif.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lwip.h"
#include "flota/port.h"
#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

struct netif gnetif;

void MX_LWIP_Init(void)
{
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 192, 168, 0, 10);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 192, 168, 0, 1);
    lwip_init();
    netif_add(&gnetif, &address, &mask, &gateway, NULL, flota_port_netif_init, ethernet_input);
    netif_set_default(&gnetif);
    netif_set_up(&gnetif);
}

void MX_LWIP_Process(void)
{
    flota_port_netif_poll(&gnetif);
    sys_check_timeouts();
}
