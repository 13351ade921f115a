/* cpu_precise_faults.c - with --precise-faults a refused store is a precise BusFault, which the
 * chip's buffered stores are not: BFAR has its address, the stacked PC the store. So has an
 * exclusive load's, in the middle of a block.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(BusFault_Handler, on_bus_fault)
{
    note_fault(frame);
    frame[6] += instruction_size(frame[6]);
}

static void check_fault(uint32_t count, uint32_t where)
{
    CHECK(faults == count);
    CHECK(cfsr == 0x8200); /* PRECISERR, BFARVALID */
    CHECK(bfar == 0x70000004);
    CHECK(pc == (where & ~1u));
}

int main(void)
{
    check_begin();
    uint32_t where, steps = 0, value = 1;

    REG32(SCB_SHCSR) |= 1u << 17; /* BUSFAULTENA */
    __asm volatile("adds %1, #1\n adds %1, #1\n"
                   "adr %0, 1f\n"
                   ".balign 4\n"
                   "1: str %1, [%2, #4]\n"
                   "adds %1, #1\n adds %1, #1\n"
                   : "=&r"(where), "+r"(steps)
                   : "r"(0x70000000)
                   : "cc", "memory");
    check_fault(1, where);
    CHECK(steps == 4);
    __asm volatile("adds %1, #1\n"
                   "adr %0, 1f\n"
                   ".balign 4\n"
                   "1: ldrex %3, [%2, #4]\n"
                   "adds %1, #1\n"
                   : "=&r"(where), "+r"(steps)
                   : "r"(0x70000000), "r"(value)
                   : "cc", "memory");
    check_fault(2, where);
    CHECK(steps == 6);
    check_pass();
}
