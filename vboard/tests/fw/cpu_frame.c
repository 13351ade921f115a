/* cpu_frame.c - an exception pushes R0-R3, R12, LR, the return address and xPSR, and its return
 * restores them; LR is EXC_RETURN 0xFFFFFFF9. Armv7-M ARM B1.5.6 and B1.5.8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static uint32_t seen[8], svc_number;
extern uint32_t exc_return_seen;
uint32_t exc_return_seen;

void svc(uint32_t *frame);
void svc(uint32_t *frame)
{
    for (int i = 0; i < 8; i++) {
        seen[i] = frame[i];
    }
    svc_number = REG8(frame[6] - 2);
}

__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("ldr r1, =exc_return_seen\n str lr, [r1]\n mov r0, sp\n b svc");
}

int main(void)
{
    uint32_t after, r12, lr, r3;

    check_begin();
    __asm volatile("ldr r12, =0x12121212\n"
                   "ldr lr, =0xABCDEF01\n"
                   "movs r0, #1\n movs r1, #2\n movs r2, #3\n movs r3, #4\n"
                   "adr r4, 1f\n"
                   "cmp r0, r0\n"
                   "svc 7\n"
                   "1: mov r5, r12\n"
                   "mov r6, lr\n"
                   "mov %0, r4\n mov %1, r5\n mov %2, r6\n mov %3, r3\n"
                   : "=&r"(after), "=&r"(r12), "=&r"(lr), "=&r"(r3)
                   :
                   : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r12", "lr", "cc", "memory");
    CHECK(seen[0] == 1 && seen[1] == 2 && seen[2] == 3 && seen[3] == 4);
    CHECK(seen[4] == 0x12121212);
    CHECK(seen[5] == 0xABCDEF01);
    CHECK((seen[6] & ~1u) == (after & ~1u));
    CHECK((seen[7] & (1u << 24)) != 0 && (seen[7] & (1u << 30)) != 0 && (seen[7] & 0x1FFu) == 0);
    CHECK(svc_number == 7);
    CHECK(r12 == 0x12121212 && lr == 0xABCDEF01 && r3 == 4);
    CHECK(exc_return_seen == 0xFFFFFFF9);
    check_pass();
}
