/* cpu_systick.c - SysTick counts down from its reload value at the core's clock, sets COUNTFLAG and
 * pends its exception: 20 periods take 20 times as many cycles of DWT.CYCCNT. Armv7-M ARM B3.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile uint32_t ticks;

void SysTick_Handler(void)
{
    ticks++;
}

int main(void)
{
    check_begin();
    uint32_t start, cycles;

    REG32(DEMCR) |= 1u << 24;
    REG32(DWT_CTRL) |= 1;
    CHECK(REG32(SYST_CSR) == 0);
    REG32(SYST_RVR) = 6400 - 1;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    while (ticks == 0) {
    }
    start = REG32(DWT_CYCCNT);
    while (ticks < 21) {
    }
    cycles = REG32(DWT_CYCCNT) - start;
    CHECK(cycles > 20 * 6400 - 300 && cycles < 20 * 6400 + 300);
    CHECK(REG32(SYST_CVR) < 6400);
    CHECK((REG32(SYST_CSR) & (1u << 16)) != 0); /* COUNTFLAG ... */
    CHECK((REG32(SYST_CSR) & (1u << 16)) == 0); /* ... clears as it is read */
    REG32(SYST_CSR) = 0;
    start = ticks;
    for (volatile uint32_t i = 0; i < 20000; i++) {
    }
    CHECK(ticks == start);
    check_pass();
}
