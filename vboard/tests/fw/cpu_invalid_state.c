/* cpu_invalid_state.c - a branch to an even address leaves Thumb state: UsageFault with INVSTATE.
 * Armv7-M ARM B3.2.15.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(UsageFault_Handler, on_fault)
{
    note_fault(frame);
    frame[6] = frame[5] & ~1u;
    frame[7] |= 1u << 24;
}

__attribute__((noinline)) static void target(void)
{
    __asm volatile("nop");
}

int main(void)
{
    check_begin();
    REG32(SCB_SHCSR) |= 1u << 18;
    __asm volatile("mov r0, %0\n bic r0, #1\n blx r0" ::"r"(target)
                   : "r0", "r1", "r2", "r3", "r12", "lr", "memory");
    CHECK(faults == 1 && cfsr == 1u << 17);
    CHECK(pc == ((uint32_t)target & ~1u));
    check_pass();
}
