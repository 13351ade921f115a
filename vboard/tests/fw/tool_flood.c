/* tool_flood.c - sends on all of USART1 to USART3 as fast as they go, for ever: the tool's memory
 * must stay bounded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "check.h"

int main(void)
{
    static const uint32_t bases[3] = {0x40011000u, 0x40004400u, 0x40004800u};

    check_begin();
    REG32(0x580244E8u) |= 1u << 17; /* APB1LENR: USART2 */
    REG32(0x580244F0u) |= 1u << 4;  /* APB2ENR: USART1 */
    for (int i = 0; i < 3; i++) {
        REG32(bases[i] + 0x00) = 0;
        REG32(bases[i] + 0x0C) = 16;                                      /* BRR, by 8: 8 Mbaud */
        REG32(bases[i] + 0x00) = (1u << 15) | (1u << 3) | (1u << 2) | 1u; /* OVER8, TE, RE, UE */
    }
    for (uint32_t turn = 0;; turn++) {
        for (int i = 0; i < 3; i++) {
            REG32(bases[i] + 0x28) = 'a' + turn % 26;
        }
    }
}
