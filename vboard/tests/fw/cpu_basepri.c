/* cpu_basepri.c - BASEPRI holds back priorities of its value and lower, until it is lowered.
 * Armv7-M ARM B1.4.3.
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

void EXTI1_IRQHandler(void)
{
    note('b');
}

int main(void)
{
    check_begin();
    REG8(NVIC_IPR + 6) = 0x40;
    REG8(NVIC_IPR + 7) = 0x30;
    REG32(NVIC_ISER) = 3u << 6;
    __asm volatile("msr basepri, %0" ::"r"(0x40) : "memory");
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 0);
    REG32(NVIC_ISPR) = 1u << 7;
    barrier();
    CHECK(count == 1 && order[0] == 'b');
    __asm volatile("msr basepri, %0" ::"r"(0) : "memory");
    barrier();
    CHECK(count == 2 && order[1] == 'a');
    check_pass();
}
