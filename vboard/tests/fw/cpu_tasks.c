/* cpu_tasks.c - a context switch in PendSV between two tasks on process stacks, both using
 * the FPU, as an RTOS does it. Armv7-M ARM B1.5.7, B1.5.8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static uint32_t stacks[2][256] __attribute__((aligned(8)));
static volatile uint32_t progress[2], errors, ticks;
extern uint32_t *task_sp[2];
extern uint32_t current;
uint32_t *task_sp[2];
uint32_t current;
uint32_t *next_task(uint32_t *sp);

uint32_t *next_task(uint32_t *sp)
{
    task_sp[current] = sp;
    current ^= 1u;
    return task_sp[current];
}

void SysTick_Handler(void)
{
    ticks++;
    REG32(SCB_ICSR) = 1u << 28;
}

__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("mrs r0, psp\n"
                   "tst lr, #0x10\n it eq\n vstmdbeq r0!, {s16-s31}\n"
                   "stmdb r0!, {r4-r11, lr}\n bl next_task\n ldmia r0!, {r4-r11, lr}\n"
                   "tst lr, #0x10\n it eq\n vldmiaeq r0!, {s16-s31}\n"
                   "msr psp, r0\n bx lr");
}

__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile(
        "ldr r0, =task_sp\n ldr r0, [r0]\n ldmia r0!, {r4-r11, lr}\n msr psp, r0\n bx lr");
}

static void make_task(int index, void (*entry)(void))
{
    uint32_t *sp = stacks[index] + 256 - 17;

    for (int i = 0; i < 17; i++) {
        sp[i] = 0;
    }
    sp[8] = 0xFFFFFFFD;
    sp[15] = (uint32_t)entry & ~1u;
    sp[16] = 0x01000000;
    task_sp[index] = sp;
}

/* Each task keeps its own numbers in caller-saved and callee-saved FPU registers. */
#define FP_WORK(step, sum)                                                                         \
    do {                                                                                           \
        float low, high;                                                                           \
        __asm volatile("vmov.f32 s3, #1.0\n vmov.f32 s20, #" step "\n"                             \
                       "mov r0, #50\n"                                                             \
                       "1: vadd.f32 s3, s3, s20\n subs r0, #1\n bne 1b\n"                          \
                       "vmov.f32 %0, s3\n vmov.f32 %1, s20\n"                                      \
                       : "=t"(low), "=t"(high)::"r0", "s3", "s20", "cc");                          \
        errors += low != (sum) || high != (step[0] - '0');                                         \
    } while (0)

static void first_task(void)
{
    while (ticks < 60) {
        FP_WORK("2.0", 101.0f);
        progress[0]++;
    }
    CHECK(errors == 0);
    CHECK(progress[0] > 100 && progress[1] > 100);
    check_pass();
}

static void second_task(void)
{
    for (;;) {
        FP_WORK("3.0", 151.0f);
        progress[1]++;
    }
}

int main(void)
{
    check_begin();
    make_task(0, first_task);
    make_task(1, second_task);
    REG8(SCB_SHPR + 14 - 4) = 0xF0;
    REG32(SYST_RVR) = 6400 - 1;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    __asm volatile("svc 0"); /* starts the first task: nothing returns here */
    CHECK(false);
}
