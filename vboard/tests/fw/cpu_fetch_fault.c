/* cpu_fetch_fault.c - a jump to where nothing answers is a BusFault with IBUSERR; the stacked PC is
 * the target. Armv7-M ARM B3.2.15.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(BusFault_Handler, on_bus_fault)
{
    note_fault(frame);
    frame[6] = frame[5]; /* return to the caller */
}

int main(void)
{
    check_begin();
    REG32(SCB_SHCSR) |= 1u << 17;
    __asm volatile("ldr r0, =0x70000001\n blx r0" ::
                       : "r0", "r1", "r2", "r3", "r12", "lr", "memory");
    CHECK(faults == 1);
    CHECK(cfsr == 0x100);
    CHECK(pc == 0x70000000);
    check_pass();
}
