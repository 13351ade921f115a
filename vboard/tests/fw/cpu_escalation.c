/* cpu_escalation.c - a fault whose own handler is disabled, or that happens at too high a priority,
 * becomes a HardFault with FORCED. Armv7-M ARM B1.5.14.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core_fault.h"

static volatile uint32_t bus_faults;
FRAME_HANDLER(BusFault_Handler, on_bus_fault)
{
    bus_faults++;
    REG32(SCB_CFSR) = REG32(SCB_CFSR);
    frame[6] += instruction_size(frame[6]);
}

FRAME_HANDLER(HardFault_Handler, on_hard_fault)
{
    note_fault(frame);
    frame[6] += instruction_size(frame[6]);
}

void EXTI0_IRQHandler(void)
{
    (void)REG32(0x70000000);
}

int main(void)
{
    check_begin();
    (void)REG32(0x70000000);
    CHECK(faults == 1);
    CHECK((hfsr & (1u << 30)) != 0 && cfsr == 0x8200);
    REG32(SCB_SHCSR) |= 1u << 17;
    (void)REG32(0x70000000);
    CHECK(bus_faults == 1 && faults == 1);
    REG8(SCB_SHPR + 5 - 4) = 0x80; /* BusFault below the interrupt */
    REG8(NVIC_IPR + 6) = 0x40;
    REG32(NVIC_ISER) = 1u << 6;
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(bus_faults == 1 && faults == 2 && (hfsr & (1u << 30)) != 0);
    check_pass();
}
