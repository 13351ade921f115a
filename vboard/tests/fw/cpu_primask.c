/* cpu_primask.c - CPSID I holds back interrupts, not faults; CPSIE I lets the pending one in at
 * once. Armv7-M ARM B1.4.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile char order[8];
static volatile uint32_t count;

static void note(char c)
{
    order[count++ % 8] = c;
}

void EXTI0_IRQHandler(void)
{
    note('a');
}

int main(void)
{
    check_begin();
    REG32(NVIC_ISER) = 1u << 6;
    __asm volatile("cpsid i" ::: "memory");
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 0);
    CHECK((REG32(NVIC_ISPR) & (1u << 6)) != 0);
    __asm volatile("cpsie i\n isb\n nop" ::: "memory");
    CHECK(count == 1);
    CHECK((REG32(NVIC_ISPR) & (1u << 6)) == 0);
    check_pass();
}
