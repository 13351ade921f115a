/* stm32h743.h - the registers of the STM32H743 that this project uses, in the style of the vendor's
 * header. Names, offsets and bits: RM0399 (STM32H745), which describes the same peripherals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H743_H
#define STM32H743_H

#include <stdint.h>

#define __IO volatile

/* --- memory --- */
#define FLASH_BANK1_BASE  0x08000000u /* the bank that boots, whichever it is */
#define FLASH_BANK2_BASE  0x08100000u /* the other one */
#define FLASH_SECTOR_SIZE 0x00020000u

/* --- Cortex-M7: NVIC, SCB, SysTick (Armv7-M manual, B3) --- */
typedef struct {
    __IO uint32_t CTRL, LOAD, VAL, CALIB;
} SysTick_TypeDef;
#define SysTick                 ((SysTick_TypeDef *)0xE000E010u)
#define SysTick_CTRL_ENABLE_Msk (1u << 0)
#define SysTick_CTRL_TICKINT    (1u << 1)
#define SysTick_CTRL_CLKSOURCE  (1u << 2)

#define NVIC_ISER             ((__IO uint32_t *)0xE000E100u)
#define SCB_AIRCR             (*(__IO uint32_t *)0xE000ED0Cu)
#define SCB_AIRCR_SYSRESETREQ 0x05FA0004u
#define SCB_CPACR             (*(__IO uint32_t *)0xE000ED88u)
#define SCB_CPACR_FPU         (0xFu << 20)
#define __WFI()               __asm volatile("wfi" ::: "memory")
#define __DSB()               __asm volatile("dsb" ::: "memory")
#define __ISB()               __asm volatile("isb" ::: "memory")
#define __disable_irq()       __asm volatile("cpsid i" ::: "memory")

/* --- RCC (RM0399 9.7) --- */
#define RCC_BASE             0x58024400u
#define RCC_AHB1RSTR         (*(__IO uint32_t *)(RCC_BASE + 0x080u))
#define RCC_AHB1ENR          (*(__IO uint32_t *)(RCC_BASE + 0x0D8u))
#define RCC_AHB2ENR          (*(__IO uint32_t *)(RCC_BASE + 0x0DCu))
#define RCC_AHB4ENR          (*(__IO uint32_t *)(RCC_BASE + 0x0E0u))
#define RCC_APB1LENR         (*(__IO uint32_t *)(RCC_BASE + 0x0E8u))
#define RCC_APB4ENR          (*(__IO uint32_t *)(RCC_BASE + 0x0F4u))
#define RCC_AHB1ENR_ETH1     (7u << 15) /* MAC, TX, RX */
#define RCC_AHB1RSTR_ETH1MAC (1u << 15)
#define RCC_AHB2ENR_SRAM     (3u << 29) /* SRAM1, SRAM2 */
#define RCC_APB1LENR_USART3  (1u << 18)
#define RCC_APB4ENR_SYSCFG   (1u << 1)

/* --- GPIO (RM0399 12.4) --- */
typedef struct {
    __IO uint32_t MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFR[2];
} GPIO_TypeDef;
#define GPIO_BASE    0x58020000u
#define GPIO(letter) ((GPIO_TypeDef *)(GPIO_BASE + 0x400u * (uint32_t)((letter) - 'A')))

/* --- SYSCFG --- */
#define SYSCFG_PMCR          (*(__IO uint32_t *)0x58000404u)
#define SYSCFG_PMCR_EPIS_SEL (7u << 21) /* 0: MII */

/* --- USART (RM0399 51) --- */
typedef struct {
    __IO uint32_t CR1, CR2, CR3, BRR, GTPR, RTOR, RQR, ISR, ICR, RDR, TDR;
} USART_TypeDef;
#define USART3        ((USART_TypeDef *)0x40004800u)
#define USART_CR1_UE  (1u << 0)
#define USART_CR1_TE  (1u << 3)
#define USART_ISR_TXE (1u << 7)

/* --- flash interface (RM0399 4.9): one set of registers per bank --- */
typedef struct {
    __IO uint32_t ACR, KEYR, OPTKEYR, CR, SR, CCR, OPTCR, OPTSR_CUR, OPTSR_PRG, OPTCCR;
} FLASH_TypeDef;
#define FLASH1                ((FLASH_TypeDef *)0x52002000u)
#define FLASH2                ((FLASH_TypeDef *)0x52002100u)
#define FLASH_KEY1            0x45670123u
#define FLASH_KEY2            0xCDEF89ABu
#define FLASH_OPTKEY1         0x08192A3Bu
#define FLASH_OPTKEY2         0x4C5D6E7Fu
#define FLASH_CR_LOCK         (1u << 0)
#define FLASH_CR_PG           (1u << 1)
#define FLASH_CR_SER          (1u << 2)
#define FLASH_CR_PSIZE_64     (3u << 4)
#define FLASH_CR_START        (1u << 7)
#define FLASH_CR_SNB_Pos      8u
#define FLASH_SR_BSY          (1u << 0)
#define FLASH_SR_QW           (1u << 2)
#define FLASH_SR_ERRORS       0x07EE0000u
#define FLASH_OPTCR_OPTLOCK   (1u << 0)
#define FLASH_OPTCR_OPTSTART  (1u << 1)
#define FLASH_OPTCR_SWAP_BANK (1u << 31)
#define FLASH_OPTSR_BUSY      (1u << 0)
#define FLASH_OPTSR_SWAP_BANK (1u << 31)

/* --- Ethernet (RM0399 58) --- */
#define ETH_BASE              0x40028000u
#define ETH_REG(offset)       (*(__IO uint32_t *)(ETH_BASE + (offset)))
#define ETH_MACCR             ETH_REG(0x000u)
#define ETH_MACCR_RE          (1u << 0)
#define ETH_MACCR_TE          (1u << 1)
#define ETH_MACCR_DM          (1u << 13)
#define ETH_MACCR_FES         (1u << 14)
#define ETH_MACCR_CST         (1u << 21)
#define ETH_MACPFR            ETH_REG(0x008u)
#define ETH_MACMDIOAR         ETH_REG(0x200u)
#define ETH_MACMDIOAR_MB      (1u << 0)
#define ETH_MACMDIOAR_READ    (3u << 2)
#define ETH_MACMDIOAR_CR_62   (1u << 8)
#define ETH_MACMDIODR         ETH_REG(0x204u)
#define ETH_MACA0HR           ETH_REG(0x300u)
#define ETH_MACA0LR           ETH_REG(0x304u)
#define ETH_MTLTQOMR          ETH_REG(0xD00u)
#define ETH_MTLTQOMR_TSF      (1u << 1)
#define ETH_MTLTQOMR_TXQEN    (2u << 2)
#define ETH_MTLTQOMR_TQS_2048 (7u << 16)
#define ETH_MTLRQOMR          ETH_REG(0xD30u)
#define ETH_MTLRQOMR_RSF      (1u << 5)
#define ETH_DMAMR             ETH_REG(0x1000u)
#define ETH_DMAMR_SWR         (1u << 0)
#define ETH_DMASBMR           ETH_REG(0x1004u)
#define ETH_DMASBMR_AAL       (1u << 12)
#define ETH_DMACTCR           ETH_REG(0x1104u)
#define ETH_DMACTCR_ST        (1u << 0)
#define ETH_DMACRCR           ETH_REG(0x1108u)
#define ETH_DMACRCR_SR        (1u << 0)
#define ETH_DMACxCR_PBL_32    (32u << 16)
#define ETH_DMACRCR_RBSZ_Pos  1u
#define ETH_DMACTDLAR         ETH_REG(0x1114u)
#define ETH_DMACRDLAR         ETH_REG(0x111Cu)
#define ETH_DMACTDTPR         ETH_REG(0x1120u)
#define ETH_DMACRDTPR         ETH_REG(0x1128u)
#define ETH_DMACTDRLR         ETH_REG(0x112Cu)
#define ETH_DMACRDRLR         ETH_REG(0x1130u)
#define ETH_DMACIER           ETH_REG(0x1134u)
#define ETH_DMACSR            ETH_REG(0x1160u)
#define ETH_DMACIER_RI        ((1u << 6) | (1u << 15)) /* received, and the sum of normal interrupts */
#define ETH_DESC_OWN          (1u << 31)
#define ETH_DESC_IOC          (1u << 30)
#define ETH_DESC_FD           (1u << 29)
#define ETH_DESC_LD           (1u << 28)
#define ETH_RDES3_BUF1V       (1u << 24)
#define ETH_RDES3_ES          (1u << 15)
#define ETH_DESC_LENGTH       0x7FFFu
#define ETH_IRQ_NUMBER        61u

#endif
