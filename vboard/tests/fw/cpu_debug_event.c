/* cpu_debug_event.c - BKPT without a debugger is a HardFault with DEBUGEVT, or the DebugMonitor
 * exception when DEMCR.MON_EN is set. Armv7-M ARM C1.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

static volatile uint32_t monitor;
FRAME_HANDLER(HardFault_Handler, on_hard_fault)
{
    note_fault(frame);
    frame[6] += 2;
}

FRAME_HANDLER(DebugMon_Handler, on_monitor)
{
    monitor++;
    frame[6] += 2;
}

int main(void)
{
    check_begin();
    __asm volatile("bkpt 1");
    CHECK(faults == 1 && (hfsr & (1u << 31)) != 0);
    REG32(DEMCR) |= 1u << 16;
    __asm volatile("bkpt 1");
    CHECK(faults == 1 && monitor == 1);
    check_pass();
}
