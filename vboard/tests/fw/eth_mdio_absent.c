/* At an address without a PHY nobody drives MDIO, and its pull-up reads as ones.
 * IEEE 802.3 22.2.2.13; RM0399, Ethernet chapter, ETH_MACMDIOAR.MB.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

int main(void)
{
    check_begin();
    eth_clocks_on();
    CHECK(mdio_read(0, 2) == 0x0007);
    for (uint32_t address = 1; address < 32; address++) {
        mdio_write(address, 0, 0x8000);
        CHECK(mdio_read(address, 2) == 0xFFFF);
    }
    check_pass();
}
