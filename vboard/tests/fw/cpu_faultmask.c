/* cpu_faultmask.c - FAULTMASK raises the priority to -1: nothing but NMI gets in, and a return from
 * the handler clears it. Armv7-M ARM B1.4.3.
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

void NMI_Handler(void)
{
    note('n');
}

void EXTI0_IRQHandler(void)
{
    note('a');
    __asm volatile("cpsid f" ::: "memory");
}

int main(void)
{
    check_begin();
    uint32_t mask;

    REG32(NVIC_ISER) = 1u << 6;
    __asm volatile("cpsid f" ::: "memory");
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 0);
    REG32(SCB_ICSR) = 1u << 31; /* NMI */
    barrier();
    CHECK(count == 1 && order[0] == 'n');
    __asm volatile("mrs %0, faultmask" : "=r"(mask));
    CHECK(mask == 1);
    __asm volatile("cpsie f" ::: "memory");
    barrier();
    CHECK(count == 2 && order[1] == 'a');
    __asm volatile("mrs %0, faultmask" : "=r"(mask));
    CHECK(mask == 0); /* set by the handler, cleared by its return */
    check_pass();
}
