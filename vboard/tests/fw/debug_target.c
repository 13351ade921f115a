/* debug_target.c - what check-gdb debugs: known places to stop at, an IT block, WFI, exceptions,
 * faults. It runs for ever.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

volatile uint32_t turns, ticks, services, watched, chosen;
volatile double half = 0.5;

void SysTick_Handler(void)
{
    ticks++;
}

void SVC_Handler(void)
{
    services++;
}

/* Faults only when the debugger sets fault_at. */
volatile uint32_t fault_at;

__attribute__((noinline)) uint32_t leaf(uint32_t value)
{
    watched = value;
    return value * 3u + 1u;
}

__attribute__((noinline)) uint32_t branch(uint32_t value)
{
    uint32_t result = leaf(value) + 1u;

    chosen = result;
    return result;
}

/* Four instructions under one IT: two are executed, two not. */
__attribute__((naked, noinline)) uint32_t conditional(uint32_t value)
{
    (void)value;
    __asm volatile("cmp r0, #5\n"
                   "ittee eq\n"
                   "it_first: moveq r0, #10\n"
                   "addeq r0, #1\n"
                   "movne r0, #20\n"
                   "addne r0, #2\n"
                   "it_end: bx lr\n");
}

__attribute__((naked, noinline)) void sleep_once(void)
{
    __asm volatile("wfi_here: wfi\n"
                   "wfi_after: bx lr\n");
}

__attribute__((naked, noinline)) void service(void)
{
    __asm volatile("svc_here: svc #1\n"
                   "svc_after: bx lr\n");
}

int main(void)
{
    check_begin();
    print("turning\r\n");
    REG32(SYST_RVR) = 64000 - 1;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    for (;;) {
        branch(turns);
        turns += conditional(turns % 2 == 0 ? 5 : 6);
        half *= 1.5;
        service();
        sleep_once();
        if (fault_at != 0) {
            turns = REG32(fault_at);
        }
    }
}
