/* A frame to send is gathered from both buffers of several descriptors; all are given back, and
 * only the last one's IOC counts. RM0399, Ethernet chapter, TDES0-TDES3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

int main(void)
{
    static const uint16_t pieces[6] = {14, 1, 333, 7, 100, 545};
    uint32_t at = 0;
    uint8_t *data;
    check_begin();
    eth_begin();
    make_frame(1000, 1, 0x88B5);
    for (uint32_t i = 0; i < 3; i++) {
        tx_ring[i].word[0] = address_of(frame + at);
        tx_ring[i].word[1] = address_of(frame + at + pieces[2 * i]);
        tx_ring[i].word[2] = (uint32_t)pieces[2 * i + 1] << 16 | pieces[2 * i];
        tx_ring[i].word[3] = DES3_OWN | (i == 0 ? DES3_FD : 0) | (i == 2 ? DES3_LD : 0);
        at += (uint32_t)pieces[2 * i] + pieces[2 * i + 1];
    }
    CHECK(at == 1000);
    DMACTDTPR = address_of(tx_ring + 3);
    struct descriptor *received = eth_await(&data);
    CHECK((received->word[3] & RDES3_LENGTH) == 1004);
    CHECK(same_bytes(data, frame, 1000));
    for (uint32_t i = 0; i < 3; i++)
        CHECK(is_sent(&tx_ring[i]));
    CHECK((DMACSR & CSR_TI) == 0);
    check_pass();
}
