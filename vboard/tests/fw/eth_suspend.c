/* Both processes suspend at a descriptor that the DMA does not own, with TBU or RBU, and go on when
 * the tail pointer is written: setting OWN alone does not send a frame. A frame that came while the
 * ring was full is delivered then. RM0399, Ethernet chapter, ETH_DMACSR.TBU, RBU; tail pointer
 * registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

static void check_transmit(void)
{
    make_frame(60, 1, 0x88B5);
    CHECK(DMACSR & CSR_TBU);
    DMACSR = CSR_TBU;
    CHECK((DMACSR & CSR_TBU) == 0);
    struct descriptor *first = &tx_ring[0];
    first->word[0] = address_of(frame);
    first->word[2] = 60;
    first->word[3] = DES3_OWN | DES3_FD | DES3_LD | 60;
    spend_us(500);
    CHECK(!is_sent(first));
    tx_next = 1;
    DMACTDTPR = address_of(&tx_ring[tx_next]);
    WAIT_FOR(is_sent(first));
    CHECK(DMACSR & CSR_TBU);
}

static void check_receive(void)
{
    for (uint32_t i = 1; i < RING; i++) {
        CHECK((DMACSR & CSR_RBU) == 0);
        eth_send(60, 0);
        WAIT_FOR((rx_ring[i].word[3] & DES3_OWN) == 0);
    }
    CHECK(DMACSR & CSR_RBU);
    DMACSR = CSR_RBU;
    make_frame(90, 1, 0x88B5);
    eth_send_and_wait(90);
    spend_us(200);
    rx_give(0);
    spend_us(200);
    CHECK(rx_ring[0].word[3] & DES3_OWN);
    DMACRDTPR = address_of(rx_ring + RING);
    WAIT_FOR((rx_ring[0].word[3] & DES3_OWN) == 0);
    CHECK((rx_ring[0].word[3] & RDES3_LENGTH) == 94);
    CHECK(same_bytes(rx_buffers[0], frame, 90));
}

int main(void)
{
    check_begin();
    eth_begin();
    check_transmit();
    check_receive();
    check_pass();
}
