/* With MACCR.IPC the MAC checks IPv4 header, TCP, UDP and ICMP: RDES1 tells kind and errors, and
 * packets with errors are dropped unless MTLRQOMR.DIS_TCP_EF is set. RM0399, Ethernet chapter,
 * ETH_MACCR.IPC, ETH_MTLRQOMR, RDES1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_ip.h"

#define DIS_TCP_EF (1u << 6)
#define IPCE       (1u << 7)
#define IPV4       (1u << 4)
#define IPHE       (1u << 3)
enum { PT_UDP = 1, PT_TCP = 2, PT_ICMP = 3 };

/* RDES1 of frame[] as it comes back. */
static uint32_t status_of(uint32_t size)
{
    uint8_t *data;
    eth_send(size, 0);
    struct descriptor *received = eth_await(&data);
    uint32_t status = received->word[1];
    CHECK(same_bytes(data, frame, size));
    rx_return(received);
    return status & (IPCE | IPV4 | IPHE | 7);
}

static void check_kind(uint8_t protocol, uint32_t sum_field, uint32_t type)
{
    uint32_t size = make_ipv4(protocol, 200);
    complete(sum_field);
    CHECK(status_of(size) == (IPV4 | type));
    frame[PAYLOAD + 100] ^= 0x10;
    CHECK(status_of(size) == (IPV4 | IPCE | type));
    frame[PAYLOAD + 100] ^= 0x10;
    frame[IP + 8]--;
    CHECK(status_of(size) == (IPV4 | IPHE));
}

static void check_drop(void)
{
    uint32_t size = make_ipv4(17, 200);
    complete(UDP_SUM);
    frame[PAYLOAD + 100] ^= 0x10;
    eth_send(size, 0);
    CHECK(eth_nothing_comes());
    frame[PAYLOAD + 100] ^= 0x10;
    CHECK(status_of(size) == (IPV4 | PT_UDP));
    MACCR &= ~MACCR_IPC;
    frame[PAYLOAD + 100] ^= 0x10;
    CHECK(status_of(size) == 0);
}

int main(void)
{
    check_begin();
    eth_begin();
    MACCR |= MACCR_IPC;
    MTLRQOMR |= DIS_TCP_EF;
    check_kind(6, TCP_SUM, PT_TCP);
    check_kind(17, UDP_SUM, PT_UDP);
    check_kind(1, ICMP_SUM, PT_ICMP);
    uint32_t size = make_ipv4(17, 100); /* UDP without a checksum */
    complete(UDP_SUM);
    put16(frame + UDP_SUM, 0);
    CHECK(status_of(size) == (IPV4 | PT_UDP));
    MTLRQOMR &= ~DIS_TCP_EF;
    check_drop();
    check_pass();
}
