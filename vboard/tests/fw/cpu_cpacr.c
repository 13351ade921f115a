/* cpu_cpacr.c - with CPACR's CP10 and CP11 off an FPU instruction is a UsageFault with NOCP, at
 * that instruction; what stands before it is executed. Armv7-M ARM B3.2.20.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(UsageFault_Handler, on_fault)
{
    note_fault(frame);
    frame[6] += instruction_size(frame[6]);
}

int main(void)
{
    check_begin();
    uint32_t steps = 0, where;

    REG32(SCB_SHCSR) |= 1u << 18;
    REG32(SCB_CPACR) &= ~(0xFu << 20);
    barrier();
    __asm volatile("adr %1, 1f\n adds %0, #1\n adds %0, #1\n"
                   ".balign 4\n"
                   "1: vmov.f32 s0, #1.0\n"
                   "adds %0, #1\n"
                   : "+r"(steps), "=&r"(where)
                   :
                   : "s0", "cc", "memory");
    CHECK(faults == 1 && cfsr == 1u << 19);
    CHECK(pc == (where & ~1u));
    CHECK(steps == 3);
    REG32(SCB_CPACR) |= 0xFu << 20;
    barrier();
    __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
    CHECK(faults == 1);
    check_pass();
}
