/* soc.h - addresses for the checks of the system peripherals (RM0399 2.3 and the register maps).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SOC_H
#define SOC_H

#include "core.h"

#define RCC(offset)    REG32(0x58024400u + (offset))
#define RCC_CR         RCC(0x000)
#define RCC_CFGR       RCC(0x010)
#define RCC_D1CFGR     RCC(0x018)
#define RCC_PLLCKSELR  RCC(0x028)
#define RCC_PLLCFGR    RCC(0x02C)
#define RCC_PLL1DIVR   RCC(0x030)
#define RCC_D2CCIP2R   RCC(0x054)
#define RCC_AHB4RSTR   RCC(0x088)
#define RCC_APB1LRSTR  RCC(0x090)
#define RCC_APB2RSTR   RCC(0x098)
#define RCC_RSR        RCC(0x0D0)
#define RCC_AHB2ENR    RCC(0x0DC)
#define RCC_AHB4ENR    RCC(0x0E0)
#define RCC_APB1LENR   RCC(0x0E8)
#define RCC_APB2ENR    RCC(0x0F0)
#define RCC_APB4ENR    RCC(0x0F4)
#define RCC_C1_RSR     RCC(0x130)
#define RCC_C1_AHB4ENR RCC(0x140)

#define PWR_CR1  REG32(0x58024800u)
#define PWR_CSR1 REG32(0x58024804u)
#define PWR_CR3  REG32(0x5802480Cu)
#define PWR_D3CR REG32(0x58024818u)

#define GPIO(port, offset) REG32(0x58020000u + 0x400u * (uint32_t)((port) - 'A') + (offset))
#define MODER(port)        GPIO(port, 0x00)
#define PUPDR(port)        GPIO(port, 0x0C)
#define IDR(port)          GPIO(port, 0x10)
#define ODR(port)          GPIO(port, 0x14)
#define BSRR(port)         GPIO(port, 0x18)
#define LCKR(port)         GPIO(port, 0x1C)

#define USART1(offset) REG32(0x40011000u + (offset))
#define USART_CR1      0x00
#define USART_CR3      0x08
#define USART_BRR      0x0C
#define USART_RQR      0x18
#define USART_ISR      0x1C
#define USART_ICR      0x20
#define USART_RDR      0x24
#define USART_TDR      0x28

#define IWDG_KR   REG32(0x58004800u)
#define IWDG_PR   REG32(0x58004804u)
#define IWDG_RLR  REG32(0x58004808u)
#define IWDG_SR   REG32(0x5800480Cu)
#define IWDG_WINR REG32(0x58004810u)

#define RTC_BKPR(n) REG32(0x58004050u + 4u * (n))

#define FLAG_PIN  (1u << 22)
#define FLAG_POR  (1u << 23)
#define FLAG_SFT1 (1u << 24)
#define FLAG_IWDG (1u << 26)
#define FLAG_RMVF (1u << 16)

static inline void start_cycle_counter(void)
{
    REG32(DEMCR) |= 1u << 24;
    REG32(DWT_CYCCNT) = 0;
    REG32(DWT_CTRL) |= 1u;
}

static inline uint32_t cycles(void)
{
    return REG32(DWT_CYCCNT);
}

static inline void wait_cycles(uint32_t count)
{
    uint32_t start = cycles();
    while (cycles() - start < count) {
    }
}

_Noreturn static inline void system_reset(void)
{
    barrier();
    REG32(SCB_AIRCR) = 0x05FA0004u;
    barrier();
    for (;;) {
    }
}

static inline bool about(uint32_t value, uint32_t wanted, uint32_t percent)
{
    uint32_t margin = wanted / 100u * percent;
    return value >= wanted - margin && value <= wanted + margin;
}

#endif
