/* cpu_wfi_masked.c - with PRIMASK set an interrupt ends WFI and stays pending; it is taken when
 * PRIMASK is cleared. Armv7-M ARM B1.5.19.
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
    REG32(SYST_RVR) = 64000 - 1;
    REG32(SYST_CVR) = 0;
    __asm volatile("cpsid i" ::: "memory");
    REG32(SYST_CSR) = 7;
    __asm volatile("wfi" ::: "memory");
    CHECK(ticks == 0);
    CHECK((REG32(SCB_ICSR) & (1u << 26)) != 0);
    __asm volatile("cpsie i\n isb" ::: "memory");
    CHECK(ticks == 1);
    check_pass();
}
