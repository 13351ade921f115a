/* cpu_level_irq.c - an interrupt whose line is still high when its handler returns is taken again.
 * USART3 with TXEIE and an empty transmit register holds its line. Armv7-M ARM B3.4.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

#define USART3_CR1 0x40004800u

static volatile uint32_t count;

void USART3_IRQHandler(void)
{
    if (++count == 3) {
        REG32(USART3_CR1) &= ~(1u << 7);
        (void)REG32(USART3_CR1);
    }
}

int main(void)
{
    check_begin();
    REG32(NVIC_ISER + 4) = 1u << (39 - 32);
    REG32(USART3_CR1) |= 1u << 7; /* TXEIE */
    barrier();
    for (volatile uint32_t i = 0; i < 1000 && count < 3; i++) {
    }
    REG32(NVIC_ICER + 4) = 1u << (39 - 32);
    CHECK(count == 3);
    CHECK((REG32(NVIC_ISPR + 4) & (1u << (39 - 32))) == 0);
    check_pass();
}
