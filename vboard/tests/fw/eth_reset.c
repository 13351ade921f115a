/* DMAMR.SWR resets the MAC's registers and clears itself, but only while the MII clocks run: with
 * ETH1RXEN off, or the PHY in power-down, it hangs. RM0399, Ethernet chapter, ETH_DMAMR;
 * RCC_AHB1ENR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

int main(void)
{
    check_begin();
    eth_clocks_on();
    DMACRCR = BUFFER_SIZE << 1;
    MACA0LR = 0x12345678;
    DMAMR = 1;
    CHECK((DMAMR & 1) == 1);
    WAIT_FOR((DMAMR & 1) == 0);
    CHECK(DMACRCR == 0);
    CHECK(MACA0LR == 0xFFFFFFFF);
    CHECK(MTLTQOMR == 0x00070008);

    RCC_AHB1ENR &= ~(1u << 17);
    DMAMR = 1;
    spend_us(2000);
    CHECK((DMAMR & 1) == 1);
    eth_clocks_on();
    WAIT_FOR((DMAMR & 1) == 0);

    mdio_write(0, 0, 1u << 11);
    DMAMR = 1;
    spend_us(2000);
    CHECK((DMAMR & 1) == 1);
    check_pass();
}
