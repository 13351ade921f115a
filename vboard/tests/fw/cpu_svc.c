/* cpu_svc.c - SVC enters its handler at once and returns behind the instruction; arguments pass in
 * the frame. Armv7-M ARM B1.5.4, A7.7.175.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile uint32_t calls;

FRAME_HANDLER(SVC_Handler, on_svc)
{
    calls++;
    frame[0] += frame[1];
}

static uint32_t call(uint32_t a, uint32_t b)
{
    register uint32_t r0 __asm("r0") = a;
    register uint32_t r1 __asm("r1") = b;

    __asm volatile("svc 0" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int main(void)
{
    check_begin();
    CHECK(call(40, 2) == 42);
    CHECK(call(1, 1) == 2);
    CHECK(calls == 2);
    check_pass();
}
