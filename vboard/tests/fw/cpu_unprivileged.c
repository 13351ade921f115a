/* cpu_unprivileged.c - unprivileged code cannot reach the system space: BusFault. Armv7-M ARM
 * B3.1.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

FRAME_HANDLER(BusFault_Handler, on_bus_fault)
{
    note_fault(frame);
    frame[6] += instruction_size(frame[6]);
}

void SVC_Handler(void)
{
    __asm volatile("movs r0, #0\n msr control, r0\n isb" ::: "r0", "memory");
}

int main(void)
{
    check_begin();
    REG32(SCB_SHCSR) |= 1u << 17;
    __asm volatile("movs r0, #1\n msr control, r0\n isb" ::: "r0", "memory");
    (void)REG32(SCB_ICSR);
    CHECK(faults == 1 && bfar == SCB_ICSR);
    __asm volatile("svc 0" ::: "memory"); /* the handler makes the thread privileged again */
    (void)REG32(SCB_ICSR);
    CHECK(faults == 1);
    check_pass();
}
