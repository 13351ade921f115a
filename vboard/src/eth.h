/* eth.h - private to the Ethernet model: state shared by registers, DMA rings and the wire.
 *
 * eth.c holds the registers, interrupts and timers; eth_dma.c the descriptor rings; eth_mac.c the
 * wire, filters and loopback; phy.c the PHY. Source of register and descriptor layouts: RM0399,
 * Ethernet chapter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_ETH_H
#define VBOARD_ETH_H

#include "board.h"
#include "phy.h"

#define ETH_BASE       0x40028000u
#define ETH_SPAN       0x1400u
#define ETH_IRQ        61
#define ETH_FRAME_MAX  2048u /* the MAC's FIFOs and its watchdog and jabber limits */
#define ETH_WIRE_QUEUE 256u
#define ETH_FIFO_SLOTS 32u
#define ETH_FIFO_BYTES 2048u /* MTLRQOMR.RQS: 2 KB */
#define ETH_FCS_SIZE   4u

/* Register offsets. */
enum {
    MACCR = 0x000,
    MACECR = 0x004,
    MACPFR = 0x008,
    MACWTR = 0x00C,
    MACHT0R = 0x010,
    MACHT1R = 0x014,
    MACQTXFCR = 0x070,
    MACRXFCR = 0x090,
    MACISR = 0x0B0,
    MACIER = 0x0B4,
    MACRXTXSR = 0x0B8,
    MAC1USTCR = 0x0DC,
    MACVR = 0x110,
    MACDR = 0x114,
    MACHWF0R = 0x11C,
    MACHWF1R = 0x120,
    MACHWF2R = 0x124,
    MACMDIOAR = 0x200,
    MACMDIODR = 0x204,
    MACA0HR = 0x300,
    MACA0LR = 0x304,
    MACA3LR = 0x31C,
    MMC_CONTROL = 0x700,
    MMC_RX_INTERRUPT = 0x704,
    MMC_TX_INTERRUPT = 0x708,
    MMC_RX_INTERRUPT_MASK = 0x70C,
    MMC_TX_INTERRUPT_MASK = 0x710,
    MMC_TX_SINGLE_COLLISION = 0x74C,
    MMC_TX_MULTIPLE_COLLISION = 0x750,
    MMC_TX_GOOD = 0x768,
    MMC_RX_CRC_ERROR = 0x794,
    MMC_RX_ALIGNMENT_ERROR = 0x798,
    MMC_RX_UNICAST_GOOD = 0x7C4,
    MTLOMR = 0xC00,
    MTLISR = 0xC20,
    MTLTQOMR = 0xD00,
    MTLTQUR = 0xD04,
    MTLTQDR = 0xD08,
    MTLQICSR = 0xD2C,
    MTLRQOMR = 0xD30,
    MTLRQMPOCR = 0xD34,
    MTLRQDR = 0xD38,
    DMAMR = 0x1000,
    DMASBMR = 0x1004,
    DMAISR = 0x1008,
    DMADSR = 0x100C,
    DMACCR = 0x1100,
    DMACTCR = 0x1104,
    DMACRCR = 0x1108,
    DMACTDLAR = 0x1114,
    DMACRDLAR = 0x111C,
    DMACTDTPR = 0x1120,
    DMACRDTPR = 0x1128,
    DMACTDRLR = 0x112C,
    DMACRDRLR = 0x1130,
    DMACIER = 0x1134,
    DMACRIWTR = 0x1138,
    DMACCATDR = 0x1144,
    DMACCARDR = 0x114C,
    DMACCATBR = 0x1154,
    DMACCARBR = 0x115C,
    DMACSR = 0x1160,
    DMACMFCR = 0x116C,
    ETH_LAST = 0x1170
};

/* MACCR */
enum {
    MACCR_RE = 1 << 0,
    MACCR_TE = 1 << 1,
    MACCR_LM = 1 << 12,
    MACCR_FES = 1 << 14,
    MACCR_ACS = 1 << 20,
    MACCR_CST = 1 << 21,
    MACCR_IPC = 1 << 27
};

/* DMACSR; DMACIER has the same places. */
enum {
    CSR_TI = 1 << 0,
    CSR_TPS = 1 << 1,
    CSR_TBU = 1 << 2,
    CSR_RI = 1 << 6,
    CSR_RBU = 1 << 7,
    CSR_RPS = 1 << 8,
    CSR_RWT = 1 << 9,
    CSR_ETI = 1 << 10,
    CSR_ERI = 1 << 11,
    CSR_FBE = 1 << 12,
    CSR_CDE = 1 << 13,
    CSR_AIS = 1 << 14,
    CSR_NIS = 1 << 15,
    CSR_TEB_SHIFT = 16,
    CSR_REB_SHIFT = 19
};

/* A frame without preamble and FCS. */
struct eth_frame {
    uint16_t size;
    bool looped;    /* sent by this MAC and come back */
    bool fcs_given; /* the firmware brought its own FCS */
    uint32_t fcs;   /* then: what it brought */
    uint8_t data[ETH_FRAME_MAX + ETH_FCS_SIZE];
};

struct eth_queue {
    struct eth_frame *frames;
    unsigned capacity, head, count;
};

enum eth_timer {
    ETH_TIMER_RESET,
    ETH_TIMER_TX,
    ETH_TIMER_WIRE,
    ETH_TIMER_WATCHDOG,
    ETH_TIMER_COUNT
};

/* One direction's ring. */
struct eth_ring {
    uint32_t current; /* address of the descriptor in hand */
    bool running;     /* ST or SR */
    bool suspended;   /* waits for the tail pointer */
    bool dead;        /* after a fatal bus error, until the software reset */
    bool new_list;    /* the list address was written since the last start */
};

struct eth_tx {
    struct eth_ring ring;
    struct eth_frame frame; /* gathered from its descriptors */
    bool in_frame;          /* between FD and LD */
    bool overlong;
    bool on_wire;
    uint32_t first_control; /* TDES3 of the first descriptor: CPC, CIC */
    uint32_t last_control;  /* TDES3 of the last */
    bool interrupt;         /* IOC of the last */
    uint32_t status;        /* for the last descriptor's write-back */
};

struct eth_rx {
    struct eth_ring ring;
    struct eth_queue wire; /* sent by the link partner, not yet arrived */
    struct eth_queue fifo; /* arrived, accepted, waiting for the DMA */
    size_t fifo_bytes;
    size_t stored; /* bytes of the FIFO's first frame that are in memory */
};

struct eth_counters {
    uint64_t sent, received;
    uint64_t filtered;   /* not for this station */
    uint64_t errors;     /* checksum, FCS or length errors, dropped */
    uint64_t not_ready;  /* link down, receiver off */
    uint64_t overflowed; /* no room anywhere */
};

struct eth {
    uint32_t reg[ETH_LAST / 4];
    struct phy phy;
    uint64_t timer[ETH_TIMER_COUNT];
    uint64_t mdio_done_ns;
    uint16_t mdio_data;
    struct eth_tx tx;
    struct eth_rx rx;
    struct eth_counters counters;
};

static inline uint32_t *eth_reg(struct board *board, uint32_t offset)
{
    return &board->eth->reg[offset / 4];
}

/* --- eth.c --- */

void eth_set_timer(struct board *board, enum eth_timer timer, uint64_t at_ns);
void eth_status(struct board *board, uint32_t bits); /* set DMACSR bits and the interrupt line */
void eth_clear_status(struct board *board, uint32_t bits);
void eth_count(struct board *board, uint32_t counter_register);
uint32_t eth_hclk_hz(const struct board *board);
void eth_trace(struct board *board, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- eth_dma.c --- */

void eth_dma_reset(struct board *board);
void eth_tx_control(struct board *board); /* DMACTCR was written */
void eth_rx_control(struct board *board); /* DMACRCR was written */
void eth_list_written(struct board *board, struct eth_ring *ring, uint32_t base);
void eth_tx_doorbell(struct board *board);
void eth_rx_doorbell(struct board *board);
void eth_tx_run(struct board *board);
void eth_tx_sent(struct board *board); /* the wire has taken the frame */
void eth_tx_flush(struct board *board);
void eth_rx_run(struct board *board); /* move frames from the FIFO to memory */
void eth_rx_watchdog(struct board *board);

/* --- eth_mac.c --- */

bool eth_listening(const struct board *board); /* link up, receiver and its DMA started */
void eth_mac_reset(struct board *board);
uint64_t eth_wire_ns(const struct board *board, const struct eth_frame *frame);
void eth_mac_send(struct board *board, struct eth_frame *frame); /* fully sent: deliver it */
void eth_wire_event(struct board *board);                        /* a frame has arrived */
void eth_wire_next(struct board *board);                         /* let the next frame begin */
void eth_queue_create(struct eth_queue *queue, unsigned capacity);
struct eth_frame *eth_queue_first(struct eth_queue *queue); /* NULL when empty */
struct eth_frame *eth_queue_push(struct eth_queue *queue);  /* room for one, or NULL */
void eth_queue_pop(struct eth_queue *queue);

#endif
