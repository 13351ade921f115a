/* A peripheral's bit in a reset register brings it to its reset state, others stay.
 * RM0399 9.4.7, 9.7.29.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

int main(void)
{
    check_begin();
    RCC_AHB4ENR |= 1u << 9 | 1u << 10;
    RCC_APB2ENR |= 1u << 4;
    MODER('J') = 0;
    MODER('K') = 0;
    USART1(USART_BRR) = 640;
    RCC_AHB4RSTR |= 1u << 9;
    RCC_AHB4RSTR &= ~(1u << 9);
    CHECK(MODER('J') == 0xFFFFFFFFu);
    CHECK(MODER('K') == 0);
    RCC_APB2RSTR |= 1u << 4;
    RCC_APB2RSTR &= ~(1u << 4);
    CHECK(USART1(USART_BRR) == 0);
    check_pass();
}
