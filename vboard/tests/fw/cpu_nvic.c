/* cpu_nvic.c - the NVIC's registers: enable, disable, pend, clear, with one bit per interrupt;
 * priorities keep their upper four bits. Armv7-M ARM B3.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile uint32_t count;

void EXTI0_IRQHandler(void)
{
    count++;
}

int main(void)
{
    check_begin();
    REG32(NVIC_ISPR) = 1u << 6;
    CHECK((REG32(NVIC_ISPR) & (1u << 6)) != 0);
    REG32(NVIC_ICPR) = 1u << 6;
    CHECK((REG32(NVIC_ISPR) & (1u << 6)) == 0);
    REG32(NVIC_ISER) = 1u << 6;
    REG32(NVIC_ISER + 4) = 1u << 8;
    barrier();
    CHECK(count == 0);
    CHECK(REG32(NVIC_ISER) == 1u << 6 && REG32(NVIC_ICER + 4) == 1u << 8);
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 1);
    REG32(NVIC_ICER) = 1u << 6;
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK(count == 1 && REG32(NVIC_ISER) == 0);
    REG32(NVIC_ISER) = 1u << 6;
    barrier();
    CHECK(count == 2);     /* the pending state was kept */
    REG32(0xE000EF00) = 6; /* STIR */
    barrier();
    CHECK(count == 3);
    REG8(NVIC_IPR + 6) = 0x5F;
    CHECK(REG32(NVIC_IPR + 4) == 0x50u << 16);
    CHECK(REG32(0xE000E004) == 4); /* ICTR: up to 160 interrupts */
    check_pass();
}
