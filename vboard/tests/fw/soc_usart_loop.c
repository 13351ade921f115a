/* What USART1 sends comes back over a wire from TX to RX: reception, overrun, FIFO and interrupt.
 * RM0399 52.5.4 (FIFOs), 52.5.6 (receiver), 52.6 (interrupts).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define ORE      (1u << 3)
#define IDLE     (1u << 4)
#define RXNE     (1u << 5)
#define TC       (1u << 6)
#define TXE      (1u << 7)
#define TE_RE_UE (1u << 3 | 1u << 2 | 1u)
#define FIFOEN   (1u << 29)
#define RXNEIE   (1u << 5)

static volatile uint32_t interrupts, received;

void USART1_IRQHandler(void);

void USART1_IRQHandler(void)
{
    interrupts++;
    received = USART1(USART_RDR);
}

static void send(char c)
{
    while (!(USART1(USART_ISR) & TXE)) {
    }
    USART1(USART_TDR) = (uint8_t)c;
}

static void wait_for(uint32_t flag)
{
    uint32_t since = cycles();
    while (!(USART1(USART_ISR) & flag)) {
        CHECK(cycles() - since < 64000u * 20u);
    }
}

static void start(uint32_t cr1)
{
    USART1(USART_CR1) = 0;
    USART1(USART_BRR) = 640;
    USART1(USART_CR1) = cr1 | TE_RE_UE;
}

static void one_character(void)
{
    start(0);
    send('F');
    wait_for(RXNE);
    CHECK(USART1(USART_RDR) == 'F');
    CHECK(!(USART1(USART_ISR) & RXNE));
    wait_for(IDLE);
    USART1(USART_ICR) = IDLE;
    CHECK(!(USART1(USART_ISR) & IDLE));
}

static void overrun(void)
{
    start(0);
    send('a');
    send('b');
    wait_for(ORE);
    CHECK(USART1(USART_RDR) == 'a'); /* the later one is lost */
    CHECK(!(USART1(USART_ISR) & RXNE));
    USART1(USART_ICR) = ORE;
    CHECK(!(USART1(USART_ISR) & ORE));
}

static void fifo(void)
{
    start(FIFOEN);
    for (char c = 'a'; c < 'a' + 16; c++) {
        CHECK(USART1(USART_ISR) & TXE);
        USART1(USART_TDR) = (uint8_t)c;
    }
    wait_for(TC);
    wait_for(IDLE);
    CHECK(!(USART1(USART_ISR) & ORE));
    for (char c = 'a'; c < 'a' + 16; c++)
        CHECK(USART1(USART_RDR) == (uint8_t)c);
    CHECK(!(USART1(USART_ISR) & RXNE));
}

static void interrupt(void)
{
    start(RXNEIE);
    REG32(NVIC_ISER + 4) = 1u << (37 - 32);
    send('!');
    wait_for(TC);
    wait_cycles(3 * 6400);
    CHECK(interrupts == 1);
    CHECK(received == '!');
}

int main(void)
{
    check_begin();
    start_cycle_counter();
    RCC_APB2ENR |= 1u << 4;
    one_character();
    overrun();
    fifo();
    interrupt();
    check_pass();
}
