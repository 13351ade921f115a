/* A character takes its bits' time on the wire, from BRR, OVER8 and the stop bits; TXE comes back
 * when the shift register takes the next one. RM0399 52.5.5 (transmitter), 52.5.7 (baud rate).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define TC  (1u << 6)
#define TXE (1u << 7)

static uint32_t send_cycles(uint32_t count)
{
    uint32_t start = cycles();
    for (uint32_t i = 0; i < count; i++) {
        while (!(USART1(USART_ISR) & TXE)) {
        }
        USART1(USART_TDR) = 'x';
    }
    while (!(USART1(USART_ISR) & TC)) {
    }
    return cycles() - start;
}

static void configure(uint32_t cr1, uint32_t cr2, uint32_t brr)
{
    USART1(USART_CR1) = 0;
    USART1(0x04) = cr2;
    USART1(USART_BRR) = brr;
    USART1(USART_CR1) = cr1 | 1u << 3 | 1u;
}

int main(void)
{
    check_begin();
    start_cycle_counter();
    RCC_APB2ENR |= 1u << 4;
    configure(0, 0, 640); /* 100 kbit/s at 64 MHz: 10 bits are 6400 cycles */
    CHECK(about(send_cycles(1), 6400, 5));
    CHECK(about(send_cycles(8), 8 * 6400, 5));
    configure(0, 0, 6400);
    CHECK(about(send_cycles(1), 64000, 5));
    configure(0, 2u << 12, 6400); /* two stop bits */
    CHECK(about(send_cycles(1), 70400, 5));
    configure(1u << 15, 0, 6400); /* OVER8: twice as fast */
    CHECK(about(send_cycles(1), 32000, 5));
    check_pass();
}
