/* An edge on a pin becomes an interrupt: SYSCFG_EXTICR chooses the port, RTSR and FTSR the edge.
 * RM0399 21.5.1, 21.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define SYSCFG_EXTICR1 REG32(0x58000408u)
#define EXTI_RTSR1     REG32(0x58000000u)
#define EXTI_IMR1      REG32(0x58000080u)
#define EXTI_PR1       REG32(0x58000088u)

static volatile uint32_t interrupts;

void EXTI2_IRQHandler(void);

void EXTI2_IRQHandler(void)
{
    CHECK(EXTI_PR1 & 1u << 2);
    EXTI_PR1 = 1u << 2;
    (void)EXTI_PR1;
    interrupts++;
}

int main(void)
{
    check_begin();
    RCC_AHB4ENR |= 1u << 9;
    RCC_APB4ENR |= 1u << 1;
    MODER('J') = (MODER('J') & ~(3u << 4)) | 1u << 4;
    SYSCFG_EXTICR1 = 9u << 8; /* line 2: port J */
    EXTI_RTSR1 = 1u << 2;
    EXTI_IMR1 |= 1u << 2;
    REG32(NVIC_ISER) = 1u << 8;
    BSRR('J') = 1u << 2;
    barrier();
    CHECK(interrupts == 1);
    BSRR('J') = 1u << 18; /* the falling edge is not selected */
    barrier();
    CHECK(interrupts == 1);
    BSRR('J') = 1u << 2;
    barrier();
    CHECK(interrupts == 2);
    EXTI_IMR1 &= ~(1u << 2);
    BSRR('J') = 1u << 18;
    BSRR('J') = 1u << 2;
    barrier();
    CHECK(interrupts == 2);
    CHECK(EXTI_PR1 & 1u << 2);
    check_pass();
}
