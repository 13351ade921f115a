/* cpu_fp_frame.c - a thread that uses the FPU gets a frame with S0-S15 and FPSCR: a handler that
 * computes does not disturb it, and EXC_RETURN has bit 4 clear. Armv7-M ARM B1.5.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

extern uint32_t exc_return_seen;
uint32_t exc_return_seen;

__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("ldr r1, =exc_return_seen\n str lr, [r1]\n"
                   "movs r0, #0\n vmov s0, r0\n vmov s7, r0\n vmov s15, r0\n vmsr fpscr, r0\n"
                   "bx lr");
}

int main(void)
{
    check_begin();
    uint32_t s[3], fpscr = 0x01000000, control;

    __asm volatile("vmsr fpscr, %3\n"
                   "vmov.f32 s0, #1.5\n vmov.f32 s7, #2.5\n vmov.f32 s15, #3.5\n"
                   "svc 0\n"
                   "vmov %0, s0\n vmov %1, s7\n vmov %2, s15\n vmrs %3, fpscr\n"
                   : "=&r"(s[0]), "=&r"(s[1]), "=&r"(s[2]), "+r"(fpscr)
                   :
                   : "s0", "s7", "s15", "memory");
    CHECK(s[0] == 0x3FC00000 && s[1] == 0x40200000 && s[2] == 0x40600000);
    CHECK(fpscr == 0x01000000);
    CHECK(exc_return_seen == 0xFFFFFFE9);
    __asm volatile("mrs %0, control" : "=r"(control));
    CHECK((control & 4u) != 0);
    check_pass();
}
