/* cpu_wfi.c - WFI sleeps until an interrupt: ten sleeps see ten ticks and execute almost nothing
 * meanwhile. Armv7-M ARM B1.5.19.
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
    uint32_t sleeps = 0, start;

    REG32(SYST_RVR) = 64000 - 1; /* 1 ms */
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    start = ticks;
    while (ticks - start < 10) {
        __asm volatile("wfi" ::: "memory");
        sleeps++;
    }
    CHECK(sleeps >= 10 && sleeps <= 11);
    check_pass();
}
