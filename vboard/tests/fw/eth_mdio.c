/* The PHY's registers are reached by management frames that take time: the busy bit stays set for
 * 64 periods of MDC, and the data come at the end. A soft reset of the PHY ends by itself. RM0399,
 * Ethernet chapter, ETH_MACMDIOAR; LAN8742A data sheet, registers 0, 2, 3, 18.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

int main(void)
{
    check_begin();
    eth_clocks_on();
    spend_us(1);
    uint32_t start = cycles();
    MACMDIOAR = 2u << 16 | 3u << 2 | 1u; /* MDC = HCLK / 42 */
    CHECK((MACMDIOAR & 1) == 1);
    WAIT_FOR((MACMDIOAR & 1) == 0);
    uint32_t spent = cycles() - start;
    CHECK(spent >= 64 * 42 && spent < 64 * 42 + 2000);
    CHECK(MACMDIODR == 0x0007);
    CHECK(mdio_read(0, 3) == 0xC131);
    CHECK(mdio_read(0, 18) == 0x00E0);
    CHECK(mdio_read(0, 4) == 0x01E1);

    mdio_write(0, 4, 0x0061);
    CHECK(mdio_read(0, 4) == 0x0061);
    mdio_write(0, 0, 0x8000);
    CHECK(mdio_read(0, 0) & 0x8000);
    spend_us(1000);
    CHECK(mdio_read(0, 0) == 0x3000);
    CHECK(mdio_read(0, 4) == 0x01E1);
    check_pass();
}
