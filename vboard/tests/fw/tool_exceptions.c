/* tool_exceptions.c - an interrupt that makes itself pending again: thread mode gets no further.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

void WWDG1_IRQHandler(void)
{
    REG32(NVIC_ISPR) = 1;
}

int main(void)
{
    check_begin();
    print("exceptions for ever\r\n");
    REG32(NVIC_ISER) = 1;
    REG32(NVIC_ISPR) = 1;
    for (;;) {
    }
}
