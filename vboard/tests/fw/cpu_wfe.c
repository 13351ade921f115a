/* cpu_wfe.c - a loop that waits with WFE wakes up, and does not spin. (The board wakes the core at
 * each event of its own, at least once in a millisecond; an implementation may wake as often as it
 * likes.) Armv7-M ARM B1.5.18.
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
    uint32_t turns = 0, start;

    check_begin();
    REG32(SYST_RVR) = 64000 - 1; /* 1 ms */
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    __asm volatile("sev\n wfe" ::: "memory");
    start = ticks;
    while (ticks - start < 20) {
        __asm volatile("wfe" ::: "memory");
        turns++;
    }
    CHECK(turns >= 20 && turns < 100);
    check_pass();
}
