/* A frame takes its time on the wire: 1514 bytes, preamble and FCS are 122 us at 100 Mbit/s
 * and 1.22 ms at 10 Mbit/s, and frames follow each other no faster. IEEE 802.3 4.4.2; LAN8742A data
 * sheet, register 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define US 64u /* core cycles */

static uint32_t cycles_for(uint32_t frames)
{
    struct descriptor *last = &tx_ring[0];
    uint32_t start = cycles();
    for (uint32_t i = 0; i < frames; i++)
        last = eth_send(1514, 0);
    WAIT_FOR(is_sent(last));
    return cycles() - start;
}

int main(void)
{
    check_begin();
    eth_begin();
    make_frame(1514, 7, 0x88B5); /* for another station: reception does not matter here */
    spend_us(1);
    uint32_t one = cycles_for(1);
    CHECK(one >= 120 * US && one < 140 * US);
    uint32_t three = cycles_for(3);
    CHECK(three >= 3 * 120 * US && three < 3 * 140 * US);
    mdio_write(0, 0, 0x4100);
    MACCR &= ~MACCR_FES;
    one = cycles_for(1);
    CHECK(one >= 1200 * US && one < 1300 * US);
    check_pass();
}
