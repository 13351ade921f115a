/* cpu_invalid_return.c - a value that is no EXC_RETURN does not end a handler: UsageFault with
 * INVPC. Armv7-M ARM B1.5.8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

void UsageFault_Handler(void)
{
    CHECK(REG32(SCB_CFSR) == 1u << 18);
    check_pass();
}

__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("mvn r0, #14\n bx r0"); /* 0xFFFFFFF1: to a handler, but there is none */
}

int main(void)
{
    check_begin();
    REG32(SCB_SHCSR) |= 1u << 18;
    __asm volatile("svc 0" ::: "r0", "memory");
    check_exit(false);
}
