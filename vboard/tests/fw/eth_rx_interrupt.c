/* A frame received sets RI; with RIE and NIE that sets NIS and raises interrupt 61. A descriptor
 * without IOC leaves that to the receive interrupt watchdog. RM0399, Ethernet chapter, ETH_DMACSR,
 * ETH_DMACRIWTR, RDES3; NVIC table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define DMACRIWTR ETH(0x1138)

static volatile uint32_t interrupts, status;

void ETH_IRQHandler(void)
{
    interrupts++;
    status = DMACSR;
    DMACSR = CSR_RI | CSR_NIS;
}

int main(void)
{
    check_begin();
    eth_begin();
    make_frame(60, 1, 0x88B5);
    REG32(NVIC_ISER + 4) = 1u << (61 - 32);
    DMACIER = CSR_RI | CSR_NIS;
    eth_send(60, 0);
    WAIT_FOR(interrupts == 1);
    CHECK((status & (CSR_RI | CSR_NIS)) == (CSR_RI | CSR_NIS));
    CHECK((rx_ring[0].word[3] & DES3_OWN) == 0);

    rx_ring[1].word[3] = DES3_OWN | RDES3_BUF1V;
    DMACRIWTR = 100; /* 100 x 256 / 64 MHz = 400 us */
    eth_send(60, 0);
    WAIT_FOR((rx_ring[1].word[3] & DES3_OWN) == 0);
    spend_us(300);
    CHECK(interrupts == 1);
    spend_us(200);
    CHECK(interrupts == 2);
    check_pass();
}
