/* A peripheral whose clock enable is off reads 0 and takes no writes; the C1_ name of an enable
 * register is the same register. RM0399 9.5.10, 9.7.41.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

int main(void)
{
    check_begin();
    CHECK(!(RCC_AHB4ENR & 1u << 9));
    MODER('J') = 0x12345678u;
    CHECK(MODER('J') == 0);
    RCC_C1_AHB4ENR |= 1u << 9;
    CHECK(RCC_AHB4ENR & 1u << 9);
    CHECK(MODER('J') == 0xFFFFFFFFu); /* its reset value: the write was lost */
    MODER('J') = 0x12345678u;
    CHECK(MODER('J') == 0x12345678u);
    RCC_AHB4ENR &= ~(1u << 9);
    CHECK(MODER('J') == 0);
    RCC_AHB4ENR |= 1u << 9;
    CHECK(MODER('J') == 0x12345678u); /* kept meanwhile */
    USART1(USART_BRR) = 640;
    RCC_APB2ENR |= 1u << 4;
    CHECK(USART1(USART_BRR) == 0);
    check_pass();
}
