/* check.h - what a check program needs: a console on USART3, assertions, an end.
 *
 *     int main(void)
 *     {
 *         check_begin();
 *         CHECK(REG32(0xE000ED00) == 0x411FC271);
 *         check_pass();
 *     }
 *
 * The program passes when its last console line is "ok" and it ends through semihosting with
 * success.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define REG16(address) (*(volatile uint16_t *)(uintptr_t)(address))
#define REG8(address)  (*(volatile uint8_t *)(uintptr_t)(address))

/* Kept by the start-up code as the reset found it: for programs that go through a reset. */
#define KEEP __attribute__((section(".keep")))

/* Code that runs from RAM. */
#define RAM_CODE __attribute__((section(".ram_code"), noinline, long_call))

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_failed(__FILE__, __LINE__, #condition);                                          \
        }                                                                                          \
    } while (0)

/* Start the console: USART3 at 115200 baud from the 64 MHz HSI. Call it first; again after a change
 * of the clocks only. */
void check_begin(void);

/* Print "ok" and end the run with success. */
_Noreturn void check_pass(void);

/* End the run through semihosting. */
_Noreturn void check_exit(bool success);

/* Print where and what, end the run with failure. */
_Noreturn void check_failed(const char *file, int line, const char *condition);

void print(const char *text);
void print_hex(uint32_t value); /* 0x and eight digits */

#endif
