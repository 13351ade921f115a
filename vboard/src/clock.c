/* clock.c - the clock tree (RM0399 9.5): frequencies from the RCC registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

static uint32_t get(const struct board *board, uint32_t offset)
{
    return board->soc->rcc.reg[offset / 4];
}

uint32_t clock_oscillator_hz(const struct board *board, enum oscillator oscillator)
{
    if (!board->soc->rcc.ready[oscillator])
        return 0;
    switch (oscillator) {
    case OSC_HSI:
        return HSI_HZ >> (get(board, RCC_CR) >> 3 & 3u); /* HSIDIV */
    case OSC_CSI:
        return CSI_HZ;
    case OSC_HSI48:
        return HSI48_HZ;
    case OSC_HSE:
        return HSE_HZ;
    case OSC_LSE:
        return LSE_HZ;
    case OSC_LSI:
        return LSI_HZ;
    default:
        return clock_pll_hz(board, 1 + (int)oscillator - OSC_PLL1, 'p');
    }
}

static uint32_t pll_input_hz(const struct board *board, uint32_t index)
{
    static const enum oscillator sources[3] = {OSC_HSI, OSC_CSI, OSC_HSE};
    uint32_t select = get(board, RCC_PLLCKSELR);
    uint32_t divider = select >> (4 + 8 * index) & 0x3Fu;
    if ((select & 3u) == 3u || divider == 0)
        return 0;
    return clock_oscillator_hz(board, sources[select & 3u]) / divider;
}

static uint64_t pll_vco_hz(const struct board *board, uint32_t index)
{
    uint64_t multiplier = ((get(board, RCC_PLL1DIVR + 8 * index) & 0x1FFu) + 1) << 13;
    if (get(board, RCC_PLLCFGR) >> (4 * index) & 1u) /* FRACEN */
        multiplier += get(board, RCC_PLL1DIVR + 4 + 8 * index) >> 3 & 0x1FFFu;
    return pll_input_hz(board, index) * multiplier >> 13;
}

uint32_t clock_pll_hz(const struct board *board, int pll, char output)
{
    uint32_t index = (uint32_t)pll - 1, which = (uint32_t)(output - 'p');
    static const uint8_t shift[3] = {9, 16, 24};
    uint32_t value = get(board, RCC_PLL1DIVR + 8 * index) >> shift[which] & 0x7Fu;
    bool enabled = get(board, RCC_PLLCFGR) >> (16 + 3 * index + which) & 1u;
    if (!board->soc->rcc.ready[OSC_PLL1 + (int)index] || !enabled)
        return 0;
    return (uint32_t)(pll_vco_hz(board, index) / (value + 1));
}

/* HPRE and D1CPRE: 0xxx divides by 1, then 2, 4, 8, 16, 64, 128, 256, 512. */
static uint32_t divider4(uint32_t field)
{
    static const uint16_t dividers[8] = {2, 4, 8, 16, 64, 128, 256, 512};
    return field & 8u ? dividers[field & 7u] : 1;
}

/* D2PPRE1 and the like: 0xx divides by 1, then 2, 4, 8, 16. */
static uint32_t divider3(uint32_t field)
{
    return field & 4u ? 2u << (field & 3u) : 1;
}

/* Datasheet DS12923, general operating conditions: highest CPU clock at each voltage scale. */
static void warn_if_too_fast(struct board *board)
{
    static const uint32_t limit_mhz[4] = {200, 200, 300,
                                          400}; /* by VOS; 1 is scale 3, 3 is scale 1 */
    struct soc *soc = board->soc;
    uint32_t limit = soc->pwr.overdrive ? 480 : limit_mhz[soc->pwr.active_vos];
    if (soc->rcc.cpu_hz > limit * 1000000u)
        board_warn(
            board,
            "the CPU clock of %u MHz is above %u MHz, the limit of the voltage scale in force",
            soc->rcc.cpu_hz / 1000000u, limit);
}

void clock_compute(struct board *board)
{
    static const enum oscillator sources[4] = {OSC_HSI, OSC_CSI, OSC_HSE, OSC_PLL1};
    struct rcc *rcc = &board->soc->rcc;
    uint32_t system_hz = clock_oscillator_hz(board, sources[rcc->system_source & 3u]);
    uint32_t config = get(board, RCC_D1CFGR);
    if (system_hz == 0 ||
        !behaves(BEHAVIOUR_RCC_CPU_CLOCK)) /* a stopped PLL output: the core would stand */
        system_hz = HSI_HZ;
    rcc->cpu_hz = system_hz / divider4(config >> 8 & 15u);
    rcc->hclk_hz = rcc->cpu_hz / divider4(config & 15u);
    warn_if_too_fast(board);
}

uint32_t clock_pclk_hz(const struct board *board, int bus)
{
    uint32_t config = get(board, RCC_D2CFGR);
    return board->soc->rcc.hclk_hz / divider3(config >> (bus == 1 ? 4 : 8) & 7u);
}

/* D2CCIP2R: USART234578SEL bits 2:0, USART16SEL bits 5:3. */
uint32_t soc_kernel_hz(const struct board *board, int usart)
{
    uint32_t select = get(board, RCC_D2CCIP2R) >> (usart == 1 ? 3 : 0) & 7u;
    switch (select) {
    case 0:
        return clock_pclk_hz(board, usart == 1 ? 2 : 1);
    case 1:
        return clock_pll_hz(board, 2, 'q');
    case 2:
        return clock_pll_hz(board, 3, 'q');
    case 3:
        return clock_oscillator_hz(board, OSC_HSI);
    case 4:
        return clock_oscillator_hz(board, OSC_CSI);
    case 5:
        return clock_oscillator_hz(board, OSC_LSE);
    default:
        return 0;
    }
}

/* D2CCIP2R.RNGSEL, bits 9:8. */
uint32_t clock_rng_hz(const struct board *board)
{
    switch (get(board, RCC_D2CCIP2R) >> 8 & 3u) {
    case 0:
        return clock_oscillator_hz(board, OSC_HSI48);
    case 1:
        return clock_pll_hz(board, 1, 'q');
    case 2:
        return clock_oscillator_hz(board, OSC_LSE);
    default:
        return clock_oscillator_hz(board, OSC_LSI);
    }
}
