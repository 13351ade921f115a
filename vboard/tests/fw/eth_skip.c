/* DMACCR.DSL: words between descriptors, for the driver's own use; the DMA leaves them alone.
 * RM0399, Ethernet chapter, ETH_DMACCR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

struct wide_descriptor {
    volatile uint32_t word[8];
};

static struct wide_descriptor sent[3] __attribute__((aligned(32)));

int main(void)
{
    uint8_t *data;
    check_begin();
    eth_begin();
    DMACTCR = 0;
    DMACCR = 4u << 18; /* four words: sixteen bytes more */
    for (uint32_t i = 0; i < 3; i++) {
        sent[i].word[0] = address_of(frame);
        sent[i].word[2] = 60;
        sent[i].word[3] = DES3_OWN | DES3_FD | DES3_LD | 60;
        for (uint32_t k = 4; k < 8; k++)
            sent[i].word[k] = 0x11111111 * k;
    }
    make_frame(60, 1, 0x88B5);
    DMACTDLAR = address_of(sent);
    DMACTDRLR = 2;
    DMACTDTPR = address_of(sent + 3);
    DMACTCR = 1;
    for (uint32_t i = 0; i < 3; i++) {
        WAIT_FOR((sent[i].word[3] & DES3_OWN) == 0);
        for (uint32_t k = 4; k < 8; k++)
            CHECK(sent[i].word[k] == 0x11111111 * k);
    }
    struct descriptor *received = eth_await(&data);
    CHECK((received->word[3] & RDES3_LENGTH) == 64);
    CHECK(same_bytes(data, frame, 60));
    check_pass();
}
