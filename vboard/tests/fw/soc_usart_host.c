/* USART1 receives what a host program writes as fast as it can: no byte is lost, each takes its
 * time; while nobody reads, and the host does not know, characters overrun. RM0399 52.5.6.
 *
 * check-uart writes the bytes: 0, 1, ... 255, 0, ...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define ORE   (1u << 3)
#define RXNE  (1u << 5)
#define CLOCK 64000000u
#define BAUD  115200u
#define COUNT 16384u
#define PAUSE (CLOCK / 20u) /* 50 ms */

static uint8_t receive(void)
{
    while (!(USART1(USART_ISR) & RXNE)) {
    }
    return (uint8_t)USART1(USART_RDR);
}

int main(void)
{
    check_begin();
    start_cycle_counter();
    RCC_APB2ENR |= 1u << 4;
    USART1(USART_BRR) = CLOCK / BAUD;
    USART1(USART_CR1) = 1u << 2 | 1u;

    CHECK(receive() == 0);
    uint32_t start = cycles();
    for (uint32_t i = 1; i < COUNT; i++)
        CHECK(receive() == (uint8_t)i);
    CHECK(about(cycles() - start, COUNT * (CLOCK / BAUD * 10u), 2));
    CHECK(!(USART1(USART_ISR) & ORE));

    wait_cycles(PAUSE);
    CHECK(USART1(USART_ISR) & ORE);
    CHECK(receive() == (uint8_t)COUNT); /* the first one stays */
    USART1(USART_ICR) = ORE;
    CHECK(receive() != (uint8_t)(COUNT + 1u));
    check_pass();
}
