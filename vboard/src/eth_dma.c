/* eth_dma.c - the Ethernet DMA channel: descriptor rings in memory (RM0399, "DMA controller",
 * "Descriptors").
 *
 * A frame is read when its last descriptor is fetched and its status is written when the wire has
 * taken it. A process stops at a descriptor it does not own, transmission also at the tail pointer;
 * a write to the tail pointer makes it fetch again, and so does, for reception, the next frame that
 * arrives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checksum.h"
#include "eth.h"
#include <string.h>

#define DES3_OWN     (1u << 31)
#define DES3_CONTEXT (1u << 30)
#define DES3_FIRST   (1u << 29)
#define DES3_LAST    (1u << 28)

/* Transmit. */
#define TDES2_IOC           (1u << 31)
#define TDES3_SEGMENT       (1u << 18)
#define TDES3_SOURCE_INSERT (7u << 23)
#define TDES3_ES            (1u << 15)
#define TDES3_JABBER        (1u << 14)
#define TDES3_FLUSHED       (1u << 13)
#define TDES3_PAYLOAD_ERROR (1u << 12)
#define TDES3_HEADER_ERROR  (1u << 0)
#define TQOMR_TSF           (1u << 1)
#define BUFFER_SIZE_MASK    0x3FFFu
enum { CPC_CRC_AND_PAD, CPC_CRC, CPC_NOTHING, CPC_REPLACE };

/* Receive, as read. */
#define RDES3_IOC   (1u << 30)
#define RDES3_BUF2V (1u << 25)
#define RDES3_BUF1V (1u << 24)
/* Receive, as written back. */
#define RDES3_RS2V      (1u << 27)
#define RDES3_RS1V      (1u << 26)
#define RDES3_CRC_ERROR (1u << 24)
#define RDES3_GIANT     (1u << 23)
#define RDES3_ES        (1u << 15)
#define RDES1_IPCE      (1u << 7)
#define RDES1_IPCB      (1u << 6)
#define RDES1_IPV6      (1u << 5)
#define RDES1_IPV4      (1u << 4)
#define RDES1_IPHE      (1u << 3)

/* Which access failed, DMACSR.TEB and REB. */
enum { ERROR_WRITE = 0, ERROR_READ = 1, ERROR_DESCRIPTOR = 2, ERROR_TRANSFER = 4 };

struct descriptor {
    uint32_t word[4];
};

/* --- memory --- */

static bool read_memory(struct board *board, uint32_t address, void *data, uint32_t size)
{
    const uint8_t *memory = board_dma_memory(board, address, size, false);
    if (!memory)
        return false;
    if (address >> 21 == 0x08000000u >> 21)
        flash_dma_read(board, address, size);
    memcpy(data, memory, size);
    return true;
}

static bool write_memory(struct board *board, uint32_t address, const void *data, uint32_t size)
{
    uint8_t *memory = board_dma_memory(board, address, size, true);
    if (memory)
        memcpy(memory, data, size);
    return memory != NULL;
}

/* The channel's process stops for good; only a software reset revives it. */
static void fatal_error(struct board *board, struct eth_ring *ring, uint32_t kind, uint32_t address)
{
    bool transmit = ring == &board->eth->tx.ring;
    ring->dead = true;
    board_warn(board, "ETH: the %s DMA cannot reach 0x%08x (RM0399, bus matrix: not ITCM, DTCM)",
               transmit ? "transmit" : "receive", (unsigned)address);
    if (!behaves(BEHAVIOUR_ETH_BUS_ERROR))
        return;
    eth_status(board, CSR_FBE | kind << (transmit ? CSR_TEB_SHIFT : CSR_REB_SHIFT));
}

/* --- rings --- */

static uint32_t stride(struct board *board)
{
    uint32_t skipped_words = *eth_reg(board, DMACCR) >> 18 & 7;
    return (uint32_t)sizeof(struct descriptor) +
           (behaves(BEHAVIOUR_ETH_DESCRIPTOR_SKIP) ? skipped_words * 4 : 0);
}

static void advance(struct board *board, struct eth_ring *ring)
{
    bool transmit = ring == &board->eth->tx.ring;
    uint32_t base = *eth_reg(board, transmit ? DMACTDLAR : DMACRDLAR);
    uint32_t last = *eth_reg(board, transmit ? DMACTDRLR : DMACRDRLR) & 0x3FF;
    bool at_end = ring->current == base + last * stride(board);
    ring->current = at_end ? base : ring->current + stride(board);
}

static bool fetch(struct board *board, struct eth_ring *ring, struct descriptor *descriptor)
{
    if (read_memory(board, ring->current, descriptor, sizeof *descriptor))
        return true;
    fatal_error(board, ring, ERROR_READ | ERROR_DESCRIPTOR, ring->current);
    return false;
}

static bool write_back(struct board *board, struct eth_ring *ring, unsigned first_word,
                       const struct descriptor *descriptor)
{
    uint32_t address = ring->current + first_word * 4;
    uint32_t size = (uint32_t)sizeof *descriptor - first_word * 4;
    if (write_memory(board, address, descriptor->word + first_word, size))
        return true;
    fatal_error(board, ring, ERROR_WRITE | ERROR_DESCRIPTOR, address);
    return false;
}

static void suspend(struct board *board, struct eth_ring *ring, uint32_t status)
{
    if (ring->suspended)
        return;
    ring->suspended = true;
    if (behaves(BEHAVIOUR_ETH_SUSPEND))
        eth_status(board, status);
}

/* A list address counts from the next start on; written while the process runs, at once. */
void eth_list_written(struct board *board, struct eth_ring *ring, uint32_t base)
{
    ring->new_list = !ring->running;
    if (!ring->running)
        return;
    board_warn(board, "ETH: a descriptor list address was written while its DMA runs");
    ring->current = base;
}

/* Returns true when the process has just been started. */
static bool start_or_stop(struct board *board, struct eth_ring *ring, bool run, uint32_t stopped)
{
    bool was_running = ring->running;
    ring->running = run;
    if (was_running && !run)
        eth_status(board, stopped);
    if (was_running || !run)
        return false;
    if (ring->new_list)
        ring->current = *eth_reg(board, ring == &board->eth->tx.ring ? DMACTDLAR : DMACRDLAR);
    ring->new_list = false;
    ring->suspended = false;
    return true;
}

static bool active(const struct eth_ring *ring)
{
    return ring->running && !ring->suspended && !ring->dead;
}

/* --- transmit --- */

static bool gather(struct board *board, uint32_t address, uint32_t size)
{
    struct eth_tx *tx = &board->eth->tx;
    uint8_t rest[BUFFER_SIZE_MASK + 1];
    bool fits = tx->frame.size + size <= ETH_FRAME_MAX;
    if (size == 0 || (tx->frame.size > 0 && !behaves(BEHAVIOUR_ETH_TX_GATHER)))
        return true;
    uint8_t *target = fits ? tx->frame.data + tx->frame.size : rest;
    if (!read_memory(board, address, target, size)) {
        fatal_error(board, &tx->ring, ERROR_READ | ERROR_TRANSFER, address);
        return false;
    }
    *eth_reg(board, DMACCATBR) = address;
    tx->overlong = tx->overlong || !fits;
    if (fits)
        tx->frame.size = (uint16_t)(tx->frame.size + size);
    return true;
}

static void begin_frame(struct eth_tx *tx, uint32_t control)
{
    tx->frame.size = 0;
    tx->frame.looped = false;
    tx->frame.fcs_given = false;
    tx->first_control = control;
    tx->in_frame = true;
    tx->overlong = false;
    tx->status = 0;
}

static void insert_checksums(struct board *board)
{
    struct eth_tx *tx = &board->eth->tx;
    enum checksum_insertion kind = (enum checksum_insertion)(tx->first_control >> 16 & 3);
    if (kind == CHECKSUM_NONE || !behaves(BEHAVIOUR_ETH_CHECKSUM_INSERT))
        return;
    if (!(*eth_reg(board, MTLTQOMR) & TQOMR_TSF)) {
        board_warn(board, "ETH: checksum insertion needs store and forward, MTLTQOMR.TSF");
        return;
    }
    struct checksum_sent sent = checksum_insert(tx->frame.data, tx->frame.size, kind);
    tx->status |= (sent.header_error ? TDES3_HEADER_ERROR : 0) |
                  (sent.payload_error ? TDES3_PAYLOAD_ERROR | TDES3_ES : 0);
}

/* TDES3.CPC: who adds the padding and the frame check sequence. */
static void finish_frame(struct eth_frame *frame, uint32_t pad_control)
{
    bool brought = pad_control == CPC_NOTHING || pad_control == CPC_REPLACE;
    if (brought && frame->size >= ETH_FCS_SIZE)
        frame->size = (uint16_t)(frame->size - ETH_FCS_SIZE);
    frame->fcs_given = pad_control == CPC_NOTHING;
    memcpy(&frame->fcs, frame->data + frame->size, ETH_FCS_SIZE);
    if (pad_control == CPC_CRC_AND_PAD && frame->size < 60) {
        memset(frame->data + frame->size, 0, 60u - frame->size);
        frame->size = 60;
    }
}

static void put_on_wire(struct board *board)
{
    struct eth_tx *tx = &board->eth->tx;
    const uint32_t unmodelled = TDES3_SEGMENT | TDES3_SOURCE_INSERT;
    if (tx->first_control & unmodelled)
        board_warn(board, "ETH: TDES3 bits 0x%08x have no effect in this model",
                   (unsigned)(tx->first_control & unmodelled));
    if (tx->overlong)
        tx->status |= TDES3_JABBER | TDES3_ES;
    insert_checksums(board);
    finish_frame(&tx->frame, tx->first_control >> 26 & 3);
    tx->in_frame = false;
    tx->on_wire = true;
    eth_status(board, CSR_ETI);
    eth_set_timer(board, ETH_TIMER_TX, board->now_ns + eth_wire_ns(board, &tx->frame));
}

/* Go on to the next descriptor; at the tail pointer the process suspends. */
static void next_transmit(struct board *board)
{
    struct eth_ring *ring = &board->eth->tx.ring;
    advance(board, ring);
    if (ring->current == *eth_reg(board, DMACTDTPR))
        suspend(board, ring, CSR_TBU);
}

static void close_transmit(struct board *board, uint32_t control)
{
    struct descriptor closed = {.word[3] = control & (DES3_FIRST | DES3_LAST | DES3_CONTEXT)};
    if (write_back(board, &board->eth->tx.ring, 3, &closed))
        next_transmit(board);
}

static void take_descriptor(struct board *board, const struct descriptor *descriptor)
{
    struct eth_tx *tx = &board->eth->tx;
    uint32_t control = descriptor->word[3], sizes = descriptor->word[2];
    if (control & DES3_CONTEXT) {
        close_transmit(board, control);
        return;
    }
    if (control & DES3_FIRST)
        begin_frame(tx, control);
    else if (!tx->in_frame)
        board_warn(board, "ETH: a transmit descriptor without FD where a frame should begin");
    if (!gather(board, descriptor->word[0], sizes & BUFFER_SIZE_MASK) ||
        !gather(board, descriptor->word[1], sizes >> 16 & BUFFER_SIZE_MASK))
        return;
    if (!(control & DES3_LAST) || !tx->in_frame) {
        close_transmit(board, control);
        return;
    }
    tx->last_control = control;
    tx->interrupt = (sizes & TDES2_IOC) != 0;
    put_on_wire(board);
}

void eth_tx_run(struct board *board)
{
    struct eth_tx *tx = &board->eth->tx;
    struct descriptor descriptor;
    while (active(&tx->ring) && !tx->on_wire && (*eth_reg(board, MACCR) & MACCR_TE)) {
        if (!fetch(board, &tx->ring, &descriptor))
            return;
        if (!(descriptor.word[3] & DES3_OWN)) {
            suspend(board, &tx->ring, CSR_TBU);
            return;
        }
        take_descriptor(board, &descriptor);
    }
}

void eth_tx_sent(struct board *board)
{
    struct eth_tx *tx = &board->eth->tx;
    tx->on_wire = false;
    if (!tx->overlong && !(tx->status & TDES3_FLUSHED))
        eth_mac_send(board, &tx->frame);
    struct descriptor closed = {.word[3] =
                                    (tx->last_control & (DES3_FIRST | DES3_LAST)) | tx->status};
    if (!write_back(board, &tx->ring, 3, &closed))
        return;
    if (tx->interrupt && behaves(BEHAVIOUR_ETH_TX_INTERRUPT))
        eth_status(board, CSR_TI);
    next_transmit(board);
    eth_tx_run(board);
}

/* MTLTQOMR.FTQ: what is in the FIFO is lost, and its descriptor says so. */
void eth_tx_flush(struct board *board)
{
    struct eth_tx *tx = &board->eth->tx;
    if (tx->on_wire)
        tx->status |= TDES3_FLUSHED | TDES3_ES;
}

void eth_tx_control(struct board *board)
{
    struct eth_tx *tx = &board->eth->tx;
    bool run = (*eth_reg(board, DMACTCR) & 1) != 0;
    if (start_or_stop(board, &tx->ring, run, CSR_TPS))
        eth_tx_run(board);
}

void eth_tx_doorbell(struct board *board)
{
    if (!behaves(BEHAVIOUR_ETH_TAIL_RESTART))
        return;
    board->eth->tx.ring.suspended = false;
    eth_tx_run(board);
}

/* --- receive --- */

/* DMACRCR.RBSZ in bytes. 0 is not forbidden and met in practice: the counter then runs through its
 * 14 bits. */
static uint32_t buffer_size(struct board *board)
{
    uint32_t size = *eth_reg(board, DMACRCR) >> 1 & 0x3FFC;
    return size ? size : BUFFER_SIZE_MASK + 1;
}

static uint32_t type_field(const struct eth_frame *frame)
{
    return (uint32_t)frame->data[12] << 8 | frame->data[13];
}

/* MACCR.ACS strips padding and FCS of frames with a length field, CST the FCS of those with a type.
 */
static size_t length_in_memory(struct board *board, const struct eth_frame *frame)
{
    uint32_t control = *eth_reg(board, MACCR), type = type_field(frame);
    size_t length = frame->size + ETH_FCS_SIZE;
    if (!behaves(BEHAVIOUR_ETH_FCS_STRIP))
        return length;
    if (type >= 1536)
        return control & MACCR_CST ? frame->size : length;
    if (!(control & MACCR_ACS))
        return length;
    return type + 14u < frame->size ? type + 14u : frame->size;
}

/* The frame's FCS stands behind its data while the DMA copies both. */
static void append_fcs(struct eth_frame *frame)
{
    uint32_t fcs = frame->fcs_given ? frame->fcs : checksum_crc32(frame->data, frame->size);
    for (unsigned i = 0; i < ETH_FCS_SIZE; i++)
        frame->data[frame->size + i] = (uint8_t)(fcs >> (8 * i));
}

static bool store(struct board *board, uint32_t address, size_t length)
{
    struct eth_rx *rx = &board->eth->rx;
    struct eth_frame *frame = eth_queue_first(&rx->fifo);
    uint32_t room = buffer_size(board), left = (uint32_t)(length - rx->stored);
    uint32_t size = left < room ? left : room;
    if (size == 0)
        return true;
    if (!write_memory(board, address, frame->data + rx->stored, size)) {
        fatal_error(board, &rx->ring, ERROR_WRITE | ERROR_TRANSFER, address);
        return false;
    }
    *eth_reg(board, DMACCARBR) = address;
    rx->stored += size;
    return true;
}

/* RDES1 */
static uint32_t checksum_status(struct board *board, const struct eth_frame *frame)
{
    if (!(*eth_reg(board, MACCR) & MACCR_IPC) || !behaves(BEHAVIOUR_ETH_CHECKSUM_CHECK))
        return 0;
    struct checksum_received check = checksum_verify(frame->data, frame->size);
    return (uint32_t)check.payload_type | (check.header_error ? RDES1_IPHE : 0) |
           (check.ipv4 ? RDES1_IPV4 : 0) | (check.ipv6 ? RDES1_IPV6 : 0) |
           (check.bypassed ? RDES1_IPCB : 0) | (check.payload_error ? RDES1_IPCE : 0);
}

/* RDES3.LT */
static uint32_t length_type(const struct eth_frame *frame)
{
    uint32_t type = type_field(frame);
    uint32_t kind = type < 1536      ? 0
                    : type == 0x0806 ? 3
                    : type == 0x8100 ? 4
                    : type == 0x8808 ? 6
                                     : 1;
    return kind << 16;
}

static uint32_t error_status(const struct eth_frame *frame)
{
    uint32_t limit = type_field(frame) == 0x8100 ? 1518 : 1514;
    uint32_t status = frame->size > limit ? RDES3_GIANT : 0;
    if (frame->fcs_given && frame->fcs != checksum_crc32(frame->data, frame->size))
        status |= RDES3_CRC_ERROR;
    return status ? status | RDES3_ES : 0;
}

/* RDES0 would get VLAN tags, which the model does not strip: it keeps the buffer address. */
static bool close_receive(struct board *board, bool first, bool last)
{
    struct eth_rx *rx = &board->eth->rx;
    const struct eth_frame *frame = eth_queue_first(&rx->fifo);
    struct descriptor closed = {.word[3] = (uint32_t)rx->stored};
    if (first)
        closed.word[3] |= DES3_FIRST;
    if (last) {
        closed.word[1] = checksum_status(board, frame);
        closed.word[3] |=
            DES3_LAST | RDES3_RS1V | RDES3_RS2V | length_type(frame) | error_status(frame);
    }
    return write_back(board, &rx->ring, 1, &closed);
}

/* DMACRIWTR: an interrupt for frames whose descriptor did not ask for one, in units of 256 HCLK
 * periods. */
static void arm_watchdog(struct board *board)
{
    uint32_t setting = *eth_reg(board, DMACRIWTR);
    uint64_t periods = (uint64_t)(setting & 0xFF) << (8 + (setting >> 16 & 3));
    if (periods == 0 || board->eth->timer[ETH_TIMER_WATCHDOG] != BOARD_NEVER)
        return;
    uint64_t delay_ns = periods * NS_PER_S / eth_hclk_hz(board);
    eth_set_timer(board, ETH_TIMER_WATCHDOG, board->now_ns + delay_ns);
}

void eth_rx_watchdog(struct board *board)
{
    eth_status(board, CSR_RI);
}

static void frame_stored(struct board *board, bool interrupt)
{
    struct eth_rx *rx = &board->eth->rx;
    const struct eth_frame *frame = eth_queue_first(&rx->fifo);
    eth_trace(board, "rx %u B", frame->size);
    board->eth->counters.received++;
    rx->fifo_bytes -= frame->size + ETH_FCS_SIZE;
    rx->stored = 0;
    eth_queue_pop(&rx->fifo);
    if (!interrupt) {
        arm_watchdog(board);
    } else if (behaves(BEHAVIOUR_ETH_RX_INTERRUPT)) {
        eth_set_timer(board, ETH_TIMER_WATCHDOG, BOARD_NEVER);
        eth_status(board, CSR_RI);
    }
}

/* Fill one descriptor's buffers from the FIFO's first frame. */
static void fill_descriptor(struct board *board, const struct descriptor *descriptor)
{
    struct eth_rx *rx = &board->eth->rx;
    struct eth_frame *frame = eth_queue_first(&rx->fifo);
    size_t length = length_in_memory(board, frame);
    uint32_t control = descriptor->word[3];
    bool first = rx->stored == 0;
    if (first)
        append_fcs(frame);
    if ((control & RDES3_BUF1V) && !store(board, descriptor->word[0], length))
        return;
    if (first && rx->stored < length)
        eth_status(board, CSR_ERI);
    if ((control & RDES3_BUF2V) && !store(board, descriptor->word[2], length))
        return;
    bool last = rx->stored == length || !behaves(BEHAVIOUR_ETH_RX_SPANS);
    if (!close_receive(board, first, last))
        return;
    advance(board, &rx->ring);
    if (last)
        frame_stored(board, (control & RDES3_IOC) != 0);
}

/* After a frame the process fetches the next descriptor at once: RBU tells early that the ring is
 * full. */
void eth_rx_run(struct board *board)
{
    struct eth_rx *rx = &board->eth->rx;
    struct descriptor descriptor;
    while (rx->ring.running && !rx->ring.dead) {
        if (!fetch(board, &rx->ring, &descriptor))
            return;
        if (!(descriptor.word[3] & DES3_OWN)) {
            suspend(board, &rx->ring, CSR_RBU);
            return;
        }
        rx->ring.suspended = false;
        if (!eth_queue_first(&rx->fifo))
            return;
        fill_descriptor(board, &descriptor);
    }
}

void eth_rx_control(struct board *board)
{
    struct eth_rx *rx = &board->eth->rx;
    bool run = (*eth_reg(board, DMACRCR) & 1) != 0;
    if (start_or_stop(board, &rx->ring, run, CSR_RPS))
        eth_rx_run(board);
}

void eth_rx_doorbell(struct board *board)
{
    if (behaves(BEHAVIOUR_ETH_TAIL_RESTART))
        eth_rx_run(board);
}

/* --- life cycle --- */

void eth_dma_reset(struct board *board)
{
    struct eth *eth = board->eth;
    eth->tx.ring = (struct eth_ring){0};
    eth->rx.ring = (struct eth_ring){0};
    eth->tx.in_frame = false;
    eth->tx.on_wire = false;
    eth->rx.fifo.count = 0;
    eth->rx.fifo_bytes = 0;
    eth->rx.stored = 0;
    eth_set_timer(board, ETH_TIMER_TX, BOARD_NEVER);
    eth_set_timer(board, ETH_TIMER_WATCHDOG, BOARD_NEVER);
}
