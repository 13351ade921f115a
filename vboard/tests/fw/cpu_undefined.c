/* cpu_undefined.c - an undefined instruction is a UsageFault with UNDEFINSTR, at its own address.
 * Armv7-M ARM B3.2.15.
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
    uint32_t where;

    REG32(SCB_SHCSR) |= 1u << 18;
    __asm volatile("adr %0, 1f\n .balign 4\n 1: udf #1\n" : "=r"(where)::"memory");
    CHECK(faults == 1 && cfsr == 1u << 16 && pc == (where & ~1u));
    __asm volatile("udf.w #1");
    CHECK(faults == 2 && cfsr == 1u << 16);
    check_pass();
}
