/* The reset flags add up until RMVF clears them; RSR and C1_RSR are the same. RM0399 9.4.4, 9.7.40.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define ALL 0xFFFE0000u

KEEP static volatile uint32_t boot;

int main(void)
{
    uint32_t flags = RCC_RSR & ALL;
    check_begin();
    if (!(flags & FLAG_SFT1)) {
        CHECK(flags == 0x00FE0000u); /* POR, PIN, BOR, both domains, both cores */
        boot = 1;
        system_reset();
    }
    if (boot == 1) {
        CHECK(flags == 0x01FE0000u);
        CHECK(RCC_C1_RSR == RCC_RSR);
        RCC_RSR |= FLAG_RMVF;
        CHECK((RCC_RSR & ALL) == 0);
        boot = 2;
        system_reset();
    }
    CHECK(boot == 2);
    CHECK(flags == (FLAG_SFT1 | FLAG_PIN | 3u << 17));
    check_pass();
}
