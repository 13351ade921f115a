/* main.c - a pump's controller, as far as its network goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "ethernet.h"
#include "http.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "settings.h"
#include "stm32h743.h"
#include "update.h"
#include "version.h"

u32_t sys_now(void);

u32_t sys_now(void)
{
    return board_ms();
}

static void start_network(struct netif *netif)
{
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 192, 168, 0, 20);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 192, 168, 0, 1);
    lwip_init();
    netif_add(netif, &address, &mask, &gateway, NULL, ethernet_init, ethernet_input);
    netif_set_default(netif);
    netif_set_up(netif);
}

int main(void)
{
    static struct netif netif;
    board_init();
    board_print("pump " VERSION "\r\n");
    settings_load();
    update_boot();
    start_network(&netif);
    http_start();
    board_print("ready at http://192.168.0.20\r\n");
    for (;;) {
        ethernet_poll(&netif);
        sys_check_timeouts();
        if (http_wants_restart())
            update_apply();
        __WFI();
    }
}
