/* cpu_pendsv.c - ICSR.PENDSVSET and PENDSVCLR; PendSV of lowest priority runs after the interrupt
 * that asked for it. Armv7-M ARM B1.5.4, B3.2.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile char order[8];
static volatile uint32_t count;

void PendSV_Handler(void)
{
    order[count++ % 8] = 'P';
}

void EXTI4_IRQHandler(void)
{
    REG32(SCB_ICSR) = 1u << 28;
    barrier();
    order[count++ % 8] = 'i';
}

int main(void)
{
    check_begin();
    REG8(SCB_SHPR + 14 - 4) = 0xF0; /* PendSV */
    REG8(NVIC_IPR + 10) = 0x80;
    REG32(NVIC_ISER) = 1u << 10;
    REG32(SCB_ICSR) = 1u << 28;
    barrier();
    CHECK(order[0] == 'P' && count == 1);
    REG32(NVIC_ISPR) = 1u << 10;
    barrier();
    CHECK(count == 3 && order[1] == 'i' && order[2] == 'P');
    __asm volatile("cpsid i" ::: "memory");
    REG32(SCB_ICSR) = 1u << 28;
    CHECK((REG32(SCB_ICSR) & (1u << 28)) != 0);
    REG32(SCB_ICSR) = 1u << 27;
    CHECK((REG32(SCB_ICSR) & (1u << 28)) == 0);
    __asm volatile("cpsie i" ::: "memory");
    barrier();
    CHECK(count == 3);
    check_pass();
}
