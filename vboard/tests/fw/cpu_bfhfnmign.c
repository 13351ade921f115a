/* cpu_bfhfnmign.c - with CCR.BFHFNMIGN and FAULTMASK a load from where nothing answers completes
 * without a fault: how memory is probed. Armv7-M ARM B3.2.8.
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
    volatile uint32_t steps = 0;

    REG32(SCB_SHCSR) |= 1u << 17;
    __asm volatile("cpsid f" ::: "memory");
    REG32(SCB_CCR) |= 1u << 8;
    barrier();
    (void)REG32(0x70000000);
    steps++;
    REG32(0x70000000) = 1;
    barrier();
    steps++;
    REG32(SCB_CCR) &= ~(1u << 8);
    __asm volatile("cpsie f" ::: "memory");
    barrier();
    CHECK(faults == 0 && steps == 2);
    REG32(SCB_CCR) |= 1u << 8; /* without FAULTMASK it has no effect */
    (void)REG32(0x70000000);
    CHECK(faults == 1);
    check_pass();
}
