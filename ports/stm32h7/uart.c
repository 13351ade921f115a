/* uart.c - the console: USART3 on PB10 and PB11, 115200 8N1, two queues that an interrupt serves.
 *
 * Flow control is by XON and XOFF, both ways: ours when the queue of received bytes fills, the
 * other end's are obeyed for a limited time, since noise can say XOFF, too.
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
#define FIFO_SIZE     16u
#define QUEUE_SIZE    4096u /* a power of two; the longest reply to a call goes into it whole */
#define PRIORITY      12u

/* 8 KB are 0.7 s of the line. The rest behind XOFF is what the other end may have under way. */
#define RECEIVED_SIZE 8192u /* a power of two */
#define RECEIVED_XOFF (RECEIVED_SIZE * 3u / 4u)
#define RECEIVED_XON  (RECEIVED_SIZE / 4u)
#define XON           0x11u
#define XOFF          0x13u
#define PAUSE_MS      2000u

static struct {
    bool ready;
    uint32_t kernel_hz;
    volatile uint32_t head; /* bytes ever queued; written by the caller */
    volatile uint32_t tail; /* bytes ever sent; written with this interrupt shut out */
    volatile bool is_paused;
    volatile uint32_t paused_ms;
    volatile uint8_t control; /* XON or XOFF to be sent before all else, or 0 */
    char bytes[QUEUE_SIZE];
} queue;

static struct {
    bool ready;
    volatile uint32_t head; /* bytes ever received; written by the interrupt */
    volatile uint32_t tail; /* bytes ever read; written by the caller */
    volatile uint32_t lost;
    volatile bool has_paused; /* XOFF was said */
    char bytes[RECEIVED_SIZE];
} received;

void USART3_IRQHandler(void);

static bool is_empty(void)
{
    return queue.head == queue.tail && queue.control == 0;
}

/* Move one byte when the transmitter takes it. Interrupts of the console must be shut out. */
static void send_one(void)
{
    if (is_empty() || !(USART3_ISR & USART_ISR_TXE))
        return;
    if (queue.control) {
        USART3_TDR = queue.control;
        queue.control = 0;
        return;
    }
    USART3_TDR = (uint8_t)queue.bytes[queue.tail % QUEUE_SIZE];
    queue.tail++;
}

static bool is_paused(void)
{
    if (queue.is_paused && stm32h7_tick_ms() - queue.paused_ms >= PAUSE_MS)
        queue.is_paused = false;
    return queue.is_paused;
}

/* A pause stops the interrupt only, not those who wait for a place in the queue: the other end
 * cannot stop the firmware. */
static void send_some(void)
{
    bool holds_back = is_paused() && queue.control == 0;
    if (!holds_back)
        send_one();
    if (is_empty() || (is_paused() && queue.control == 0))
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

/* --- received bytes --- */

static void say(uint8_t control)
{
    queue.control = control;
    USART3_CR1 |= USART_CR1_TXEIE;
}

static void keep(uint8_t byte)
{
    uint32_t count = received.head - received.tail;
    if (count == RECEIVED_SIZE) {
        received.lost++;
        return;
    }
    received.bytes[received.head % RECEIVED_SIZE] = (char)byte;
    received.head++;
    if (count + 1 >= RECEIVED_XOFF && !received.has_paused) {
        received.has_paused = true;
        say(XOFF);
    }
}

static void take(uint8_t byte)
{
    if (byte == XOFF) {
        queue.paused_ms = stm32h7_tick_ms();
        queue.is_paused = true;
    } else if (byte == XON) {
        queue.is_paused = false;
        USART3_CR1 |= USART_CR1_TXEIE;
    } else {
        keep(byte);
    }
}

/* An overrun loses one byte or more: RM0399 52.5.6, the FIFO keeps what it has. */
static void receive_all(void)
{
    uint32_t flags;
    while ((flags = USART3_ISR) & (USART_ISR_RXNE | USART_ISR_ORE)) {
        if (flags & USART_ISR_RXNE)
            take((uint8_t)USART3_RDR);
        if (flags & USART_ISR_ORE) {
            USART3_ICR = USART_ISR_ORE;
            received.lost++;
        }
    }
}

void USART3_IRQHandler(void)
{
    if (received.ready)
        receive_all();
    send_some();
}

/* Bytes are taken from the first read on: a firmware without a reader is not woken by them. */
static void start_receiving(void)
{
    uint32_t primask = core_interrupts_disable();
    USART3_RQR = USART_RQR_RXFRQ;
    USART3_ICR = USART_ISR_ORE;
    received.ready = true;
    USART3_CR1 |= USART_CR1_RXNEIE;
    core_interrupts_restore(primask);
}

static void go_on_receiving(void)
{
    uint32_t primask = core_interrupts_disable();
    received.has_paused = false;
    say(XON);
    core_interrupts_restore(primask);
}

/* --- for the rest of the port --- */

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
    USART3_CR1 = USART_CR1_FIFOEN; /* RM0399 52.8.1: only while UE = 0 */
    USART3_CR1 = USART_CR1_FIFOEN | USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
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

static void put(char c)
{
    queue.bytes[queue.head % QUEUE_SIZE] = c;
    queue.head++;
}

void stm32h7_uart_write(const char *text, size_t size)
{
    if (!is_ready())
        return;
    for (size_t i = 0; i < size; i++) {
        while (queue.head - queue.tail == QUEUE_SIZE)
            send_polled();
        put(text[i]);
    }
    if (size)
        start_sending();
}

size_t stm32h7_uart_write_some(const char *text, size_t size)
{
    uint32_t room = QUEUE_SIZE - (queue.head - queue.tail);
    if (!is_ready() || (size > room && size <= QUEUE_SIZE))
        return 0;
    if (size > room)
        size = room;
    stm32h7_uart_write(text, size);
    return size;
}

size_t stm32h7_uart_read(char *bytes, size_t size)
{
    if (!is_ready())
        return 0;
    if (!received.ready)
        start_receiving();
    size_t count = 0;
    for (; count < size && received.tail != received.head; count++) {
        bytes[count] = received.bytes[received.tail % RECEIVED_SIZE];
        received.tail++;
    }
    if (received.has_paused && received.head - received.tail <= RECEIVED_XON)
        go_on_receiving();
    if (queue.is_paused)
        start_sending(); /* the interrupt looks whether the pause is over */
    return count;
}

uint32_t stm32h7_uart_lost(void)
{
    return received.lost;
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
    uint32_t polls = (QUEUE_SIZE + FIFO_SIZE + 2u) * BITS_PER_BYTE * bit_cycles;
    while (polls-- > 0) {
        send_polled();
        if (is_empty() && (USART3_ISR & USART_ISR_TC))
            return;
    }
}
