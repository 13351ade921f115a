/* checksum.h - the MAC's checksum engines: frame check sequence, and IP, TCP, UDP, ICMP offload.
 *
 * Frames are Ethernet frames without FCS, with or without a VLAN tag. RM0399, Ethernet chapter,
 * "Checksum offload engine".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CHECKSUM_H
#define VBOARD_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC-32 of IEEE 802.3, as its four bytes follow the frame, lowest first. */
uint32_t checksum_crc32(const uint8_t *data, size_t size);

/* TDES3.CIC */
enum checksum_insertion {
    CHECKSUM_NONE,
    CHECKSUM_IP_HEADER,
    CHECKSUM_PAYLOAD,       /* the field already holds the pseudo-header's sum */
    CHECKSUM_PAYLOAD_PSEUDO /* all by the engine */
};

struct checksum_sent {
    bool header_error;  /* TDES3.IHE */
    bool payload_error; /* TDES3.PCE */
};

struct checksum_sent checksum_insert(uint8_t *frame, size_t size, enum checksum_insertion kind);

enum checksum_payload_type {
    PAYLOAD_UNKNOWN,
    PAYLOAD_UDP,
    PAYLOAD_TCP,
    PAYLOAD_ICMP
}; /* RDES1.PT */

struct checksum_received {
    bool ipv4;
    bool ipv6;
    bool header_error;  /* RDES1.IPHE */
    bool payload_error; /* RDES1.IPCE */
    bool bypassed;      /* RDES1.IPCB */
    enum checksum_payload_type payload_type;
};

struct checksum_received checksum_verify(const uint8_t *frame, size_t size);

#endif
