/* clock.c - supply, voltage scale, oscillator, PLL, dividers.
 *
 *     HSE 25 MHz / 5 = 5 MHz -> PLL1 x 160 = 800 MHz / 2 = 400 MHz core
 *     AXI, AHB: 200 MHz; APB1 to APB4: 100 MHz
 *
 * 400 MHz is the limit of voltage scale 1 (datasheet DS12923, general operating conditions). The
 * board feeds VCORE from the step-down converter alone (README.md, Supply); another setting than
 * the wiring's can make a board unreachable, and PWR_CR3 takes only the first write after power-on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "registers.h"
#include "stm32h7.h"

#define PLL_M        5u
#define PLL_N        160u
#define PLL_P        2u
#define CPU_HZ       400000000u
#define HCLK_HZ      200000000u
#define PCLK_HZ      100000000u
#define LIMIT_MS     10u
#define HSE_START_MS 50u /* a crystal needs about 2 ms; a bad one longer */

static struct stm32h7_clock clock = {STM32H7_HSI_HZ, STM32H7_HSI_HZ, STM32H7_HSI_HZ, NULL};

/* The step-down converter supplies the core directly, the linear regulator is off:
 * RM0399 7.4.1, 7.8.4. */
static const char *set_supply(void)
{
    PWR_CR3 = (PWR_CR3 & ~PWR_CR3_SUPPLY) | PWR_CR3_SDEN;
    if ((PWR_CR3 & PWR_CR3_SUPPLY) != PWR_CR3_SDEN)
        return "another firmware has fixed the supply setting: switch the board off and on";
    if (!stm32h7_wait(&PWR_CSR1, PWR_CSR1_ACTVOSRDY, PWR_CSR1_ACTVOSRDY, LIMIT_MS))
        return "the core voltage is not ready";
    PWR_D3CR = PWR_D3CR_VOS_SCALE1;
    if (!stm32h7_wait(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY, LIMIT_MS))
        return "voltage scale 1 is not reached";
    return NULL;
}

static const char *start_oscillators(void)
{
    RCC_CR |= RCC_CR_HSEON;
    if (!stm32h7_wait(&RCC_CR, RCC_CR_HSERDY, RCC_CR_HSERDY, HSE_START_MS))
        return "the 25 MHz crystal does not start";
    RCC_PLLCKSELR = RCC_PLLCKSELR_HSE | PLL_M << 4;
    RCC_PLLCFGR = (RCC_PLLCFGR & ~RCC_PLLCFGR_PLL1) | RCC_PLLCFGR_RGE_4_8 | RCC_PLLCFGR_DIVP1EN;
    RCC_PLL1DIVR = (PLL_N - 1u) | (PLL_P - 1u) << 9 | 1u << 16 | 1u << 24;
    RCC_CR |= RCC_CR_PLL1ON;
    if (!stm32h7_wait(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY, LIMIT_MS))
        return "the PLL does not lock";
    return NULL;
}

/* Dividers and wait states first: they suit the slow clock, too. */
static const char *switch_over(void)
{
    const uint32_t half_ahb = 8u, half_apb = 4u;
    uint32_t acr = (uint32_t)stm32h7_flash_acr(HCLK_HZ);
    FLASH_ACR = acr;
    if (FLASH_ACR != acr)
        return "the flash wait states cannot be set";
    RCC_D1CFGR = half_ahb | half_apb << 4;
    RCC_D2CFGR = half_apb << 4 | half_apb << 8;
    RCC_D3CFGR = half_apb << 4;
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SW) | RCC_CFGR_SW_PLL1;
    if (stm32h7_wait(&RCC_CFGR, RCC_CFGR_SWS, RCC_CFGR_SWS_PLL1, LIMIT_MS))
        return NULL;
    RCC_CFGR = RCC_CFGR & ~RCC_CFGR_SW;
    RCC_D1CFGR = 0;
    RCC_D2CFGR = 0;
    RCC_D3CFGR = 0;
    return "the core does not switch to the PLL";
}

const struct stm32h7_clock *stm32h7_clock_init(void)
{
    const char *problem = set_supply();
    if (!problem)
        problem = start_oscillators();
    if (!problem)
        problem = switch_over();
    if (!problem)
        clock = (struct stm32h7_clock){CPU_HZ, HCLK_HZ, PCLK_HZ, NULL};
    clock.problem = problem;
    return &clock;
}

const struct stm32h7_clock *stm32h7_clock_now(void)
{
    return &clock;
}
