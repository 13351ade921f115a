/* cpu_icsr.c - ICSR shows the active and the pending exception. Armv7-M ARM B3.2.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile uint32_t in_handler, count;

void EXTI0_IRQHandler(void)
{
    REG32(NVIC_ISPR) = 1u << 7;
    barrier();
    in_handler = REG32(SCB_ICSR);
    count++;
}

void EXTI1_IRQHandler(void)
{
    count++;
}

int main(void)
{
    check_begin();
    CHECK((REG32(SCB_ICSR) & 0x1FFu) == 0);
    REG8(NVIC_IPR + 6) = 0x40;
    REG8(NVIC_IPR + 7) = 0x80;
    REG32(NVIC_ISER) = 3u << 6;
    REG32(NVIC_ISPR) = 1u << 6;
    barrier();
    CHECK((in_handler & 0x1FFu) == 16 + 6);
    CHECK((in_handler >> 12 & 0x1FFu) == 16 + 7);
    CHECK((in_handler & (1u << 22)) != 0); /* ISRPENDING */
    CHECK((in_handler & (1u << 11)) != 0); /* RETTOBASE */
    CHECK(count == 2);
    check_pass();
}
