/* cpu_preempt.c - an interrupt of higher priority preempts a handler, one of lower or equal
 * priority waits, and the lowest number goes first among equals. Armv7-M ARM B1.5.4.
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
    REG32(NVIC_ISPR) = 0xEu << 6;
    barrier();
    CHECK((REG32(NVIC_IABR) & (1u << 6)) != 0);
    note('A');
}

void EXTI1_IRQHandler(void)
{
    note('b');
}

void EXTI2_IRQHandler(void)
{
    note('c');
}

void EXTI3_IRQHandler(void)
{
    note('d');
}

int main(void)
{
    check_begin();
    REG8(NVIC_IPR + 6) = 0x80; /* EXTI0 */
    REG8(NVIC_IPR + 7) = 0x40; /* EXTI1: higher */
    REG8(NVIC_IPR + 8) = 0x80; /* EXTI2: equal */
    REG8(NVIC_IPR + 9) = 0xC0; /* EXTI3: lower */
    REG32(NVIC_ISER) = 0xFu << 6;
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 5);
    CHECK(order[0] == 'a' && order[1] == 'b' && order[2] == 'A');
    CHECK(order[3] == 'c' && order[4] == 'd');
    CHECK(REG32(NVIC_IABR) == 0);
    count = 0;
    __asm volatile("cpsid i" ::: "memory");
    REG32(NVIC_ISPR) = 5u << 6;
    __asm volatile("cpsie i" ::: "memory");
    barrier();
    CHECK(order[0] == 'a');
    check_pass();
}
