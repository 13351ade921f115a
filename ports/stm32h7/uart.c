/* uart.c - the console: USART3 on PB10 and PB11, 115200 8N1, a queue that an interrupt empties.
 *
 * Source: RM0399 chapter 52; board: UM2488, virtual COM port.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gpio.h"
#include "registers.h"
#include "stm32h7.h"
#include <string.h>

#define BAUD          115200u
#define BITS_PER_BYTE 10u
#define QUEUE_SIZE    2048u /* a power of two */
#define PRIORITY      12u

static struct {
    bool ready;
    uint32_t kernel_hz;
    volatile uint32_t head; /* bytes ever queued; written by the caller */
    volatile uint32_t tail; /* bytes ever sent; written with this interrupt shut out */
    char bytes[QUEUE_SIZE];
} queue;

void USART3_IRQHandler(void);

static bool is_empty(void)
{
    return queue.head == queue.tail;
}

/* Move one byte when the transmitter takes it. Interrupts of the console must be shut out. */
static void send_one(void)
{
    if (!is_empty() && (USART3_ISR & USART_ISR_TXE)) {
        USART3_TDR = (uint8_t)queue.bytes[queue.tail % QUEUE_SIZE];
        queue.tail++;
    }
}

void USART3_IRQHandler(void)
{
    send_one();
    if (is_empty())
        USART3_CR1 &= ~USART_CR1_TXEIE;
}

/* Send without the interrupt: with interrupts off, and while the queue is full. */
static void send_polled(void)
{
    uint32_t primask = core_interrupts_disable();
    send_one();
    core_interrupts_restore(primask);
}

static void start_sending(void)
{
    uint32_t primask = core_interrupts_disable();
    USART3_CR1 |= USART_CR1_TXEIE;
    core_interrupts_restore(primask);
}

void stm32h7_uart_init(uint32_t kernel_hz)
{
    stm32h7_gpio_alternate('B', 10, 7);
    stm32h7_gpio_alternate('B', 11, 7);
    RCC_APB1LENR |= RCC_APB1L_USART3;
    (void)RCC_APB1LENR; /* the clock is on two cycles later: RM0399, peripheral clock enabling */
    USART3_CR1 = 0;
    USART3_CR2 = 0;
    USART3_CR3 = 0;
    USART3_BRR = stm32h7_baud_divider(kernel_hz, BAUD);
    USART3_CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
    queue.kernel_hz = kernel_hz;
    queue.ready = true;
    core_irq_enable(IRQ_USART3, PRIORITY);
}

/* A fault may come before .bss is ready: what RAM says about the queue counts only while the
 * console has its clock, which a reset takes away. */
static bool is_ready(void)
{
    return (RCC_APB1LENR & RCC_APB1L_USART3) && queue.ready;
}

void stm32h7_uart_write(const char *text, size_t size)
{
    if (!is_ready())
        return;
    for (size_t i = 0; i < size; i++) {
        while (queue.head - queue.tail == QUEUE_SIZE)
            send_polled();
        queue.bytes[queue.head % QUEUE_SIZE] = text[i];
        queue.head++;
    }
    if (size)
        start_sending();
}

void stm32h7_uart_print(const char *text)
{
    stm32h7_uart_write(text, strlen(text));
}

/* Bounded by polls, not by time: it runs after faults, when no tick counts. A poll reads a register
 * over the APB, which takes longer than a cycle of the kernel clock, so this many polls outlast a
 * full queue. */
void stm32h7_uart_flush(void)
{
    if (!is_ready())
        return;
    uint32_t bit_cycles = queue.kernel_hz / BAUD;
    uint32_t polls = (QUEUE_SIZE + 2u) * BITS_PER_BYTE * bit_cycles;
    while (polls-- > 0) {
        send_polled();
        if (is_empty() && (USART3_ISR & USART_ISR_TC))
            return;
    }
}
