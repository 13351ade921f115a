/* cpu_bus_fault.c - a load from where nothing answers is a precise BusFault: BFAR holds the
 * address, the stacked PC the instruction, whose register is unchanged. Armv7-M ARM B3.2.15.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(BusFault_Handler, on_bus_fault)
{
    note_fault(frame);
    frame[6] += instruction_size(frame[6]);
}

int main(void)
{
    check_begin();
    uint32_t value = 0x55, where, steps = 0;

    REG32(SCB_SHCSR) |= 1u << 17; /* BUSFAULTENA */
    __asm volatile("adds %2, #1\n adds %2, #1\n"
                   "adr %1, 1f\n"
                   ".balign 4\n"
                   "1: ldr %0, [%3, #4]\n"
                   "adds %2, #1\n"
                   : "+r"(value), "=&r"(where), "+r"(steps)
                   : "r"(0x70000000)
                   : "cc", "memory");
    CHECK(faults == 1);
    CHECK(cfsr == 0x8200); /* PRECISERR, BFARVALID */
    CHECK(bfar == 0x70000004);
    CHECK(pc == (where & ~1u));
    CHECK(value == 0x55 && steps == 3);
    check_pass();
}
