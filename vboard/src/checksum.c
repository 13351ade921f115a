/* checksum.c - frame check sequence and checksum offload as the MAC does it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checksum.h"
#include <string.h>

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86DD,
    ETHERTYPE_VLAN = 0x8100,
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_ICMPV6 = 58,
    PROTOCOL_DESTINATION = 60
};

/* Where the parts of an IP packet lie in its frame. */
struct packet {
    bool ipv4;
    bool ipv6;
    bool header_error;     /* wrong version, lengths that do not fit */
    bool payload_complete; /* the frame holds as many bytes as the IP header says */
    bool fragment;
    uint8_t protocol;
    size_t header;
    size_t header_size; /* IPv4: with options */
    size_t payload;
    size_t payload_size;
};

static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

uint32_t checksum_crc32(const uint8_t *data, size_t size)
{
    static uint32_t table[256];
    if (table[1] == 0) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t entry = i;
            for (int bit = 0; bit < 8; bit++)
                entry = entry >> 1 ^ (entry & 1 ? 0xEDB88320u : 0);
            table[i] = entry;
        }
    }
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xFF];
    return ~crc;
}

/* Add big-endian 16-bit words to a one's complement sum (RFC 1071). */
static uint32_t add_words(uint32_t sum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += get16(data + i);
    if (size & 1)
        sum += (uint32_t)data[size - 1] << 8;
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

static void parse_ipv4(struct packet *packet, const uint8_t *frame, size_t size)
{
    const uint8_t *ip = frame + packet->header;
    size_t room = size - packet->header;
    packet->ipv4 = true;
    packet->header_error = true;
    if (room < 20 || ip[0] >> 4 != 4)
        return;
    packet->header_size = (size_t)(ip[0] & 15) * 4;
    size_t total = get16(ip + 2);
    if (packet->header_size < 20 || packet->header_size > room || total < packet->header_size)
        return;
    packet->header_error = false;
    packet->payload = packet->header + packet->header_size;
    packet->payload_size = total - packet->header_size;
    packet->payload_complete = total <= room;
    packet->fragment = (get16(ip + 6) & 0x3FFF) != 0;
    packet->protocol = ip[9];
}

/* Extension headers that leave the pseudo-header alone are skipped; any other ends the search, so
 * that a routing or fragment header makes the payload an unknown one. */
static void skip_extensions(struct packet *packet, const uint8_t *frame)
{
    while (packet->protocol == PROTOCOL_HOP_BY_HOP || packet->protocol == PROTOCOL_DESTINATION) {
        const uint8_t *extension = frame + packet->payload;
        size_t extension_size =
            packet->payload_size >= 8 ? (size_t)(extension[1] + 1) * 8 : SIZE_MAX;
        if (extension_size > packet->payload_size) {
            packet->payload_complete = false;
            return;
        }
        packet->protocol = extension[0];
        packet->payload += extension_size;
        packet->payload_size -= extension_size;
    }
}

static void parse_ipv6(struct packet *packet, const uint8_t *frame, size_t size)
{
    const uint8_t *ip = frame + packet->header;
    size_t room = size - packet->header;
    packet->ipv6 = true;
    packet->header_error = room < 40 || ip[0] >> 4 != 6;
    if (packet->header_error)
        return;
    packet->header_size = 40;
    packet->payload = packet->header + 40;
    packet->payload_size = get16(ip + 4);
    packet->payload_complete = packet->payload_size <= room - 40;
    packet->protocol = ip[6];
    if (packet->payload_complete)
        skip_extensions(packet, frame);
}

static struct packet parse(const uint8_t *frame, size_t size)
{
    struct packet packet = {0};
    if (size < 18)
        return packet;
    size_t at = get16(frame + 12) == ETHERTYPE_VLAN ? 16 : 12;
    packet.header = at + 2;
    if (get16(frame + at) == ETHERTYPE_IPV4)
        parse_ipv4(&packet, frame, size);
    else if (get16(frame + at) == ETHERTYPE_IPV6)
        parse_ipv6(&packet, frame, size);
    return packet;
}

static enum checksum_payload_type payload_type(const struct packet *packet)
{
    switch (packet->protocol) {
    case PROTOCOL_UDP:
        return PAYLOAD_UDP;
    case PROTOCOL_TCP:
        return PAYLOAD_TCP;
    case PROTOCOL_ICMP:
        return packet->ipv4 ? PAYLOAD_ICMP : PAYLOAD_UNKNOWN;
    case PROTOCOL_ICMPV6:
        return packet->ipv6 ? PAYLOAD_ICMP : PAYLOAD_UNKNOWN;
    default:
        return PAYLOAD_UNKNOWN;
    }
}

/* Offset of the checksum in the payload; smallest payload that has one. */
static size_t checksum_field(enum checksum_payload_type type, size_t *smallest)
{
    static const size_t fields[] = {0, 6, 16, 2};
    static const size_t sizes[] = {0, 8, 20, 4};
    *smallest = sizes[type];
    return fields[type];
}

static bool has_pseudo_header(const struct packet *packet)
{
    return packet->ipv6 || packet->protocol != PROTOCOL_ICMP;
}

/* RFC 793 3.1 and RFC 8200 8.1. */
static uint32_t pseudo_header_sum(const struct packet *packet, const uint8_t *frame)
{
    const uint8_t *ip = frame + packet->header;
    uint32_t sum = (uint32_t)packet->payload_size + packet->protocol;
    return packet->ipv4 ? add_words(sum, ip + 12, 8) : add_words(sum, ip + 8, 32);
}

static void insert_ip_header(uint8_t *ip, size_t header_size)
{
    put16(ip + 10, 0);
    put16(ip + 10, (uint16_t)~fold(add_words(0, ip, header_size)));
}

/* Returns false when the packet's lengths do not fit what its frame holds. */
static bool insert_payload(const struct packet *packet, uint8_t *frame,
                           enum checksum_insertion kind)
{
    enum checksum_payload_type type = payload_type(packet);
    if (type == PAYLOAD_UNKNOWN || packet->fragment)
        return true;
    size_t smallest;
    uint8_t *payload = frame + packet->payload;
    uint8_t *field = payload + checksum_field(type, &smallest);
    if (!packet->payload_complete || packet->payload_size < smallest)
        return false;
    uint32_t sum = 0;
    /* ICMP for IPv4 has no pseudo-header: what stands in its field is always summed too. */
    if (kind == CHECKSUM_PAYLOAD_PSEUDO && has_pseudo_header(packet)) {
        sum = pseudo_header_sum(packet, frame);
        put16(field, 0);
    }
    uint16_t checksum = (uint16_t)~fold(add_words(sum, payload, packet->payload_size));
    if (checksum == 0 && type == PAYLOAD_UDP)
        checksum = 0xFFFF; /* RFC 768: zero would mean that there is none */
    put16(field, checksum);
    return true;
}

struct checksum_sent checksum_insert(uint8_t *frame, size_t size, enum checksum_insertion kind)
{
    struct checksum_sent result = {0};
    struct packet packet = parse(frame, size);
    if (kind == CHECKSUM_NONE || (!packet.ipv4 && !packet.ipv6))
        return result;
    if (packet.header_error) {
        result.header_error = true;
        return result;
    }
    if (packet.ipv4)
        insert_ip_header(frame + packet.header, packet.header_size);
    if (kind != CHECKSUM_IP_HEADER)
        result.payload_error = !insert_payload(&packet, frame, kind);
    return result;
}

static bool payload_is_good(const struct packet *packet, const uint8_t *frame)
{
    enum checksum_payload_type type = payload_type(packet);
    size_t smallest;
    const uint8_t *payload = frame + packet->payload;
    const uint8_t *field = payload + checksum_field(type, &smallest);
    if (!packet->payload_complete || packet->payload_size < smallest)
        return false;
    if (type == PAYLOAD_UDP && packet->ipv4 && get16(field) == 0)
        return true; /* sent without a checksum */
    uint32_t sum = has_pseudo_header(packet) ? pseudo_header_sum(packet, frame) : 0;
    return fold(add_words(sum, payload, packet->payload_size)) == 0xFFFF;
}

struct checksum_received checksum_verify(const uint8_t *frame, size_t size)
{
    struct packet packet = parse(frame, size);
    struct checksum_received result = {.ipv4 = packet.ipv4, .ipv6 = packet.ipv6};
    if (!packet.ipv4 && !packet.ipv6) {
        result.bypassed = true;
        return result;
    }
    result.header_error = packet.header_error;
    if (packet.ipv4 && !packet.header_error)
        result.header_error =
            fold(add_words(0, frame + packet.header, packet.header_size)) != 0xFFFF;
    if (result.header_error)
        return result;
    if (packet.fragment) {
        result.bypassed = true;
        return result;
    }
    result.payload_type = payload_type(&packet);
    if (result.payload_type != PAYLOAD_UNKNOWN)
        result.payload_error = !payload_is_good(&packet, frame);
    return result;
}
