/* A received frame longer than a buffer goes on in the descriptor's second buffer and in the next
 * descriptors: FD in the first, LD and the whole length in the last.
 * RM0399, Ethernet chapter, RDES3, ETH_DMACRCR.RBSZ.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define PIECE 256u

static void check_first_buffers(void)
{
    make_frame(1000, 1, 0x88B5);
    eth_send(1000, 0);
    WAIT_FOR((rx_ring[3].word[3] & DES3_OWN) == 0);
    for (uint32_t i = 0; i < RING; i++) {
        uint32_t control = rx_ring[i].word[3];
        CHECK(((control & DES3_FD) != 0) == (i == 0));
        CHECK(((control & DES3_LD) != 0) == (i == 3));
        uint32_t size = i < 3 ? PIECE : 1000 - 3 * PIECE;
        CHECK(same_bytes(rx_buffers[i], frame + i * PIECE, size));
    }
    CHECK((rx_ring[3].word[3] & RDES3_LENGTH) == 1004);
}

static void check_second_buffers(void)
{
    for (uint32_t i = 0; i < RING; i++) {
        rx_give(i);
        rx_ring[i].word[2] = address_of(rx_buffers[i] + 512);
        rx_ring[i].word[3] |= RDES3_BUF2V;
    }
    DMACRDTPR = address_of(rx_ring + RING);
    make_frame(700, 1, 0x88B5);
    eth_send(700, 0);
    WAIT_FOR((rx_ring[1].word[3] & DES3_OWN) == 0);
    CHECK((rx_ring[0].word[3] & (DES3_FD | DES3_LD)) == DES3_FD);
    CHECK((rx_ring[1].word[3] & (DES3_FD | DES3_LD)) == DES3_LD);
    CHECK((rx_ring[1].word[3] & RDES3_LENGTH) == 704);
    CHECK(same_bytes(rx_buffers[0], frame, PIECE));
    CHECK(same_bytes(rx_buffers[0] + 512, frame + PIECE, PIECE));
    CHECK(same_bytes(rx_buffers[1], frame + 2 * PIECE, 700 - 2 * PIECE));
    CHECK(rx_ring[2].word[3] & DES3_OWN);
}

int main(void)
{
    check_begin();
    eth_begin();
    DMACRCR = 1u | PIECE << 1;
    check_first_buffers();
    check_second_buffers();
    check_pass();
}
