/* Ethernet loop through the PHY: a frame sent comes back with the same bytes, its length counts the
 * four bytes of FCS, which stand behind the data; a short frame is padded to 60 bytes. RM0399,
 * Ethernet chapter, TDES3, RDES3; LAN8742A data sheet, register 0 bit 14.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

/* CRC-32 of IEEE 802.3 3.2.9, bit by bit. */
static uint32_t crc32(const uint8_t *data, uint32_t size)
{
    uint32_t crc = 0xFFFFFFFF;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static void check_loop(uint32_t sent_size, uint32_t expected_size)
{
    uint8_t *data;
    make_frame(sent_size, 1, 0x88B5);
    struct descriptor *sent = eth_send(sent_size, 0);
    struct descriptor *received = eth_await(&data);
    CHECK(is_sent(sent));
    CHECK(sent->word[3] == (DES3_FD | DES3_LD));
    CHECK((received->word[3] & RDES3_LENGTH) == expected_size + 4);
    CHECK((received->word[3] & (DES3_FD | DES3_LD)) == (DES3_FD | DES3_LD));
    CHECK((received->word[3] & RDES3_ES) == 0);
    CHECK(same_bytes(data, frame, sent_size));
    for (uint32_t i = sent_size; i < expected_size; i++)
        CHECK(data[i] == 0);
    uint32_t fcs = crc32(data, expected_size);
    CHECK(same_bytes(data + expected_size, (uint8_t *)&fcs, 4));
    rx_return(received);
}

int main(void)
{
    check_begin();
    eth_begin();
    check_loop(1514, 1514);
    check_loop(60, 60);
    check_loop(20, 60);
    for (uint32_t size = 61; size < 80; size++) /* round the rings */
        check_loop(size, size);
    check_pass();
}
