/* Outputs follow BSRR, IDR shows what a pin drives, inputs follow their pull, LCKR freezes a pin's
 * configuration. RM0399 12.3.2, 12.3.6, 12.4.7, 12.4.8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

static void output(void)
{
    MODER('J') = (MODER('J') & ~(3u << 4)) | 1u << 4; /* PJ2 */
    BSRR('J') = 1u << 2;
    CHECK(ODR('J') & 1u << 2);
    CHECK(IDR('J') & 1u << 2);
    BSRR('J') = 1u << 18;
    CHECK(!(IDR('J') & 1u << 2));
    BSRR('J') = 1u << 18 | 1u << 2; /* both: set wins */
    CHECK(IDR('J') & 1u << 2);
    ODR('J') = 0;
    CHECK(!(IDR('J') & 1u << 2));
}

static void input(void)
{
    MODER('A') &= ~3u; /* PA0 */
    PUPDR('A') = (PUPDR('A') & ~3u) | 1u;
    CHECK(IDR('A') & 1u);
    PUPDR('A') = (PUPDR('A') & ~3u) | 2u;
    CHECK(!(IDR('A') & 1u));
}

/* The blue button's resistor on PC13 is stronger than the internal pull-up. */
static void driven_input(void)
{
    MODER('C') &= ~(3u << 26);
    PUPDR('C') = (PUPDR('C') & ~(3u << 26)) | 1u << 26;
    CHECK(!(IDR('C') & 1u << 13));
}

static void lock(void)
{
    uint32_t before = MODER('K');
    LCKR('K') = 1u << 16 | 1u;
    LCKR('K') = 1u;
    LCKR('K') = 1u << 16 | 1u;
    (void)LCKR('K');
    CHECK(LCKR('K') == (1u << 16 | 1u));
    MODER('K') = 0;
    CHECK(MODER('K') == (before & 3u));
}

int main(void)
{
    check_begin();
    RCC_AHB4ENR |= 0x7FFu;
    output();
    input();
    driven_input();
    lock();
    check_pass();
}
