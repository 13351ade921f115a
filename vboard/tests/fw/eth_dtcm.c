/* The Ethernet DMA does not reach DTCM: reading a frame from it or storing one in it is a fatal bus
 * error, no data move, and the process is dead until a software reset. RM0399 2.1 (bus matrix) and
 * Ethernet chapter, ETH_DMACSR.FBE, TEB, REB.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define DTCM 0x20000000u

static void check_transmit(void)
{
    struct descriptor *first = &tx_ring[tx_next];
    first->word[0] = DTCM;
    first->word[2] = 60;
    first->word[3] = DES3_OWN | DES3_FD | DES3_LD | 60;
    DMACTDTPR = address_of(&tx_ring[(tx_next + 1) % RING]);
    spend_us(100);
    CHECK(DMACSR & CSR_FBE);
    CHECK((DMACSR >> 16 & 7) == 5); /* data transfer, read */
    CHECK(!is_sent(first));
    first->word[0] = address_of(frame);
    DMACTDTPR = address_of(&tx_ring[(tx_next + 1) % RING]);
    spend_us(100);
    CHECK(!is_sent(first));
}

static void check_receive(void)
{
    eth_begin();
    tx_next = 0;
    for (uint32_t i = 0; i < 64; i++)
        REG8(DTCM + i) = 0x5A;
    rx_ring[0].word[0] = DTCM;
    eth_send(60, 0);
    spend_us(100);
    CHECK(DMACSR & CSR_FBE);
    CHECK((DMACSR >> 19 & 7) == 4); /* data transfer, write */
    CHECK(rx_ring[0].word[3] & DES3_OWN);
    for (uint32_t i = 0; i < 64; i++)
        CHECK(REG8(DTCM + i) == 0x5A);
}

int main(void)
{
    check_begin();
    eth_begin();
    make_frame(60, 1, 0x88B5);
    check_transmit();
    check_receive();
    eth_begin(); /* alive again */
    tx_next = 0;
    eth_send_and_wait(60);
    check_pass();
}
