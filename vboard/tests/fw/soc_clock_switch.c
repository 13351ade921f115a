/* After the switch to PLL1 the core runs at 400 MHz: a character of USART1, clocked by HSI, takes
 * 400 / 64 times as many core cycles. The switch waits until the PLL is ready. RM0399 9.5.5, 9.7.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define TC (1u << 6)

static uint32_t character_cycles(void)
{
    uint32_t start = cycles();
    USART1(USART_TDR) = 'x';
    while (!(USART1(USART_ISR) & TC)) {
    }
    return cycles() - start;
}

static void raise_voltage(void)
{
    PWR_CR3 = (PWR_CR3 & ~7u) | 4u; /* SMPS alone */
    while (!(PWR_CSR1 & 1u << 13)) {
    }
    PWR_D3CR |= 3u << 14; /* scale 1 */
    while (!(PWR_D3CR & 1u << 13)) {
    }
}

int main(void)
{
    check_begin();
    start_cycle_counter();
    RCC_APB2ENR |= 1u << 4;
    RCC_D2CCIP2R = 3u << 3 | 3u; /* the USARTs run from HSI */
    USART1(USART_BRR) = 640;
    USART1(USART_CR1) = 1u << 3 | 1u;
    CHECK(about(character_cycles(), 6400, 5));
    raise_voltage();
    RCC_PLLCKSELR = 4u << 4;                            /* HSI / 4 = 16 MHz */
    RCC_PLL1DIVR = 49u | 1u << 9 | 1u << 16 | 1u << 24; /* x 50 / 2 = 400 MHz */
    RCC_PLLCFGR = 3u << 2 | 1u << 16;
    RCC_D1CFGR = 8u; /* AHB at half of it */
    RCC_CFGR = 3u;
    CHECK((RCC_CFGR >> 3 & 7u) == 0); /* PLL1 is not even on */
    RCC_CR |= 1u << 24;
    while ((RCC_CFGR >> 3 & 7u) != 3) {
    }
    CHECK(about(character_cycles(), 40000, 5));
    check_pass();
}
