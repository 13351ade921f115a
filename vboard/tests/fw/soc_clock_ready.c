/* Oscillators and PLLs take time to become ready; a PLL needs its source. RM0399 9.5.2 to 9.5.5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define HSEON   (1u << 16)
#define HSERDY  (1u << 17)
#define PLL1ON  (1u << 24)
#define PLL1RDY (1u << 25)

int main(void)
{
    uint32_t start;
    check_begin();
    start_cycle_counter();
    RCC_PLLCKSELR = 2u | 5u << 4; /* HSE / 5 */
    RCC_CR |= PLL1ON;
    wait_cycles(64u * 1000u);
    CHECK(!(RCC_CR & PLL1RDY)); /* HSE is off */
    start = cycles();
    RCC_CR |= HSEON;
    CHECK(!(RCC_CR & HSERDY));
    while (!(RCC_CR & HSERDY)) {
    }
    CHECK(cycles() - start > 64u * 100u);
    while (!(RCC_CR & PLL1RDY)) {
    }
    RCC_CR &= ~PLL1ON;
    CHECK(!(RCC_CR & PLL1RDY));
    check_pass();
}
