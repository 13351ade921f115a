/* stm32h7xx_hal_subset.c - STAND-IN for ST's HAL: see the header. By ports/stm32h7/registers.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stm32h7xx_hal_subset.h"
#include "core.h"
#include "gpio.h"
#include "registers.h"
#include "rules.h"

#define HSI_HZ   64000000u
#define HSE_HZ   25000000u
#define LIMIT_MS 100u

GPIO_TypeDef hal_subset_port_j = {'J'}, hal_subset_port_k = {'K'};

static volatile uint32_t ticks;
static uint32_t pll_hz, sysclk_hz = HSI_HZ, hclk_hz = HSI_HZ, pclk1_hz = HSI_HZ;

/* --- core --- */

/* FPU on (DDI 0403E B3.2.20); the vector table is the active bank's. */
void SystemInit(void)
{
    *(volatile uint32_t *)0xE000ED88u |= 0x00F00000u;
    core_dsb();
    core_isb();
    SCB_VTOR = FLASH_ACTIVE_ADDRESS;
}

static void start_tick(void)
{
    SYST_CSR = 0;
    SYST_RVR = sysclk_hz / 1000u - 1u;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

HAL_StatusTypeDef HAL_Init(void)
{
    start_tick();
    return HAL_OK;
}

void HAL_IncTick(void)
{
    ticks++;
}

uint32_t HAL_GetTick(void)
{
    return ticks;
}

void HAL_Delay(uint32_t milliseconds)
{
    uint32_t start = ticks;
    while (ticks - start <= milliseconds)
        ;
}

static HAL_StatusTypeDef wait_for(const volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    uint32_t start = ticks;
    while ((*reg & mask) != value)
        if (ticks - start > LIMIT_MS)
            return HAL_TIMEOUT;
    return HAL_OK;
}

/* --- power, clocks --- */

HAL_StatusTypeDef HAL_PWREx_ConfigSupply(uint32_t supply)
{
    if (supply != PWR_DIRECT_SMPS_SUPPLY)
        return HAL_ERROR;
    PWR_CR3 = (PWR_CR3 & ~PWR_CR3_SUPPLY) | PWR_CR3_SDEN;
    if ((PWR_CR3 & PWR_CR3_SUPPLY) != PWR_CR3_SDEN)
        return HAL_ERROR;
    PWR_D3CR = PWR_D3CR_VOS_SCALE1;
    return wait_for(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY);
}

HAL_StatusTypeDef HAL_RCC_OscConfig(const RCC_OscInitTypeDef *oscillators)
{
    const RCC_PLLInitTypeDef *pll = &oscillators->PLL;
    RCC_CR |= RCC_CR_HSEON;
    if (wait_for(&RCC_CR, RCC_CR_HSERDY, RCC_CR_HSERDY) != HAL_OK)
        return HAL_TIMEOUT;
    RCC_PLLCKSELR = RCC_PLLCKSELR_HSE | pll->PLLM << 4;
    RCC_PLLCFGR = (RCC_PLLCFGR & ~RCC_PLLCFGR_PLL1) | RCC_PLLCFGR_RGE_4_8 | RCC_PLLCFGR_DIVP1EN;
    RCC_PLL1DIVR =
        (pll->PLLN - 1u) | (pll->PLLP - 1u) << 9 | (pll->PLLQ - 1u) << 16 | (pll->PLLR - 1u) << 24;
    RCC_CR |= RCC_CR_PLL1ON;
    pll_hz = HSE_HZ / pll->PLLM * pll->PLLN / pll->PLLP;
    return wait_for(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY);
}

/* The field of a divider: AHB and SYSCLK 1: 0, 2: 8; APB 1: 0, 2: 4, 4: 5 (RM0399 9.7). */
static uint32_t ahb_field(uint32_t divider)
{
    return divider == 1 ? 0u : divider == 2 ? 8u : 9u;
}

static uint32_t apb_field(uint32_t divider)
{
    return divider == 1 ? 0u : divider == 2 ? 4u : 5u;
}

HAL_StatusTypeDef HAL_RCC_ClockConfig(const RCC_ClkInitTypeDef *clocks, uint32_t latency)
{
    uint32_t apb = apb_field(clocks->APB1CLKDivider);
    sysclk_hz = pll_hz / clocks->SYSCLKDivider;
    hclk_hz = sysclk_hz / clocks->AHBCLKDivider;
    pclk1_hz = hclk_hz / clocks->APB1CLKDivider;
    FLASH_ACR = latency | 2u << 4; /* WRHIGHFREQ 2: RM0399 4.3.8, its table of wait states */
    RCC_D1CFGR =
        ahb_field(clocks->AHBCLKDivider) | apb << 4 | ahb_field(clocks->SYSCLKDivider) << 8;
    RCC_D2CFGR = apb << 4 | apb << 8;
    RCC_D3CFGR = apb << 4;
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SW) | RCC_CFGR_SW_PLL1;
    if (wait_for(&RCC_CFGR, RCC_CFGR_SWS, RCC_CFGR_SWS_PLL1) != HAL_OK)
        return HAL_TIMEOUT;
    start_tick();
    return HAL_OK;
}

uint32_t HAL_RCC_GetSysClockFreq(void)
{
    return sysclk_hz;
}

uint32_t HAL_RCC_GetHCLKFreq(void)
{
    return hclk_hz;
}

uint32_t HAL_RCC_GetPCLK1Freq(void)
{
    return pclk1_hz;
}

/* --- pins --- */

static int number_of(uint32_t pin)
{
    return __builtin_ctz(pin);
}

void HAL_GPIO_Init(GPIO_TypeDef *port, const GPIO_InitTypeDef *pins)
{
    for (uint32_t left = pins->Pin; left; left &= left - 1u)
        flota_gpio_output(port->letter, number_of(left));
}

void HAL_GPIO_WritePin(GPIO_TypeDef *port, uint16_t pin, GPIO_PinState level)
{
    flota_gpio_write(port->letter, number_of(pin), level == GPIO_PIN_SET);
}

GPIO_PinState HAL_GPIO_ReadPin(GPIO_TypeDef *port, uint16_t pin)
{
    return flota_gpio_read(port->letter, number_of(pin)) ? GPIO_PIN_SET : GPIO_PIN_RESET;
}

/* --- crti.o, which this build leaves out (-nostartfiles); CubeMX's links it --- */

void _init(void);

void _init(void)
{
}
