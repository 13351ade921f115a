/* cpu_grouping.c - with AIRCR.PRIGROUP only the group part of a priority decides on preemption; the
 * subpriority orders what is pending. Armv7-M ARM B1.5.4, priority grouping.
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
    REG32(NVIC_ISPR) = 6u << 6;
    barrier();
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

int main(void)
{
    check_begin();
    REG32(SCB_AIRCR) = 0x05FA0000u | (6u << 8); /* one bit of group, three of subpriority */
    CHECK((REG32(SCB_AIRCR) >> 8 & 7u) == 6);
    REG8(NVIC_IPR + 6) = 0x70;
    REG8(NVIC_IPR + 7) = 0x10; /* the same group */
    REG8(NVIC_IPR + 8) = 0x00;
    REG32(NVIC_ISER) = 7u << 6;
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 4);
    CHECK(order[0] == 'a' && order[1] == 'A' && order[2] == 'c' && order[3] == 'b');
    check_pass();
}
