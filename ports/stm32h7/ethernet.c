/* ethernet.c - the MAC and its DMA. See ethernet.h.
 *
 * Checksums of IPv4, TCP, UDP and ICMP are made and checked by the MAC, which needs
 * store-and-forward in both directions. Descriptors and buffers lie in SRAM1/2, mapped not
 * cacheable (mpu.c).
 *
 * Source: RM0399, Ethernet: DMA and MTL initialization, descriptors; board: UM2488, Ethernet.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ethernet.h"
#include "gpio.h"
#include "registers.h"
#include "stm32h7.h"

#define RX_COUNT    32u /* 3.9 ms of full frames at 100 Mbit/s */
#define TX_COUNT    16u
#define BUFFER_SIZE 1536u
#define BURST       32u
#define RESET_MS    20u
#define STOP_MS     5u
#define MDIO_MS     2u
#define PRIORITY    10u
#define MII_AF      11u

struct descriptor {
    volatile uint32_t word[4];
};

static struct {
    struct descriptor rx[RX_COUNT];
    struct descriptor tx[TX_COUNT];
    uint8_t rx_buffer[RX_COUNT][BUFFER_SIZE];
    uint8_t tx_buffer[TX_COUNT][BUFFER_SIZE];
} dma __attribute__((section(".dma"), aligned(32)));

static struct {
    bool running;
    volatile bool failed;
    uint32_t rx_next;
    uint32_t tx_next;
} ring;

void ETH_IRQHandler(void);

static uint32_t bus_address(const volatile void *pointer)
{
    return (uint32_t)(uintptr_t)pointer;
}

void ETH_IRQHandler(void)
{
    uint32_t status = ETH_DMACSR;
    ETH_DMACSR = status; /* written ones clear */
    if (status & ETH_DMA_FBE)
        ring.failed = true;
    stm32h7_wake();
    core_dsb(); /* else the line may still be high at the return, and the handler would run twice */
}

/* --- pins, clocks, MDIO --- */

/* MII without CRS and COL: the board leads them nowhere, so half duplex works without carrier
 * sense. */
void stm32h7_eth_init(void)
{
    static const struct {
        char port;
        uint8_t pin;
    } pins[] = {{'A', 1}, {'A', 2}, {'A', 7}, {'B', 0},  {'B', 1},  {'C', 1},  {'C', 2}, {'C', 3},
                {'C', 4}, {'C', 5}, {'E', 2}, {'G', 11}, {'G', 12}, {'G', 13}, {'I', 10}};
    RCC_APB4ENR |= RCC_APB4_SYSCFG;
    (void)RCC_APB4ENR;
    SYSCFG_PMCR &= ~SYSCFG_PMCR_EPIS_SEL; /* MII; must be chosen before the MAC's clocks run */
    for (uint32_t i = 0; i < sizeof pins / sizeof pins[0]; i++)
        stm32h7_gpio_alternate(pins[i].port, pins[i].pin, MII_AF);
    RCC_AHB2ENR |= RCC_AHB2_SRAM1 | RCC_AHB2_SRAM2;
    RCC_AHB1ENR |= RCC_AHB1_ETH1MAC | RCC_AHB1_ETH1TX | RCC_AHB1_ETH1RX;
    (void)RCC_AHB1ENR;
    RCC_AHB1RSTR |= RCC_AHB1_ETH1MAC;
    (void)RCC_AHB1RSTR;
    RCC_AHB1RSTR &= ~RCC_AHB1_ETH1MAC;
    (void)RCC_AHB1RSTR;
}

static int mdio(uint32_t phy, uint32_t reg, uint32_t command)
{
    uint32_t divider = ETH_MACMDIOAR_CR(stm32h7_mdc_code(stm32h7_clock_now()->hclk_hz));
    if (!stm32h7_wait(&ETH_MACMDIOAR, ETH_MACMDIOAR_MB, 0, MDIO_MS))
        return -1;
    ETH_MACMDIOAR =
        ETH_MACMDIOAR_PA(phy) | ETH_MACMDIOAR_RDA(reg) | divider | command | ETH_MACMDIOAR_MB;
    return stm32h7_wait(&ETH_MACMDIOAR, ETH_MACMDIOAR_MB, 0, MDIO_MS) ? 0 : -1;
}

int stm32h7_mdio_read(uint32_t phy, uint32_t reg)
{
    if (mdio(phy, reg, ETH_MACMDIOAR_READ) < 0)
        return -1;
    return (int)(ETH_MACMDIODR & 0xFFFFu);
}

int stm32h7_mdio_write(uint32_t phy, uint32_t reg, uint16_t value)
{
    ETH_MACMDIODR = value;
    return mdio(phy, reg, ETH_MACMDIOAR_WRITE);
}

/* --- start and stop --- */

static void give_to_dma(uint32_t index)
{
    struct descriptor *descriptor = &dma.rx[index];
    descriptor->word[0] = bus_address(dma.rx_buffer[index]);
    descriptor->word[1] = 0;
    descriptor->word[2] = 0;
    core_dmb(); /* the DMA must not see OWN before the rest */
    descriptor->word[3] = ETH_DESC_OWN | ETH_RDES3_IOC | ETH_RDES3_BUF1V;
}

static void rings_init(void)
{
    for (uint32_t i = 0; i < RX_COUNT; i++)
        give_to_dma(i);
    for (uint32_t i = 0; i < TX_COUNT; i++)
        for (uint32_t k = 0; k < 4; k++)
            dma.tx[i].word[k] = 0;
    core_dsb();
    ring.rx_next = 0;
    ring.tx_next = 0;
    ring.failed = false;
    ETH_DMACTDLAR = bus_address(dma.tx);
    ETH_DMACTDRLR = TX_COUNT - 1u;
    ETH_DMACTDTPR = bus_address(dma.tx);
    ETH_DMACRDLAR = bus_address(dma.rx);
    ETH_DMACRDRLR = RX_COUNT - 1u;
}

/* The tail lies behind the ring, where the DMA never stands: OWN alone tells it where to stop.
 * Writing it wakes a receiver that had run out of descriptors. */
static void poke_receiver(void)
{
    core_dsb();
    ETH_DMACRDTPR = bus_address(&dma.rx[RX_COUNT]);
}

static void filter_init(const uint8_t address[STM32H7_MAC_ADDRESS_SIZE])
{
    ETH_MACPFR = 0; /* own address and broadcast */
    ETH_MACA0HR = ETH_MACA0HR_AE | (uint32_t)address[5] << 8 | address[4];
    ETH_MACA0LR = (uint32_t)address[3] << 24 | (uint32_t)address[2] << 16 |
                  (uint32_t)address[1] << 8 | address[0]; /* writing the low half takes both over */
}

bool stm32h7_eth_start(const uint8_t mac_address[STM32H7_MAC_ADDRESS_SIZE],
                       const struct stm32h7_link *link)
{
    stm32h7_eth_stop();
    ETH_DMAMR = ETH_DMAMR_SWR;
    if (!stm32h7_wait(&ETH_DMAMR, ETH_DMAMR_SWR, 0, RESET_MS))
        return false;
    ETH_DMASBMR = ETH_DMASBMR_AAL;
    ETH_DMACCR = 0; /* descriptors without gaps */
    ETH_MTLTQOMR = ETH_MTLTQOMR_TSF | ETH_MTLTQOMR_TXQEN | ETH_MTLTQOMR_TQS_2048;
    ETH_MTLRQOMR = ETH_MTLRQOMR_RSF;
    ETH_MMC_RX_MASK = ETH_MMC_ALL; /* counters that overflow raise no interrupt */
    ETH_MMC_TX_MASK = ETH_MMC_ALL;
    ETH_MACIER = 0;
    filter_init(mac_address);
    rings_init();
    ETH_DMACIER = ETH_DMA_NIE | ETH_DMA_AIE | ETH_DMA_RI | ETH_DMA_RBU | ETH_DMA_FBE;
    ETH_DMACTCR = ETH_DMACTCR_PBL(BURST) | ETH_DMACTCR_ST;
    ETH_DMACRCR = ETH_DMACRCR_PBL(BURST) | ETH_DMACRCR_RBSZ(BUFFER_SIZE) | ETH_DMACRCR_SR;
    poke_receiver();
    ETH_MACCR = ETH_MACCR_IPC | ETH_MACCR_CST | ETH_MACCR_ACS | (link->fast ? ETH_MACCR_FES : 0) |
                (link->full ? ETH_MACCR_DM : 0) | ETH_MACCR_TE | ETH_MACCR_RE;
    core_irq_enable(IRQ_ETH, PRIORITY);
    ring.running = true;
    return true;
}

/* In the manual's order: transmit DMA, MAC, receive DMA; then wait until both stand still. */
void stm32h7_eth_stop(void)
{
    if (!ring.running)
        return;
    ring.running = false;
    core_irq_disable(IRQ_ETH);
    ring.failed = false; /* the next start begins anew */
    ETH_DMACTCR &= ~ETH_DMACTCR_ST;
    ETH_MACCR &= ~(ETH_MACCR_TE | ETH_MACCR_RE);
    ETH_DMACRCR &= ~ETH_DMACRCR_SR;
    (void)stm32h7_wait(&ETH_DMADSR, ETH_DMADSR_STATES, 0, STOP_MS);
}

void stm32h7_eth_hold(void)
{
    bool was_running = ring.running;
    stm32h7_eth_stop();
    ring.failed = was_running;
}

bool stm32h7_eth_has_failed(void)
{
    return ring.failed;
}

/* --- frames --- */

/* One whole frame without an error of any kind. */
static bool is_good(const struct descriptor *descriptor)
{
    const uint32_t whole = ETH_RDES3_FD | ETH_RDES3_LD;
    uint32_t status = descriptor->word[3];
    uint32_t length = status & ETH_RDES3_PL;
    if ((status & (whole | ETH_RDES3_CTXT | ETH_RDES3_ES)) != whole)
        return false;
    if (status & ETH_RDES3_RS1V && descriptor->word[1] & (ETH_RDES1_IPHE | ETH_RDES1_IPCE))
        return false;
    return length >= 14u && length <= STM32H7_FRAME_MAX;
}

bool stm32h7_eth_receive(const uint8_t **data, uint32_t *size)
{
    for (uint32_t i = 0; ring.running && i < RX_COUNT; i++) {
        const struct descriptor *descriptor = &dma.rx[ring.rx_next];
        if (descriptor->word[3] & ETH_DESC_OWN)
            return false;
        core_dmb();
        if (is_good(descriptor)) {
            *data = dma.rx_buffer[ring.rx_next];
            *size = descriptor->word[3] & ETH_RDES3_PL;
            return true;
        }
        stm32h7_eth_release();
    }
    return false;
}

void stm32h7_eth_release(void)
{
    core_dmb(); /* the frame is read before the DMA may overwrite it */
    give_to_dma(ring.rx_next);
    ring.rx_next = (ring.rx_next + 1u) % RX_COUNT;
    poke_receiver();
}

/* One descriptor always stays unused: a full ring would have tail and head alike, which means
 * empty. */
uint8_t *stm32h7_eth_send_buffer(void)
{
    uint32_t after = (ring.tx_next + 1u) % TX_COUNT;
    if (!ring.running || dma.tx[ring.tx_next].word[3] & ETH_DESC_OWN ||
        dma.tx[after].word[3] & ETH_DESC_OWN)
        return NULL;
    return dma.tx_buffer[ring.tx_next];
}

void stm32h7_eth_send(uint32_t size)
{
    struct descriptor *descriptor = &dma.tx[ring.tx_next];
    descriptor->word[0] = bus_address(dma.tx_buffer[ring.tx_next]);
    descriptor->word[1] = 0;
    descriptor->word[2] = size;
    core_dmb();
    descriptor->word[3] = ETH_DESC_OWN | ETH_TDES3_FD | ETH_TDES3_LD | ETH_TDES3_CIC_FULL | size;
    ring.tx_next = (ring.tx_next + 1u) % TX_COUNT;
    core_dsb();
    ETH_DMACTDTPR = bus_address(&dma.tx[ring.tx_next]);
}
