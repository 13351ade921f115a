/* Checksum insertion, TDES3.CIC: 0 nothing; 1 the IPv4 header; 2 also TCP, UDP, ICMP, whose field
 * holds the pseudo-header's sum; 3 also the pseudo-header. Fragments keep their payload's. RM0399,
 * Ethernet chapter, checksum offload engine and TDES3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_ip.h"

static uint8_t *looped(uint32_t size, uint32_t insertion)
{
    uint8_t *data;
    struct descriptor *sent = eth_send(size, insertion << 16);
    struct descriptor *received = eth_await(&data);
    CHECK((sent->word[3] & 0xFFFF) == 0);
    rx_return(received);
    return data;
}

static void check_all(uint8_t protocol, uint32_t sum_field, uint32_t payload_size)
{
    uint32_t size = make_ipv4(protocol, payload_size);
    uint8_t *data = looped(size, 0);
    CHECK(get16(data + IP + 10) == 0 && get16(data + sum_field) == 0);

    data = looped(size, 1);
    CHECK(ip_header_is_good(data));
    CHECK(get16(data + sum_field) == 0);

    data = looped(size, 3);
    CHECK(ip_header_is_good(data));
    CHECK(payload_is_good(data));

    put16(frame + sum_field, protocol == 1 ? 0 : fold(pseudo_sum(frame)));
    data = looped(size, 2);
    CHECK(ip_header_is_good(data));
    CHECK(payload_is_good(data));
    CHECK(get16(frame + IP + 10) == 0); /* the firmware's memory stays as it is */
}

static void check_fragment(void)
{
    uint32_t size = make_ipv4(17, 64);
    put16(frame + IP + 6, 0x2000);
    uint8_t *data = looped(size, 3);
    CHECK(ip_header_is_good(data));
    CHECK(get16(data + UDP_SUM) == 0);
}

int main(void)
{
    check_begin();
    eth_begin();
    check_all(6, TCP_SUM, 1000);
    check_all(6, TCP_SUM, 101); /* odd */
    check_all(17, UDP_SUM, 300);
    check_all(1, ICMP_SUM, 64);
    check_fragment();
    check_pass();
}
