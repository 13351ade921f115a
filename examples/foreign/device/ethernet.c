/* ethernet.c - MAC, its DMA rings, a LAN8742A on MII. Wired as on the STM32H745I-DISCO.
 *
 * Source: RM0399 58, initialization and descriptors.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ethernet.h"
#include "board.h"
#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "netif/ethernet.h"
#include "stm32h743.h"
#include <string.h>

#define RX_COUNT    16u
#define TX_COUNT    8u
#define BUFFER_SIZE 1536u
#define AF_ETH      11u
#define PHY_STATUS  1u
#define PHY_LINK    (1u << 2)

typedef struct {
    __IO uint32_t DESC0, DESC1, DESC2, DESC3;
} ETH_DMADescTypeDef;

__attribute__((section(".ethernet"), aligned(32))) static ETH_DMADescTypeDef rx[RX_COUNT];
__attribute__((section(".ethernet"), aligned(32))) static ETH_DMADescTypeDef tx[TX_COUNT];
__attribute__((section(".ethernet"))) static uint8_t rx_buffer[RX_COUNT][BUFFER_SIZE];
__attribute__((section(".ethernet"))) static uint8_t tx_buffer[TX_COUNT][BUFFER_SIZE];
static uint32_t rx_next, tx_next;

void ETH_IRQHandler(void);

/* Wakes the main loop, which looks for itself. */
void ETH_IRQHandler(void)
{
    ETH_DMACSR = ETH_DMACIER_RI;
    __DSB();
}

static void init_pins(void)
{
    static const char pins[][4] = {"A1", "A2", "A7", "B0",  "B1",  "C1",  "C2", "C3",
                                   "C4", "C5", "E2", "G11", "G12", "G13", "I10"};
    for (unsigned i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        const char *digit = &pins[i][1];
        unsigned pin = (unsigned)(digit[0] - '0');
        if (digit[1])
            pin = pin * 10 + (unsigned)(digit[1] - '0');
        board_pin_alternate(pins[i][0], pin, AF_ETH);
    }
}

static void init_clocks(void)
{
    RCC_APB4ENR |= RCC_APB4ENR_SYSCFG;
    (void)RCC_APB4ENR;
    SYSCFG_PMCR &= ~SYSCFG_PMCR_EPIS_SEL;
    RCC_AHB2ENR |= RCC_AHB2ENR_SRAM;
    RCC_AHB1ENR |= RCC_AHB1ENR_ETH1;
    (void)RCC_AHB1ENR;
    RCC_AHB1RSTR |= RCC_AHB1RSTR_ETH1MAC;
    RCC_AHB1RSTR &= ~RCC_AHB1RSTR_ETH1MAC;
}

static void give(unsigned i)
{
    rx[i].DESC0 = (uint32_t)(uintptr_t)rx_buffer[i];
    rx[i].DESC1 = 0;
    rx[i].DESC2 = 0;
    __DSB();
    rx[i].DESC3 = ETH_DESC_OWN | ETH_DESC_IOC | ETH_RDES3_BUF1V;
    __DSB();
    ETH_DMACRDTPR = (uint32_t)(uintptr_t)&rx[RX_COUNT];
}

static void init_rings(void)
{
    memset((void *)tx, 0, sizeof tx);
    ETH_DMACTDLAR = (uint32_t)(uintptr_t)tx;
    ETH_DMACTDRLR = TX_COUNT - 1u;
    ETH_DMACTDTPR = (uint32_t)(uintptr_t)tx;
    ETH_DMACRDLAR = (uint32_t)(uintptr_t)rx;
    ETH_DMACRDRLR = RX_COUNT - 1u;
    for (unsigned i = 0; i < RX_COUNT; i++)
        give(i);
}

/* Autonegotiation runs by itself; 100 Mbit/s full duplex is what every switch gives. */
static void wait_for_link(void)
{
    do {
        ETH_MACMDIOAR =
            PHY_STATUS << 16 | ETH_MACMDIOAR_CR_62 | ETH_MACMDIOAR_READ | ETH_MACMDIOAR_MB;
        while (ETH_MACMDIOAR & ETH_MACMDIOAR_MB)
            ;
        __WFI();
    } while (!(ETH_MACMDIODR & PHY_LINK));
}

static void start(const uint8_t *address)
{
    ETH_DMAMR = ETH_DMAMR_SWR;
    while (ETH_DMAMR & ETH_DMAMR_SWR)
        ;
    ETH_DMASBMR = ETH_DMASBMR_AAL;
    ETH_MTLTQOMR = ETH_MTLTQOMR_TSF | ETH_MTLTQOMR_TXQEN | ETH_MTLTQOMR_TQS_2048;
    ETH_MTLRQOMR = ETH_MTLRQOMR_RSF;
    ETH_MACA0HR = 1u << 31 | (uint32_t)address[5] << 8 | address[4];
    ETH_MACA0LR = (uint32_t)address[3] << 24 | (uint32_t)address[2] << 16 |
                  (uint32_t)address[1] << 8 | address[0];
    init_rings();
    ETH_DMACIER = ETH_DMACIER_RI;
    ETH_DMACTCR = ETH_DMACxCR_PBL_32 | ETH_DMACTCR_ST;
    ETH_DMACRCR = ETH_DMACxCR_PBL_32 | BUFFER_SIZE << ETH_DMACRCR_RBSZ_Pos | ETH_DMACRCR_SR;
    ETH_DMACRDTPR = (uint32_t)(uintptr_t)&rx[RX_COUNT];
    wait_for_link();
    ETH_MACCR = ETH_MACCR_CST | ETH_MACCR_FES | ETH_MACCR_DM | ETH_MACCR_TE | ETH_MACCR_RE;
    NVIC_ISER[ETH_IRQ_NUMBER / 32u] = 1u << ETH_IRQ_NUMBER % 32u;
}

static err_t output(struct netif *netif, struct pbuf *p)
{
    ETH_DMADescTypeDef *desc = &tx[tx_next];
    (void)netif;
    if (desc->DESC3 & ETH_DESC_OWN || p->tot_len > BUFFER_SIZE)
        return ERR_MEM;
    uint32_t size = pbuf_copy_partial(p, tx_buffer[tx_next], BUFFER_SIZE, 0);
    desc->DESC0 = (uint32_t)(uintptr_t)tx_buffer[tx_next];
    desc->DESC1 = 0;
    desc->DESC2 = size;
    __DSB();
    desc->DESC3 = ETH_DESC_OWN | ETH_DESC_FD | ETH_DESC_LD | size;
    tx_next = (tx_next + 1u) % TX_COUNT;
    __DSB();
    ETH_DMACTDTPR = (uint32_t)(uintptr_t)&tx[tx_next];
    return ERR_OK;
}

static void take(struct netif *netif, unsigned i)
{
    const uint32_t whole = ETH_DESC_FD | ETH_DESC_LD;
    uint32_t status = rx[i].DESC3, size = status & ETH_DESC_LENGTH;
    if ((status & (whole | ETH_RDES3_ES)) != whole)
        return;
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
    if (p == NULL)
        return;
    pbuf_take(p, rx_buffer[i], (u16_t)size);
    if (netif->input(p, netif) != ERR_OK)
        pbuf_free(p);
}

void ethernet_poll(struct netif *netif)
{
    while (!(rx[rx_next].DESC3 & ETH_DESC_OWN)) {
        take(netif, rx_next);
        give(rx_next);
        rx_next = (rx_next + 1u) % RX_COUNT;
    }
}

err_t ethernet_init(struct netif *netif)
{
    static const uint8_t address[6] = {0x02, 0x46, 0x4F, 0x52, 0x45, 0x01};
    memcpy(netif->hwaddr, address, sizeof address);
    netif->hwaddr_len = sizeof address;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = output;
    init_pins();
    init_clocks();
    start(address);
    return ERR_OK;
}
