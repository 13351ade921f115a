/* cpu_stacking_fault.c - an exception whose frame cannot be pushed becomes a BusFault with STKERR,
 * here escalated to HardFault, which has a good stack. Armv7-M ARM B1.5.6, derived exceptions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

void SVC_Handler(void)
{
    check_exit(false);
}

void HardFault_Handler(void)
{
    CHECK((REG32(SCB_CFSR) & (1u << 12)) != 0);
    CHECK((REG32(SCB_HFSR) & (1u << 30)) != 0);
    check_pass();
}

int main(void)
{
    check_begin();
    __asm volatile("msr psp, %0\n movs r0, #2\n msr control, r0\n isb\n svc 0" ::"r"(0x70001000)
                   : "r0", "memory");
    check_exit(false);
}
