/* check.c - see check.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "check.h"

#define USART3_CR1  0x40004800u
#define USART3_BRR  0x4000480Cu
#define USART3_ISR  0x4000481Cu
#define USART3_TDR  0x40004828u
#define GPIOB_MODER 0x58020400u
#define GPIOB_AFRH  0x58020424u

#define RCC_AHB4ENR  0x580244E0u
#define RCC_APB1LENR 0x580244E8u

#define ISR_TC  (1u << 6)
#define ISR_TXE (1u << 7)

#define SEMIHOSTING_EXIT 0x18u
#define EXIT_SUCCESSFUL  0x20026u /* ADP_Stopped_ApplicationExit */
#define EXIT_ERROR       0x20023u /* ADP_Stopped_RunTimeErrorUnknown */

void check_begin(void)
{
    REG32(RCC_AHB4ENR) |= 1u << 1;   /* GPIOB */
    REG32(RCC_APB1LENR) |= 1u << 18; /* USART3 */
    (void)REG32(RCC_APB1LENR);
    /* PB10 TX and PB11 RX, alternate function 7: the board's ST-LINK port. */
    REG32(GPIOB_MODER) = (REG32(GPIOB_MODER) & ~(0xFu << 20)) | (0xAu << 20);
    REG32(GPIOB_AFRH) = (REG32(GPIOB_AFRH) & ~(0xFFu << 8)) | (0x77u << 8);
    REG32(USART3_CR1) = 0;
    REG32(USART3_BRR) = 64000000u / 115200u;
    REG32(USART3_CR1) = (1u << 3) | (1u << 2) | 1u; /* TE, RE, UE */
}

static void put(char c)
{
    while ((REG32(USART3_ISR) & ISR_TXE) == 0) {
    }
    REG32(USART3_TDR) = (uint8_t)c;
}

void print(const char *text)
{
    while (*text != '\0') {
        put(*text++);
    }
}

void print_hex(uint32_t value)
{
    print("0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[(value >> shift) & 0xFu]);
    }
}

static void print_decimal(int value)
{
    char text[12];
    char *at = &text[sizeof text - 1];

    *at = '\0';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    print(at);
}

void check_exit(bool success)
{
    register uint32_t operation __asm("r0") = SEMIHOSTING_EXIT;
    register uint32_t reason __asm("r1") = success ? EXIT_SUCCESSFUL : EXIT_ERROR;

    while ((REG32(USART3_ISR) & ISR_TC) == 0) {
    }
    for (;;) {
        __asm volatile("bkpt 0xAB" : : "r"(operation), "r"(reason) : "memory");
    }
}

void check_pass(void)
{
    print("ok\r\n");
    check_exit(true);
}

void check_failed(const char *file, int line, const char *condition)
{
    print("FAIL ");
    print(file);
    print(":");
    print_decimal(line);
    print(" ");
    print(condition);
    print("\r\n");
    check_exit(false);
}
