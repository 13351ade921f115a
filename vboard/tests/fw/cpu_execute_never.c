/* cpu_execute_never.c - peripherals cannot be executed: MemManage fault with IACCVIOL. Armv7-M ARM
 * B3.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(MemManage_Handler, on_fault)
{
    note_fault(frame);
    frame[6] = frame[5];
}

int main(void)
{
    check_begin();
    REG32(SCB_SHCSR) |= 1u << 16;
    __asm volatile("ldr r0, =0x40004801\n blx r0" ::
                       : "r0", "r1", "r2", "r3", "r12", "lr", "memory");
    CHECK(faults == 1);
    CHECK(cfsr == 1);
    check_pass();
}
