/* eth_support.h - a small Ethernet driver for the eth_*.c checks: rings of four, frames looped in
 * the PHY.
 *
 * Registers and descriptors: RM0399, Ethernet chapter. The PHY: LAN8742A data sheet, chapter 4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ETH_SUPPORT_H
#define ETH_SUPPORT_H

#include "check.h"
#include "core.h"

#define ETH(offset) REG32(0x40028000u + (offset))
#define MACCR       ETH(0x000)
#define MACPFR      ETH(0x008)
#define MACHT0R     ETH(0x010)
#define MACHT1R     ETH(0x014)
#define MACMDIOAR   ETH(0x200)
#define MACMDIODR   ETH(0x204)
#define MACA0HR     ETH(0x300)
#define MACA0LR     ETH(0x304)
#define MTLTQOMR    ETH(0xD00)
#define MTLRQOMR    ETH(0xD30)
#define DMAMR       ETH(0x1000)
#define DMACCR      ETH(0x1100)
#define DMACTCR     ETH(0x1104)
#define DMACRCR     ETH(0x1108)
#define DMACTDLAR   ETH(0x1114)
#define DMACRDLAR   ETH(0x111C)
#define DMACTDTPR   ETH(0x1120)
#define DMACRDTPR   ETH(0x1128)
#define DMACTDRLR   ETH(0x112C)
#define DMACRDRLR   ETH(0x1130)
#define DMACIER     ETH(0x1134)
#define DMACSR      ETH(0x1160)
#define RCC_AHB1ENR REG32(0x580244D8u)

#define MACCR_RUN    0x3u /* RE, TE */
#define MACCR_DM     (1u << 13)
#define MACCR_FES    (1u << 14)
#define MACCR_ACS    (1u << 20)
#define MACCR_CST    (1u << 21)
#define MACCR_IPC    (1u << 27)
#define CSR_TI       (1u << 0)
#define CSR_TBU      (1u << 2)
#define CSR_RI       (1u << 6)
#define CSR_RBU      (1u << 7)
#define CSR_FBE      (1u << 12)
#define CSR_AIS      (1u << 14)
#define CSR_NIS      (1u << 15)
#define DES3_OWN     (1u << 31)
#define DES3_FD      (1u << 29)
#define DES3_LD      (1u << 28)
#define TDES2_IOC    (1u << 31)
#define RDES3_IOC    (1u << 30)
#define RDES3_BUF2V  (1u << 25)
#define RDES3_BUF1V  (1u << 24)
#define RDES3_ES     (1u << 15)
#define RDES3_LENGTH 0x7FFFu

#define RING        4u
#define BUFFER_SIZE 1536u

struct descriptor {
    volatile uint32_t word[4];
};

static struct descriptor tx_ring[RING] __attribute__((aligned(32)));
static struct descriptor rx_ring[RING] __attribute__((aligned(32)));
static uint8_t rx_buffers[RING][BUFFER_SIZE] __attribute__((aligned(32)));
static uint8_t frame[BUFFER_SIZE] __attribute__((aligned(32)));
static uint32_t tx_next, rx_next;

static inline uint32_t address_of(const volatile void *object)
{
    return (uint32_t)(uintptr_t)object;
}

/* Wait for a condition; the loop's end is far beyond what the condition needs. */
#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        uint32_t patience = 3000000;                                                               \
        while (!(condition) && --patience > 0) {                                                   \
        }                                                                                          \
        CHECK(condition);                                                                          \
    } while (0)

/* Let some microseconds pass; the core runs from the 64 MHz HSI. */
static inline void spend_us(uint32_t us)
{
    REG32(DEMCR) |= 1u << 24;
    REG32(DWT_CTRL) |= 1;
    uint32_t start = REG32(DWT_CYCCNT);
    while (REG32(DWT_CYCCNT) - start < us * 64u) {
    }
}

static inline uint32_t cycles(void)
{
    return REG32(DWT_CYCCNT);
}

static inline void eth_clocks_on(void)
{
    RCC_AHB1ENR |= 7u << 15; /* ETH1MACEN, ETH1TXEN, ETH1RXEN */
    (void)RCC_AHB1ENR;
}

static inline uint16_t mdio_read(uint32_t address, uint32_t reg)
{
    MACMDIOAR = address << 21 | reg << 16 | 3u << 2 | 1u;
    WAIT_FOR((MACMDIOAR & 1) == 0);
    return (uint16_t)MACMDIODR;
}

static inline void mdio_write(uint32_t address, uint32_t reg, uint16_t value)
{
    MACMDIODR = value;
    MACMDIOAR = address << 21 | reg << 16 | 1u << 2 | 1u;
    WAIT_FOR((MACMDIOAR & 1) == 0);
}

static inline void rx_give(uint32_t index)
{
    rx_ring[index].word[0] = address_of(rx_buffers[index]);
    rx_ring[index].word[1] = 0;
    rx_ring[index].word[2] = 0;
    rx_ring[index].word[3] = DES3_OWN | RDES3_IOC | RDES3_BUF1V;
}

/* Reset, 100 Mbit/s near-end loopback in the PHY, station 02-00-00-00-00-01, four receive buffers
 * of 1536 bytes given to the DMA, store and forward; everything started. */
static inline void eth_begin(void)
{
    eth_clocks_on();
    DMAMR = 1;
    WAIT_FOR((DMAMR & 1) == 0);
    mdio_write(0, 0, 0x6100);
    MACA0HR = 0x0100;
    MACA0LR = 0x00000002;
    MTLTQOMR |= 1u << 1;
    MTLRQOMR |= 1u << 5;
    for (uint32_t i = 0; i < RING; i++) {
        tx_ring[i].word[3] = 0;
        rx_give(i);
    }
    DMACTDLAR = address_of(tx_ring);
    DMACRDLAR = address_of(rx_ring);
    DMACTDRLR = RING - 1;
    DMACRDRLR = RING - 1;
    DMACRDTPR = address_of(rx_ring + RING);
    DMACRCR = 1u | BUFFER_SIZE << 1;
    DMACTCR = 1;
    MACCR |= MACCR_RUN | MACCR_DM | MACCR_FES;
}

/* An Ethernet header and size - 14 bytes of a pattern. to: the destination's last byte. */
static inline void make_frame(uint32_t size, uint8_t to, uint16_t type)
{
    static const uint8_t header[12] = {2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9};
    for (uint32_t i = 0; i < size; i++)
        frame[i] = i < sizeof header ? header[i] : (uint8_t)(i * 7 + 3);
    frame[5] = to;
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
}

/* Hand frame[] to the DMA; control: more bits of TDES3. Returns its descriptor. */
static inline struct descriptor *eth_send(uint32_t size, uint32_t control)
{
    struct descriptor *descriptor = &tx_ring[tx_next];
    tx_next = (tx_next + 1) % RING;
    descriptor->word[0] = address_of(frame);
    descriptor->word[1] = 0;
    descriptor->word[2] = TDES2_IOC | size;
    descriptor->word[3] = DES3_OWN | DES3_FD | DES3_LD | control | size;
    barrier();
    DMACTDTPR = address_of(&tx_ring[tx_next]);
    return descriptor;
}

static inline bool is_sent(const struct descriptor *descriptor)
{
    return (descriptor->word[3] & DES3_OWN) == 0;
}

static inline struct descriptor *eth_send_and_wait(uint32_t size)
{
    struct descriptor *sent = eth_send(size, 0);
    WAIT_FOR(is_sent(sent));
    return sent;
}

/* Wait for a frame; returns its descriptor, which the caller gives back with rx_return(). */
static inline struct descriptor *eth_await(uint8_t **data)
{
    struct descriptor *descriptor = &rx_ring[rx_next];
    WAIT_FOR((descriptor->word[3] & DES3_OWN) == 0);
    *data = rx_buffers[rx_next];
    rx_next = (rx_next + 1) % RING;
    return descriptor;
}

/* Nothing comes for longer than any frame takes. */
static inline bool eth_nothing_comes(void)
{
    spend_us(400);
    return (rx_ring[rx_next].word[3] & DES3_OWN) != 0;
}

static inline void rx_return(struct descriptor *descriptor)
{
    rx_give((uint32_t)(descriptor - rx_ring));
    barrier();
    DMACRDTPR = address_of(rx_ring + RING);
}

static inline bool same_bytes(const uint8_t *a, const uint8_t *b, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

#endif
