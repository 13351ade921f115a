/* cpu_imprecise_fault.c - a store to where nothing answers is an imprecise BusFault: no address,
 * and the program goes on behind the store. Armv7-M ARM B3.2.15.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(BusFault_Handler, on_bus_fault)
{
    note_fault(frame);
}

int main(void)
{
    check_begin();
    volatile uint32_t *nowhere = (volatile uint32_t *)0x70000000;
    uint32_t steps = 0;

    REG32(SCB_SHCSR) |= 1u << 17;
    *nowhere = 5;
    barrier();
    steps++;
    CHECK(faults == 1 && steps == 1);
    CHECK(cfsr == 0x400); /* IMPRECISERR */
    check_pass();
}
