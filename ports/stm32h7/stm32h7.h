/* stm32h7.h - what the files of this port give each other. Not for applications.
 *
 * Thread safety: one caller, except where a function is said to be an interrupt's.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_H
#define STM32H7_H

#include "flota/flash.h"
#include "flota/platform.h"
#include "rules.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- clock.c --- */

struct stm32h7_clock {
    uint32_t cpu_hz;
    uint32_t hclk_hz;    /* AXI, AHB1 to AHB4 */
    uint32_t pclk1_hz;   /* kernel clock of USART3 */
    const char *problem; /* why the full speed was not reached, a clause; else NULL */
};

/* Bring the core to 400 MHz from the board's 25 MHz crystal; when something does not come up in
 * time, stay on the internal 64 MHz oscillator. The tick must run. Blocks for at most 120 ms.
 * Source: RM0399 chapters 7 (supply, voltage scaling) and 9 (PLL); board: UM2488, VCORE from the
 * SMPS. */
const struct stm32h7_clock *stm32h7_clock_init(void);

#define STM32H7_HSI_HZ 64000000u

/* What stm32h7_clock_init() reached. */
const struct stm32h7_clock *stm32h7_clock_now(void);

/* --- tick.c --- */

/* Let the tick count milliseconds of a core clock. May be called again when the clock has changed.
 */
void stm32h7_tick_init(uint32_t cpu_hz);
uint32_t stm32h7_tick_ms(void);

/* Wait until (*reg & mask) == value, at most limit_ms milliseconds. Interrupts must be on. */
bool stm32h7_wait(const volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t limit_ms);

/* An interrupt's: something has happened that the main loop should look at. */
void stm32h7_wake(void);

/* Sleep until stm32h7_wake(), or return at once when it was called since the last sleep. */
void stm32h7_sleep(void);

/* --- mpu.c --- */

/* Memory attributes, then instruction and data cache on. Call once, before anything uses DMA. */
void stm32h7_memory_init(void);

/* --- uart.c: console on USART3, PB10 and PB11 (ST-LINK's virtual COM port), 115200 8N1 --- */

void stm32h7_uart_init(uint32_t kernel_hz);

/* Queue bytes; waits only while the queue is full. Works with interrupts off, too. */
void stm32h7_uart_write(const char *text, size_t size);
void stm32h7_uart_print(const char *text); /* zero-terminated */

/* Queue bytes without waiting. Up to the queue's 4096 are taken together or not at all, so that
 * nothing gets into the middle of a frame. Returns how many. */
size_t stm32h7_uart_write_some(const char *text, size_t size);

/* Take received bytes, without the other end's XON and XOFF. The first call begins to receive. */
size_t stm32h7_uart_read(char *bytes, size_t size);

/* Received bytes that found no place, and overruns of the USART: the interrupt came too late. */
uint32_t stm32h7_uart_lost(void);

/* Wait until the last bit is out, but no longer than the queue can take. Needs no interrupts. */
void stm32h7_uart_flush(void);

/* --- fault.c --- */

/* Print a zero-terminated reason on the console and reset the chip. From any context. */
_Noreturn void stm32h7_panic(const char *reason);

/* --- last_words.c --- */

struct flota_last_words;

/* Read what the last run left, and forget it. Call before any milestone of this run. */
void stm32h7_last_words_take(struct flota_last_words *words);

/* Leave a report for the next run. From any context; needs no .data and no .bss.
 *
 * pc, lr: 0 when not known.  fault_status: CFSR. */
void stm32h7_last_words_leave(const char *what, uint32_t pc, uint32_t lr, uint32_t fault_status);

/* --- start.c --- */

/* Keep how this run began: the first call of C start-up once .bss is ready. The arguments are what
 * the guard left in registers (guard/handover.h), or anything when it did not run. */
void stm32h7_start_keep(uint32_t magic, uint32_t reset_flags, uint32_t decision);

/* --- flash.c --- */

extern const struct flota_flash stm32h7_flash;

/* --- platform.c --- */

extern const struct flota_platform stm32h7_platform;

/* Read once at boot what lies in bank 1's system memory: later reads would stall while that bank
 * works. */
void stm32h7_identity_read(void);
const uint8_t *stm32h7_unique_id(void);

/* --- random.c --- */

void stm32h7_random_init(void);

#endif
