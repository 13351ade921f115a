/* network_interface.c - flota/network.h on Linux: the interface. The machine has the addresses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/network.h"
#include "host_chip.h"
#include "host_wait.h"
#include <stdio.h>
#include <string.h>

static const struct flota_network_config *config;

void flota_network_init(const struct flota_network_config *wanted)
{
    static struct flota_network_config kept;
    kept = *wanted;
    config = &kept;
}

void flota_network_poll(uint32_t now_ms)
{
    host_wait_turn(now_ms);
}

void flota_network_status(struct flota_network_status *status)
{
    const struct host_chip *chip = host_chip();
    memset(status, 0, sizeof *status);
    memcpy(status->mac, chip->mac, sizeof status->mac);
    status->is_link_up = !chip->link_is_down;
    status->is_dhcp = config && config->address == 0;
    snprintf(status->address, sizeof status->address, "%s", chip->address);
}
