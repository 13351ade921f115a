/* cpu_psp.c - a thread on the process stack is stacked there, with EXC_RETURN 0xFFFFFFFD, and
 * returns to it; a handler can start an unprivileged thread. Armv7-M ARM B1.5.8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static uint32_t stack[64] __attribute__((aligned(8)));
extern uint32_t exc_return_seen, psp_seen;
uint32_t exc_return_seen, psp_seen;

__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("ldr r1, =exc_return_seen\n str lr, [r1]\n"
                   "mrs r0, psp\n ldr r1, =psp_seen\n str r0, [r1]\n bx lr");
}

int main(void)
{
    check_begin();
    uint32_t control, sp, msp_before, msp_after;

    __asm volatile("mrs %0, msp" : "=r"(msp_before));
    __asm volatile("msr psp, %0\n movs r0, #2\n msr control, r0\n isb" ::"r"(stack + 64)
                   : "r0", "memory");
    __asm volatile("svc 0" ::: "r0", "r1", "r2", "r3", "r12", "memory");
    __asm volatile("mov %0, sp" : "=r"(sp));
    __asm volatile("mrs %0, control" : "=r"(control));
    __asm volatile("mrs %0, msp" : "=r"(msp_after));
    __asm volatile("movs r0, #0\n msr control, r0\n isb" ::: "r0", "memory");
    CHECK(exc_return_seen == 0xFFFFFFFD);
    CHECK(psp_seen == (uint32_t)(stack + 64 - 8));
    CHECK(sp == (uint32_t)(stack + 64));
    CHECK((control & 3u) == 2);
    CHECK(msp_before == msp_after);
    check_pass();
}
