/* After a reset the link is down; auto-negotiation brings it up in more than a second, at 100
 * Mbit/s full duplex. The link bit latches a loss until it is read. A restart takes the link down
 * again. IEEE 802.3 28.3 (break_link_timer), 22.2.4.2; LAN8742A data sheet, registers 0, 1, 5, 31.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

static uint32_t ms_until_link(void)
{
    uint32_t ms = 0;
    while ((mdio_read(0, 1) & 0x24) != 0x24) {
        CHECK(++ms < 4000);
        spend_us(1000);
    }
    return ms;
}

int main(void)
{
    check_begin();
    eth_clocks_on();
    CHECK(mdio_read(0, 1) == 0x7809);
    uint32_t ms = ms_until_link();
    CHECK(ms > 1000 && ms < 3000);
    CHECK(mdio_read(0, 1) == 0x782D);
    CHECK(mdio_read(0, 31) == 0x1058);
    CHECK((mdio_read(0, 5) & 0x01FF) == 0x01E1);

    mdio_write(0, 4, 0x0061); /* only 10 Mbit/s from here on */
    mdio_write(0, 0, 0x3200);
    spend_us(1800000);
    CHECK((mdio_read(0, 1) & 4) == 0);
    CHECK((mdio_read(0, 1) & 4) == 4);
    CHECK((mdio_read(0, 31) >> 2 & 7) == 5);
    check_pass();
}
