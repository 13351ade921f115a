/* registers.h - the STM32H745 registers that this port uses: addresses, and bits by their names.
 *
 * Facts from RM0399 (STM32H745/755 and STM32H747/757 reference manual), chapter by chapter; memory
 * map in its table "Register boundary addresses". Only what is used is here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_REGISTERS_H
#define STM32H7_REGISTERS_H

#include "core.h"

/* --- interrupt numbers: NVIC chapter, vector table --- */

#define IRQ_COUNT  150u
#define IRQ_FLASH  4u
#define IRQ_USART3 39u
#define IRQ_ETH    61u

/* --- memory: chapter 2, memory and bus architecture --- */

#define FLASH_ACTIVE_ADDRESS 0x08000000u /* whichever bank is mapped first */
#define FLASH_SPARE_ADDRESS  0x08100000u
#define FLASH_BANK_SIZE      0x00100000u
#define FLASH_SECTOR_SIZE    0x00020000u
#define FLASH_SECTOR_COUNT   8u
#define FLASH_WORD_SIZE      32u
#define DTCM_ADDRESS         0x20000000u
#define DTCM_SIZE            0x00020000u
#define LAST_WORDS_SIZE      0x00000100u /* at the end of DTCM: last_words.c, stm32h745.ld */
#define LAST_WORDS_ADDRESS   (DTCM_ADDRESS + DTCM_SIZE - LAST_WORDS_SIZE)
#define AXI_SRAM_ADDRESS     0x24000000u
#define AXI_SRAM_SIZE        0x00080000u
#define SRAM12_ADDRESS       0x30000000u
#define SRAM12_SIZE          0x00040000u

/* --- chapter 4: embedded flash. Set 1 (index 0) serves what is mapped at 0x08000000, set 2 (index
 * 1) what is mapped at 0x08100000: with swapped banks the sets swap too, so set 2 is always the
 * spare bank --- */

#define FLASH_BASE           0x52002000u
#define FLASH_ACR            REG32(FLASH_BASE + 0x000u) /* LATENCY 3:0, WRHIGHFREQ 5:4 */
#define FLASH_SET(set)       (FLASH_BASE + 0x100u * (set))
#define FLASH_KEYR(set)      REG32(FLASH_SET(set) + 0x004u)
#define FLASH_KEY1           0x45670123u
#define FLASH_KEY2           0xCDEF89ABu
#define FLASH_CR(set)        REG32(FLASH_SET(set) + 0x00Cu)
#define FLASH_CR_LOCK        (1u << 0)
#define FLASH_CR_PG          (1u << 1)
#define FLASH_CR_SER         (1u << 2)
#define FLASH_CR_PSIZE_X64   (3u << 4)
#define FLASH_CR_START       (1u << 7)
#define FLASH_CR_SNB(sector) ((sector) << 8)
#define FLASH_CR_EOPIE       (1u << 16)
#define FLASH_SR(set)        REG32(FLASH_SET(set) + 0x010u)
#define FLASH_SR_BSY         (1u << 0)
#define FLASH_SR_WBNE        (1u << 1) /* a flash word is incomplete */
#define FLASH_SR_QW          (1u << 2) /* an operation waits or runs */
#define FLASH_SR_CRC_BUSY    (1u << 3)
#define FLASH_SR_EOP         (1u << 16)
#define FLASH_SR_WRPERR      (1u << 17)
#define FLASH_SR_PGSERR      (1u << 18)
#define FLASH_SR_STRBERR     (1u << 19)
#define FLASH_SR_INCERR      (1u << 21)
#define FLASH_SR_OPERR       (1u << 22)
#define FLASH_SR_RDPERR      (1u << 23)
#define FLASH_SR_RDSERR      (1u << 24)
#define FLASH_SR_SNECCERR    (1u << 25) /* corrected, the data are good */
#define FLASH_SR_DBECCERR    (1u << 26)
#define FLASH_SR_CRCEND      (1u << 27)
#define FLASH_CCR(set)       REG32(FLASH_SET(set) + 0x014u) /* clears the SR flags, same places */
#define FLASH_SR_WRITE_ERRORS                                                                      \
    (FLASH_SR_WRPERR | FLASH_SR_PGSERR | FLASH_SR_STRBERR | FLASH_SR_INCERR | FLASH_SR_OPERR)
#define FLASH_SR_READ_ERRORS (FLASH_SR_RDPERR | FLASH_SR_RDSERR | FLASH_SR_DBECCERR)
#define FLASH_SR_FLAGS                                                                             \
    (FLASH_SR_EOP | FLASH_SR_WRITE_ERRORS | FLASH_SR_READ_ERRORS | FLASH_SR_SNECCERR |             \
     FLASH_SR_CRCEND)

#define FLASH_OPTKEYR                 REG32(FLASH_BASE + 0x008u)
#define FLASH_OPTKEY1                 0x08192A3Bu
#define FLASH_OPTKEY2                 0x4C5D6E7Fu
#define FLASH_OPTCR                   REG32(FLASH_BASE + 0x018u)
#define FLASH_OPTCR_OPTLOCK           (1u << 0)
#define FLASH_OPTCR_OPTSTART          (1u << 1)
#define FLASH_OPTCR_SWAP_BANK         (1u << 31) /* the mapping in force */
#define FLASH_OPTSR_CUR               REG32(FLASH_BASE + 0x01Cu)
#define FLASH_OPTSR_PRG               REG32(FLASH_BASE + 0x020u)
#define FLASH_OPTSR_OPT_BUSY          (1u << 0)
#define FLASH_OPTSR_IWDG1_SW          (1u << 4) /* 0: the watchdog starts with the chip */
#define FLASH_OPTSR_BCM4              (1u << 22)
#define FLASH_OPTSR_OPTCHANGEERR      (1u << 30)
#define FLASH_OPTSR_SWAP_BANK_OPT     (1u << 31) /* the mapping after the next reset */
#define FLASH_OPTCCR                  REG32(FLASH_BASE + 0x024u)
#define FLASH_OPTCCR_CLR_OPTCHANGEERR (1u << 30)
/* Offsets of the other option registers in force; their _PRG twins are 4 further. */
#define FLASH_PRAR_CUR1 0x028u
#define FLASH_SCAR_CUR1 0x030u
#define FLASH_WPSN_CUR1 0x038u
#define FLASH_BOOT7_CUR 0x040u
#define FLASH_BOOT4_CUR 0x048u
#define FLASH_PRAR_CUR2 0x128u
#define FLASH_SCAR_CUR2 0x130u
#define FLASH_WPSN_CUR2 0x138u

/* --- chapter 7: power control --- */

#define PWR_BASE            0x58024800u
#define PWR_CSR1            REG32(PWR_BASE + 0x004u)
#define PWR_CSR1_ACTVOSRDY  (1u << 13)
#define PWR_CR3             REG32(PWR_BASE + 0x00Cu) /* low byte: writable once after power-on */
#define PWR_CR3_BYPASS      (1u << 0)
#define PWR_CR3_LDOEN       (1u << 1)
#define PWR_CR3_SDEN        (1u << 2) /* SMPS step-down converter */
#define PWR_CR3_SDEXTHP     (1u << 3)
#define PWR_CR3_SDLEVEL     (3u << 4)
#define PWR_CR3_SUPPLY      (0x3Fu)
#define PWR_D3CR            REG32(PWR_BASE + 0x018u)
#define PWR_D3CR_VOSRDY     (1u << 13)
#define PWR_D3CR_VOS_SCALE1 (3u << 14)

/* --- chapter 9: reset and clock control --- */

#define RCC_BASE            0x58024400u
#define RCC_CR              REG32(RCC_BASE + 0x000u)
#define RCC_CR_HSI48ON      (1u << 12)
#define RCC_CR_HSI48RDY     (1u << 13)
#define RCC_CR_HSEON        (1u << 16)
#define RCC_CR_HSERDY       (1u << 17)
#define RCC_CR_PLL1ON       (1u << 24)
#define RCC_CR_PLL1RDY      (1u << 25)
#define RCC_CFGR            REG32(RCC_BASE + 0x010u)
#define RCC_CFGR_SW         (7u << 0)
#define RCC_CFGR_SW_PLL1    (3u << 0)
#define RCC_CFGR_SWS        (7u << 3)
#define RCC_CFGR_SWS_PLL1   (3u << 3)
#define RCC_D1CFGR          REG32(RCC_BASE + 0x018u) /* HPRE 3:0, D1PPRE 6:4, D1CPRE 11:8 */
#define RCC_D2CFGR          REG32(RCC_BASE + 0x01Cu) /* D2PPRE1 6:4, D2PPRE2 10:8 */
#define RCC_D3CFGR          REG32(RCC_BASE + 0x020u) /* D3PPRE 6:4 */
#define RCC_PLLCKSELR       REG32(RCC_BASE + 0x028u) /* PLLSRC 1:0, DIVM1 9:4 */
#define RCC_PLLCKSELR_HSE   (2u << 0)
#define RCC_PLLCFGR         REG32(RCC_BASE + 0x02Cu)
#define RCC_PLLCFGR_PLL1    (0xFu | (7u << 16)) /* FRACEN, VCOSEL, RGE; DIVP1EN, DIVQ1EN, DIVR1EN */
#define RCC_PLLCFGR_RGE_4_8 (2u << 2)           /* reference of 4 to 8 MHz */
#define RCC_PLLCFGR_DIVP1EN (1u << 16)
#define RCC_PLL1DIVR        REG32(RCC_BASE + 0x030u) /* less one: N 8:0, P 15:9, Q 22:16, R 30:24 */
#define RCC_AHB1RSTR        REG32(RCC_BASE + 0x080u)
#define RCC_RSR             REG32(RCC_BASE + 0x0D0u) /* reset flags: rules.h names them */
#define RCC_RSR_RMVF        (1u << 16)               /* clears them */
#define RCC_AHB1ENR         REG32(RCC_BASE + 0x0D8u)
#define RCC_AHB1_ETH1MAC    (1u << 15)
#define RCC_AHB1_ETH1TX     (1u << 16)
#define RCC_AHB1_ETH1RX     (1u << 17)
#define RCC_AHB2ENR         REG32(RCC_BASE + 0x0DCu)
#define RCC_AHB2_RNG        (1u << 6)
#define RCC_AHB2_SRAM1      (1u << 29)
#define RCC_AHB2_SRAM2      (1u << 30)
#define RCC_AHB4ENR         REG32(RCC_BASE + 0x0E0u) /* GPIOA to GPIOK: bits 0 to 10 */
#define RCC_APB1LENR        REG32(RCC_BASE + 0x0E8u)
#define RCC_APB1L_USART3    (1u << 18)
#define RCC_APB4ENR         REG32(RCC_BASE + 0x0F4u)
#define RCC_APB4_SYSCFG     (1u << 1)

/* --- chapter 12: general-purpose I/Os; ports A to K are 0 to 10 --- */

#define GPIO_BASE(port)    (0x58020000u + 0x400u * (port))
#define GPIO_MODER(port)   REG32(GPIO_BASE(port) + 0x00u)
#define GPIO_OTYPER(port)  REG32(GPIO_BASE(port) + 0x04u)
#define GPIO_OSPEEDR(port) REG32(GPIO_BASE(port) + 0x08u)
#define GPIO_PUPDR(port)   REG32(GPIO_BASE(port) + 0x0Cu)
#define GPIO_IDR(port)     REG32(GPIO_BASE(port) + 0x10u)
#define GPIO_BSRR(port)    REG32(GPIO_BASE(port) + 0x18u)
#define GPIO_AFR(port, i)  REG32(GPIO_BASE(port) + 0x20u + 4u * (i))

/* --- system configuration controller --- */

#define SYSCFG_PMCR          REG32(0x58000400u + 0x04u)
#define SYSCFG_PMCR_EPIS_SEL (7u << 21) /* 0: MII, 4: RMII */

/* --- chapter 34: true random number generator --- */

#define RNG_CR       REG32(0x48021800u + 0x00u)
#define RNG_CR_RNGEN (1u << 2)
#define RNG_SR       REG32(0x48021800u + 0x04u)
#define RNG_SR_DRDY  (1u << 0)
#define RNG_SR_CECS  (1u << 1)
#define RNG_SR_SECS  (1u << 2)
#define RNG_SR_CEIS  (1u << 5)
#define RNG_SR_SEIS  (1u << 6)
#define RNG_DR       REG32(0x48021800u + 0x08u)

/* --- chapter 49: independent watchdog of the Cortex-M7 --- */

#define IWDG1_KR        REG32(0x58004800u + 0x00u)
#define IWDG_KEY_START  0xCCCCu
#define IWDG_KEY_WRITE  0x5555u
#define IWDG_KEY_FEED   0xAAAAu
#define IWDG1_PR        REG32(0x58004800u + 0x04u)
#define IWDG_PR_256     6u
#define IWDG1_RLR       REG32(0x58004800u + 0x08u)
#define IWDG1_SR        REG32(0x58004800u + 0x0Cu)
#define IWDG_SR_UPDATES 7u /* PVU, RVU, WVU: a new value is on its way */

/* --- chapter 52: USART --- */

#define USART3_BASE      0x40004800u
#define USART3_CR1       REG32(USART3_BASE + 0x00u)
#define USART_CR1_UE     (1u << 0)
#define USART_CR1_RE     (1u << 2)
#define USART_CR1_TE     (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TXEIE  (1u << 7)
#define USART_CR1_FIFOEN (1u << 29)
#define USART3_CR2       REG32(USART3_BASE + 0x04u)
#define USART3_CR3       REG32(USART3_BASE + 0x08u)
#define USART3_BRR       REG32(USART3_BASE + 0x0Cu)
#define USART3_RQR       REG32(USART3_BASE + 0x18u)
#define USART_RQR_RXFRQ  (1u << 3)
#define USART3_ISR       REG32(USART3_BASE + 0x1Cu)
#define USART_ISR_ORE    (1u << 3)
#define USART_ISR_RXNE   (1u << 5)
#define USART_ISR_TC     (1u << 6)
#define USART_ISR_TXE    (1u << 7)
#define USART3_ICR       REG32(USART3_BASE + 0x20u)
#define USART3_RDR       REG32(USART3_BASE + 0x24u)
#define USART3_TDR       REG32(USART3_BASE + 0x28u)

/* --- Ethernet: media access control with DMA controller --- */

#define ETH_REG(offset)        REG32(0x40028000u + (offset))
#define ETH_MACCR              ETH_REG(0x000u)
#define ETH_MACCR_RE           (1u << 0)
#define ETH_MACCR_TE           (1u << 1)
#define ETH_MACCR_DM           (1u << 13) /* full duplex */
#define ETH_MACCR_FES          (1u << 14) /* 100 Mbit/s */
#define ETH_MACCR_ACS          (1u << 20) /* strip padding and FCS of 802.3 length frames */
#define ETH_MACCR_CST          (1u << 21) /* strip the FCS of type frames */
#define ETH_MACCR_IPC          (1u << 27) /* check checksums of received packets */
#define ETH_MACPFR             ETH_REG(0x008u)
#define ETH_MACIER             ETH_REG(0x0B4u)
#define ETH_MACMDIOAR          ETH_REG(0x200u)
#define ETH_MACMDIOAR_MB       (1u << 0)
#define ETH_MACMDIOAR_WRITE    (1u << 2)
#define ETH_MACMDIOAR_READ     (3u << 2)
#define ETH_MACMDIOAR_CR(code) ((code) << 8)
#define ETH_MACMDIOAR_RDA(reg) ((reg) << 16)
#define ETH_MACMDIOAR_PA(phy)  ((phy) << 21)
#define ETH_MACMDIODR          ETH_REG(0x204u)
#define ETH_MACA0HR            ETH_REG(0x300u)
#define ETH_MACA0HR_AE         (1u << 31)
#define ETH_MACA0LR            ETH_REG(0x304u)
#define ETH_MMC_RX_MASK        ETH_REG(0x70Cu)
#define ETH_MMC_TX_MASK        ETH_REG(0x710u)
#define ETH_MMC_ALL            0x0FFFFFFFu
#define ETH_MTLTQOMR           ETH_REG(0xD00u)
#define ETH_MTLTQOMR_FTQ       (1u << 0)
#define ETH_MTLTQOMR_TSF       (1u << 1) /* store and forward: needed to insert checksums */
#define ETH_MTLTQOMR_TXQEN     (2u << 2)
#define ETH_MTLTQOMR_TQS_2048  (7u << 16)
#define ETH_MTLRQOMR           ETH_REG(0xD30u)
#define ETH_MTLRQOMR_RSF       (1u << 5) /* store and forward: bad packets never reach memory */
#define ETH_DMAMR              ETH_REG(0x1000u)
#define ETH_DMAMR_SWR          (1u << 0)
#define ETH_DMASBMR            ETH_REG(0x1004u)
#define ETH_DMASBMR_AAL        (1u << 12)
#define ETH_DMADSR             ETH_REG(0x100Cu)
#define ETH_DMADSR_STATES      (0xFFu << 8) /* transmit and receive process; 0: both stopped */
#define ETH_DMACCR             ETH_REG(0x1100u)
#define ETH_DMACTCR            ETH_REG(0x1104u)
#define ETH_DMACTCR_ST         (1u << 0)
#define ETH_DMACTCR_PBL(beats) ((beats) << 16)
#define ETH_DMACRCR            ETH_REG(0x1108u)
#define ETH_DMACRCR_SR         (1u << 0)
#define ETH_DMACRCR_RBSZ(size) ((size) << 1)
#define ETH_DMACRCR_PBL(beats) ((beats) << 16)
#define ETH_DMACTDLAR          ETH_REG(0x1114u)
#define ETH_DMACRDLAR          ETH_REG(0x111Cu)
#define ETH_DMACTDTPR          ETH_REG(0x1120u)
#define ETH_DMACRDTPR          ETH_REG(0x1128u)
#define ETH_DMACTDRLR          ETH_REG(0x112Cu)
#define ETH_DMACRDRLR          ETH_REG(0x1130u)
#define ETH_DMACIER            ETH_REG(0x1134u)
#define ETH_DMACSR             ETH_REG(0x1160u)
/* Places in DMACIER and DMACSR. */
#define ETH_DMA_RI  (1u << 6)  /* a frame was received */
#define ETH_DMA_RBU (1u << 7)  /* no receive descriptor was free: suspended */
#define ETH_DMA_RPS (1u << 8)  /* receiving stopped */
#define ETH_DMA_FBE (1u << 12) /* bus error: this channel has stopped for good */
#define ETH_DMA_AIE (1u << 14)
#define ETH_DMA_NIE (1u << 15)

/* Descriptors, normal format. */
#define ETH_DESC_OWN       (1u << 31)
#define ETH_TDES3_FD       (1u << 29)
#define ETH_TDES3_LD       (1u << 28)
#define ETH_TDES3_CIC_FULL (3u << 16) /* insert IP and payload checksums */
#define ETH_RDES3_IOC      (1u << 30)
#define ETH_RDES3_BUF1V    (1u << 24)
#define ETH_RDES3_CTXT     (1u << 30)
#define ETH_RDES3_FD       (1u << 29)
#define ETH_RDES3_LD       (1u << 28)
#define ETH_RDES3_RS1V     (1u << 26) /* RDES1 is valid */
#define ETH_RDES3_ES       (1u << 15)
#define ETH_RDES3_PL       0x7FFFu
#define ETH_RDES1_IPHE     (1u << 3) /* IP header checksum wrong */
#define ETH_RDES1_IPCE     (1u << 7) /* payload checksum wrong */

/* --- microcontroller debug unit; chapter 64: device electronic signature --- */

#define DBGMCU_IDCODE 0x5C001000u /* DEV_ID 11:0, REV_ID 31:16 */
#define UNIQUE_ID     0x1FF1E800u /* 96 bits */
#define FLASH_SIZE_KB 0x1FF1E880u /* 16 bits */

#endif
