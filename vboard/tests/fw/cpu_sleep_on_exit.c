/* cpu_sleep_on_exit.c - with SCR.SLEEPONEXIT the core sleeps again when it returns from a handler
 * to the thread; the thread goes on once a handler has cleared it. Armv7-M ARM B1.5.20.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

#define SCB_SCR 0xE000ED10u

static volatile uint32_t ticks;

void SysTick_Handler(void)
{
    if (++ticks == 5) {
        REG32(SCB_SCR) = 0;
    }
}

int main(void)
{
    check_begin();
    REG32(SYST_RVR) = 64000 - 1;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    REG32(SCB_SCR) = 2;
    __asm volatile("wfi" ::: "memory");
    CHECK(ticks == 5);
    check_pass();
}
