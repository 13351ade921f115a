/* eth_ip.h - IP packets for the checksum checks, and a reference checksum (RFC 1071).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ETH_IP_H
#define ETH_IP_H

#include "eth_support.h"

#define IP       14u
#define PAYLOAD  34u
#define TCP_SUM  (PAYLOAD + 16u)
#define UDP_SUM  (PAYLOAD + 6u)
#define ICMP_SUM (PAYLOAD + 2u)

static inline uint32_t add_words(uint32_t sum, const uint8_t *data, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
    return sum;
}

static inline uint32_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return sum;
}

static inline uint32_t get16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline void put16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* An IPv4 packet in frame[], all checksums 0. Returns the frame's size. */
static inline uint32_t make_ipv4(uint8_t protocol, uint32_t payload_size)
{
    make_frame(PAYLOAD + payload_size, 1, 0x0800);
    static const uint8_t header[20] = {0x45, 0, 0,   0,   0, 1,  0,   0,   64, 0,
                                       0,    0, 192, 168, 0, 10, 192, 168, 0,  1};
    for (uint32_t i = 0; i < sizeof header; i++)
        frame[IP + i] = header[i];
    put16(frame + IP + 2, 20 + payload_size);
    frame[IP + 9] = protocol;
    if (protocol == 6)
        frame[PAYLOAD + 12] = 0x50;
    if (protocol == 17)
        put16(frame + PAYLOAD + 4, payload_size);
    put16(frame + (protocol == 6 ? TCP_SUM : protocol == 17 ? UDP_SUM : ICMP_SUM), 0);
    return PAYLOAD + payload_size;
}

/* Sum of the pseudo-header of the IPv4 packet in a frame. */
static inline uint32_t pseudo_sum(const uint8_t *data)
{
    return add_words(data[IP + 9] + get16(data + IP + 2) - 20, data + IP + 12, 8);
}

static inline bool ip_header_is_good(const uint8_t *data)
{
    return fold(add_words(0, data + IP, 20)) == 0xFFFF;
}

/* Of the packet's TCP, UDP (with pseudo-header) or ICMP (without). */
static inline bool payload_is_good(const uint8_t *data)
{
    uint32_t sum = data[IP + 9] == 1 ? 0 : pseudo_sum(data);
    return fold(add_words(sum, data + PAYLOAD, get16(data + IP + 2) - 20)) == 0xFFFF;
}

/* Fill in correct checksums. sum_field: offset of the payload's. */
static inline void complete(uint32_t sum_field)
{
    put16(frame + IP + 10, ~fold(add_words(0, frame + IP, 20)));
    uint32_t sum = frame[IP + 9] == 1 ? 0 : pseudo_sum(frame);
    sum = fold(add_words(sum, frame + PAYLOAD, get16(frame + IP + 2) - 20));
    put16(frame + sum_field, ~sum);
}

#endif
