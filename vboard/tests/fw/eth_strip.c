/* MACCR.CST strips the FCS of frames with an EtherType, ACS padding and FCS of frames with a
 * length. RM0399, Ethernet chapter, ETH_MACCR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

static uint32_t received_length(uint16_t type)
{
    uint8_t *data;
    make_frame(100, 1, type);
    eth_send(100, 0);
    struct descriptor *received = eth_await(&data);
    uint32_t length = received->word[3] & RDES3_LENGTH;
    CHECK(same_bytes(data, frame, length < 100 ? length : 100));
    rx_return(received);
    return length;
}

int main(void)
{
    check_begin();
    eth_begin();
    CHECK(received_length(0x88B5) == 104);
    CHECK(received_length(46) == 104);
    MACCR |= MACCR_CST;
    CHECK(received_length(0x88B5) == 100);
    CHECK(received_length(46) == 104);
    MACCR = (MACCR & ~MACCR_CST) | MACCR_ACS;
    CHECK(received_length(0x88B5) == 104);
    CHECK(received_length(46) == 60);
    check_pass();
}
