/* The RNG delivers numbers, four at a time, while its 48 MHz clock runs; without it, none.
 * RM0399 34.3.5, 34.3.6, 34.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define RNG_CR REG32(0x48021800u)
#define RNG_SR REG32(0x48021804u)
#define RNG_DR REG32(0x48021808u)
#define DRDY   1u
#define RNGEN  (1u << 2)
#define IE     (1u << 3)

static volatile uint32_t interrupts;

void RNG_IRQHandler(void);

void RNG_IRQHandler(void)
{
    interrupts++;
    RNG_CR &= ~IE;
    (void)RNG_CR;
}

static uint32_t next(void)
{
    while (!(RNG_SR & DRDY)) {
    }
    return RNG_DR;
}

int main(void)
{
    uint32_t first, same = 0;
    check_begin();
    start_cycle_counter();
    RCC_AHB2ENR |= 1u << 6;
    RNG_CR = RNGEN;
    wait_cycles(64u * 1000u);
    CHECK(!(RNG_SR & DRDY)); /* HSI48 is off */
    CHECK(RNG_DR == 0);
    RNG_CR = 0;
    RCC_CR |= 1u << 12;
    while (!(RCC_CR & 1u << 13)) {
    }
    RNG_CR = RNGEN;
    first = next();
    for (int i = 0; i < 32; i++)
        same += next() == first;
    CHECK(same == 0);
    REG32(NVIC_ISER + 8) = 1u << (80 - 64);
    RNG_CR = RNGEN | IE;
    wait_cycles(64u * 100u);
    CHECK(interrupts == 1);
    check_pass();
}
