/* eth_mac.c - the MAC's wire side: wire time, link partner's queue, filters, loopback.
 *
 * A link partner that honours pause frames is assumed: while the receive FIFO is full its frames
 * wait in a queue, and are lost (counted, warned) only when that overflows. Source: RM0399,
 * Ethernet chapter, "Packet filtering", MACPFR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checksum.h"
#include "eth.h"
#include <stdlib.h>
#include <string.h>

enum {
    PFR_PR = 1 << 0,
    PFR_HUC = 1 << 1,
    PFR_HMC = 1 << 2,
    PFR_DAIF = 1 << 3,
    PFR_PM = 1 << 4,
    PFR_DBF = 1 << 5,
    PFR_PCF_SHIFT = 6,
    PFR_SAIF = 1 << 8,
    PFR_SAF = 1 << 9,
    PFR_HPF = 1 << 10,
    ADDRESS_IS_SOURCE = 1 << 30
};
#define PFR_RA                (1u << 31)
#define ADDRESS_USED          (1u << 31)
#define ADDRESS_COUNT         4u
#define RQOMR_FUP             (1u << 3)
#define RQOMR_FEP             (1u << 4)
#define MIN_FRAME             60u
#define WIRE_OVERHEAD         (8u + ETH_FCS_SIZE + 12u) /* preamble, FCS, gap between frames */
#define PAUSE_RETRY_NS        NS_PER_MS
#define ETHERTYPE_MAC_CONTROL 0x8808u

/* --- queues of frames --- */

void eth_queue_create(struct eth_queue *queue, unsigned capacity)
{
    queue->frames = calloc(capacity, sizeof *queue->frames);
    if (!queue->frames)
        abort();
    queue->capacity = capacity;
}

struct eth_frame *eth_queue_first(struct eth_queue *queue)
{
    return queue->count ? &queue->frames[queue->head] : NULL;
}

struct eth_frame *eth_queue_push(struct eth_queue *queue)
{
    if (queue->count == queue->capacity)
        return NULL;
    return &queue->frames[(queue->head + queue->count++) % queue->capacity];
}

void eth_queue_pop(struct eth_queue *queue)
{
    queue->head = (queue->head + 1) % queue->capacity;
    queue->count--;
}

/* --- address filter --- */

static bool enabled(struct board *board, uint32_t bit)
{
    return (*eth_reg(board, MACPFR) & bit) != 0;
}

/* MACAxHR.MBC leaves bytes out of the comparison; bit 24 stands for the address's first byte. */
static bool address_matches(struct board *board, unsigned index, const uint8_t *address)
{
    uint32_t high = *eth_reg(board, MACA0HR + index * 8);
    uint32_t low = *eth_reg(board, MACA0LR + index * 8);
    uint32_t left_out = index ? high >> 24 & 0x3F : 0;
    for (unsigned i = 0; i < 6; i++) {
        uint8_t expected = (uint8_t)(i < 4 ? low >> (8 * i) : high >> (8 * (i - 4)));
        if (!(left_out >> i & 1) && address[i] != expected)
            return false;
    }
    return true;
}

/* Address registers 1-3 compare sources or destinations, as their SA bit says. */
static bool perfect_match(struct board *board, const uint8_t *address, bool source)
{
    for (unsigned i = source ? 1 : 0; i < ADDRESS_COUNT; i++) {
        uint32_t high = *eth_reg(board, MACA0HR + i * 8);
        bool for_source = i > 0 && (high & ADDRESS_IS_SOURCE);
        if ((high & ADDRESS_USED) && for_source == source && address_matches(board, i, address))
            return true;
    }
    return false;
}

/* The table's index: the upper six bits of the bit-reversed CRC. */
static bool hash_match(struct board *board, const uint8_t *address)
{
    uint32_t crc = checksum_crc32(address, 6), index = 0;
    for (int i = 0; i < 6; i++)
        index |= (crc >> i & 1) << (5 - i);
    return (*eth_reg(board, index & 32 ? MACHT1R : MACHT0R) >> (index & 31) & 1) != 0;
}

static bool destination_matches(struct board *board, const uint8_t *address)
{
    bool multicast = address[0] & 1;
    bool use_hash = enabled(board, multicast ? PFR_HMC : PFR_HUC);
    bool match = false;
    if (use_hash)
        match = hash_match(board, address);
    if (!use_hash || enabled(board, PFR_HPF))
        match = match || perfect_match(board, address, false);
    return match != enabled(board, PFR_DAIF);
}

static bool destination_passes(struct board *board, const uint8_t *address)
{
    static const uint8_t broadcast[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    if (memcmp(address, broadcast, 6) == 0)
        return !enabled(board, PFR_DBF) || !behaves(BEHAVIOUR_ETH_BROADCAST_FILTER);
    if ((address[0] & 1) && enabled(board, PFR_PM))
        return true;
    return destination_matches(board, address) || !behaves(BEHAVIOUR_ETH_ADDRESS_FILTER);
}

static bool source_passes(struct board *board, const uint8_t *address)
{
    return !enabled(board, PFR_SAF) ||
           perfect_match(board, address, true) != enabled(board, PFR_SAIF);
}

static bool control_frame_passes(struct board *board, const uint8_t *frame)
{
    bool control = (uint32_t)(frame[12] << 8 | frame[13]) == ETHERTYPE_MAC_CONTROL;
    return !control || (*eth_reg(board, MACPFR) >> PFR_PCF_SHIFT & 3) >= 2;
}

static bool filter_passes(struct board *board, const struct eth_frame *frame)
{
    if (enabled(board, PFR_RA))
        return true;
    if (!control_frame_passes(board, frame->data))
        return false;
    return enabled(board, PFR_PR) ||
           (destination_passes(board, frame->data) && source_passes(board, frame->data + 6));
}

/* --- from the wire --- */

uint64_t eth_wire_ns(const struct board *board, const struct eth_frame *frame)
{
    uint64_t byte_ns = phy_mbit_s(&board->eth->phy) == 100 ? 80 : 800;
    return behaves(BEHAVIOUR_ETH_WIRE_TIME) ? (frame->size + WIRE_OVERHEAD) * byte_ns : 1;
}

static bool looping(struct board *board)
{
    return (*eth_reg(board, MACCR) & MACCR_LM) || phy_loopback(&board->eth->phy);
}

/* Length and FCS; what a MAC without FUP and FEP discards. */
static bool frame_is_whole(struct board *board, const struct eth_frame *frame)
{
    uint32_t mode = *eth_reg(board, MTLRQOMR);
    if (frame->fcs_given && frame->fcs != checksum_crc32(frame->data, frame->size)) {
        eth_count(board, MMC_RX_CRC_ERROR);
        return (mode & RQOMR_FEP) != 0;
    }
    return frame->size >= MIN_FRAME || (mode & (RQOMR_FUP | RQOMR_FEP));
}

/* Packets with a wrong IP, TCP, UDP or ICMP checksum, MTLRQOMR.FEP and DIS_TCP_EF being 0. */
static bool checksum_drops(struct board *board, const struct eth_frame *frame)
{
    const uint32_t keep = 1u << 4 | 1u << 6;
    if (!(*eth_reg(board, MACCR) & MACCR_IPC) || (*eth_reg(board, MTLRQOMR) & keep))
        return false;
    struct checksum_received check = checksum_verify(frame->data, frame->size);
    return (check.header_error || check.payload_error) && behaves(BEHAVIOUR_ETH_CHECKSUM_DROP);
}

static bool accepts(struct board *board, const struct eth_frame *frame)
{
    struct eth *eth = board->eth;
    bool listening = looping(board) ? frame->looped : phy_link(&eth->phy) && !frame->looped;
    uint64_t *reason = &eth->counters.not_ready;
    if (listening && (*eth_reg(board, MACCR) & MACCR_RE)) {
        reason = &eth->counters.errors;
        if (frame_is_whole(board, frame) && !checksum_drops(board, frame)) {
            reason = &eth->counters.filtered;
            if (filter_passes(board, frame))
                return true;
        }
    }
    ++*reason;
    eth_trace(board, "frame of %u B not taken: %s", frame->size,
              reason == &eth->counters.not_ready ? "receiver or link is down"
              : reason == &eth->counters.errors  ? "damaged"
                                                 : "filtered");
    return false;
}

static bool fifo_has_room(const struct eth_rx *rx, const struct eth_frame *frame)
{
    bool bytes =
        rx->fifo.count == 0 || rx->fifo_bytes + frame->size + ETH_FCS_SIZE <= ETH_FIFO_BYTES;
    return bytes && rx->fifo.count < rx->fifo.capacity;
}

void eth_wire_next(struct board *board)
{
    struct eth *eth = board->eth;
    struct eth_frame *frame = eth_queue_first(&eth->rx.wire);
    if (!frame || eth->timer[ETH_TIMER_WIRE] != BOARD_NEVER)
        return;
    uint64_t duration_ns = frame->looped ? 0 : eth_wire_ns(board, frame);
    eth_set_timer(board, ETH_TIMER_WIRE, board->now_ns + duration_ns);
}

static void take_frame(struct board *board, const struct eth_frame *frame)
{
    struct eth_rx *rx = &board->eth->rx;
    struct eth_frame *slot = eth_queue_push(&rx->fifo);
    memcpy(slot, frame, offsetof(struct eth_frame, data) + frame->size);
    rx->fifo_bytes += frame->size + ETH_FCS_SIZE;
    if (!(frame->data[0] & 1))
        eth_count(board, MMC_RX_UNICAST_GOOD);
}

/* While the FIFO is full the link partner pauses, and its next try makes the receive DMA look
 * again. */
void eth_wire_event(struct board *board)
{
    struct eth_rx *rx = &board->eth->rx;
    struct eth_frame *frame = eth_queue_first(&rx->wire);
    if (!frame)
        return;
    bool accepted = accepts(board, frame);
    if (accepted && !fifo_has_room(rx, frame)) {
        eth_rx_run(board);
        if (!fifo_has_room(rx, frame)) {
            eth_set_timer(board, ETH_TIMER_WIRE, board->now_ns + PAUSE_RETRY_NS);
            return;
        }
    }
    if (accepted)
        take_frame(board, frame);
    eth_queue_pop(&rx->wire);
    eth_wire_next(board);
    if (accepted)
        eth_rx_run(board);
}

static bool enqueue(struct board *board, const uint8_t *data, size_t size, bool looped)
{
    struct eth *eth = board->eth;
    struct eth_frame *frame = size <= ETH_FRAME_MAX ? eth_queue_push(&eth->rx.wire) : NULL;
    if (!frame) {
        eth->counters.overflowed++;
        board_warn(board, "ETH: frames for the guest are lost: the firmware does not take them");
        return false;
    }
    memcpy(frame->data, data, size);
    frame->size = (uint16_t)size;
    frame->looped = looped;
    frame->fcs_given = false;
    return true;
}

void eth_receive(struct board *board, const uint8_t *frame, size_t size)
{
    struct eth *eth = board->eth;
    if (!board->powered || !phy_link(&eth->phy)) {
        eth->counters.not_ready++;
        return;
    }
    if (!enqueue(board, frame, size, false))
        return;
    if (size < MIN_FRAME) { /* the sending station pads */
        unsigned last = (eth->rx.wire.head + eth->rx.wire.count - 1) % eth->rx.wire.capacity;
        struct eth_frame *queued = &eth->rx.wire.frames[last];
        memset(queued->data + size, 0, MIN_FRAME - size);
        queued->size = MIN_FRAME;
    }
    eth_wire_next(board);
}

bool eth_listening(const struct board *board)
{
    struct eth *eth = board->eth;
    return board->powered && phy_link(&eth->phy) && eth->rx.ring.running &&
           (eth->reg[MACCR / 4] & MACCR_RE);
}

/* The network keeps its frames while the guest starts; a pulled cable loses them. */
bool eth_can_receive(const struct board *board)
{
    const struct eth_queue *wire = &board->eth->rx.wire;
    if (!board->eth->phy.cable)
        return true;
    return eth_listening(board) && wire->count < wire->capacity;
}

/* --- to the wire --- */

static void loop_back(struct board *board, const struct eth_frame *frame)
{
    struct eth_queue *wire = &board->eth->rx.wire;
    if (!enqueue(board, frame->data, frame->size, true))
        return;
    struct eth_frame *queued = &wire->frames[(wire->head + wire->count - 1) % wire->capacity];
    queued->fcs_given = frame->fcs_given;
    queued->fcs = frame->fcs;
    eth_wire_next(board);
}

static void check_speed(struct board *board)
{
    unsigned mac = *eth_reg(board, MACCR) & MACCR_FES ? 100 : 10;
    unsigned phy = phy_mbit_s(&board->eth->phy);
    if (mac != phy)
        board_warn(board, "ETH: MACCR.FES is set for %u Mbit/s, the link runs at %u", mac, phy);
}

void eth_mac_send(struct board *board, struct eth_frame *frame)
{
    struct eth *eth = board->eth;
    bool damaged = frame->fcs_given && frame->fcs != checksum_crc32(frame->data, frame->size);
    eth->counters.sent++;
    eth_count(board, MMC_TX_GOOD);
    check_speed(board);
    if (looping(board)) {
        eth_trace(board, "tx %u B, looped back", frame->size);
        if (behaves(BEHAVIOUR_ETH_LOOPBACK))
            loop_back(board, frame);
    } else if (!phy_link(&eth->phy)) {
        eth->counters.not_ready++;
        eth_trace(board, "tx %u B, lost: no link", frame->size);
    } else if (damaged || frame->size < MIN_FRAME) {
        eth->counters.errors++;
        board_warn(board, "ETH: a frame sent with a wrong FCS or shorter than 64 bytes is lost");
    } else {
        eth_trace(board, "tx %u B", frame->size);
        net_transmit(board, frame->data, frame->size);
    }
}

void eth_mac_reset(struct board *board)
{
    struct eth_rx *rx = &board->eth->rx;
    rx->wire.head = rx->wire.count = 0;
}
