/* Only frames for the station's address pass, others by the hash table, further address registers,
 * PM or PR. RM0399, Ethernet chapter, packet filtering, ETH_MACPFR, ETH_MACHT0R/1R, ETH_MACA1HR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define PR      (1u << 0)
#define HMC     (1u << 2)
#define PM      (1u << 4)
#define MACA1HR ETH(0x308)
#define MACA1LR ETH(0x30C)

static bool passes(uint8_t first, uint8_t last)
{
    make_frame(60, last, 0x88B5);
    frame[0] = first;
    eth_send_and_wait(60);
    if (eth_nothing_comes())
        return false;
    uint8_t *data;
    rx_return(eth_await(&data));
    return same_bytes(data, frame, 60);
}

int main(void)
{
    check_begin();
    eth_begin();
    CHECK(passes(2, 1));
    CHECK(!passes(2, 7));
    CHECK(!passes(3, 7)); /* multicast */

    MACA1HR = 0x80000700;
    MACA1LR = 0x00000002;
    CHECK(passes(2, 7));
    MACA1HR = 0x00000700;
    CHECK(!passes(2, 7));

    MACPFR = PM;
    CHECK(passes(3, 7));
    CHECK(!passes(2, 7));
    MACPFR = PR;
    CHECK(passes(2, 7));

    /* 03-00-00-00-00-07: CRC-32 0xA93246AE, low six bits 101110, reversed 011101: table bit 29. */
    MACPFR = HMC;
    CHECK(!passes(3, 7));
    MACHT0R = 1u << 29;
    CHECK(passes(3, 7));
    CHECK(!passes(3, 8));
    check_pass();
}
