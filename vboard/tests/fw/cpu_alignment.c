/* cpu_alignment.c - a frame starts at a multiple of 8; bit 9 of the stacked xPSR tells whether a
 * word was left out for it, and the return puts SP back. Armv7-M ARM B1.5.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile uint32_t frame_at, frame_xpsr;

FRAME_HANDLER(SVC_Handler, on_svc)
{
    frame_at = (uint32_t)frame;
    frame_xpsr = frame[7];
}

int main(void)
{
    check_begin();
    uint32_t before, after;

    __asm volatile("mov r4, sp\n"
                   "bic r5, r4, #7\n sub r5, #12\n mov sp, r5\n"
                   "svc 0\n"
                   "mov %1, sp\n mov %0, r5\n mov sp, r4\n"
                   : "=&r"(before), "=&r"(after)
                   :
                   : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "memory");
    CHECK(after == before);
    CHECK((frame_at & 7u) == 0);
    CHECK((frame_xpsr & (1u << 9)) != 0);
    __asm volatile("mov r4, sp\n"
                   "bic r5, r4, #7\n sub r5, #8\n mov sp, r5\n"
                   "svc 0\n"
                   "mov sp, r4\n" ::
                       : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "memory");
    CHECK((frame_at & 7u) == 0);
    CHECK((frame_xpsr & (1u << 9)) == 0);
    check_pass();
}
