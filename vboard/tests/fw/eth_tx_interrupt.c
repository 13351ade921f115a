/* A frame sent sets TI; with TIE and NIE that sets NIS and raises interrupt 61. Without TIE, TI is
 * set but NIS is not. IOC = 0 gives no TI. RM0399, Ethernet chapter, ETH_DMACSR, ETH_DMACIER,
 * TDES2; NVIC table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

static volatile uint32_t interrupts, status;

void ETH_IRQHandler(void)
{
    interrupts++;
    status = DMACSR;
    DMACSR = CSR_TI | CSR_NIS;
}

int main(void)
{
    check_begin();
    eth_begin();
    make_frame(60, 1, 0x88B5);
    eth_send_and_wait(60);
    CHECK((DMACSR & CSR_TI) == CSR_TI);
    CHECK((DMACSR & CSR_NIS) == 0);
    DMACSR = CSR_TI;
    CHECK((DMACSR & CSR_TI) == 0);

    REG32(NVIC_ISER + 4) = 1u << (61 - 32);
    DMACIER = CSR_TI | CSR_NIS;
    eth_send(60, 0);
    WAIT_FOR(interrupts == 1);
    CHECK((status & (CSR_TI | CSR_NIS)) == (CSR_TI | CSR_NIS));
    spend_us(100);
    CHECK(interrupts == 1);

    struct descriptor *silent = &tx_ring[tx_next];
    silent->word[0] = address_of(frame);
    silent->word[2] = 60;
    silent->word[3] = DES3_OWN | DES3_FD | DES3_LD | 60;
    DMACTDTPR = address_of(&tx_ring[(tx_next + 1) % RING]);
    WAIT_FOR(is_sent(silent));
    CHECK(interrupts == 1);
    CHECK((DMACSR & CSR_TI) == 0);
    check_pass();
}
