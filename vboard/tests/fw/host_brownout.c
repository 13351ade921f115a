/* For check-chip, which lets the supply dip: a brown-out resets the chip with its own flag, adding
 * to those that are there; most of RAM is as it was. RM0399 9.4.1, 9.7.40.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

enum { WORDS = 8192 };

KEEP static volatile uint32_t kept[WORDS];

#define FLAG_BOR (1u << 21)
#define ALL      0xFFFE0000u

static void first_boot(void)
{
    for (uint32_t n = 0; n < WORDS; n++) {
        kept[n] = n * 2654435761u;
    }
    RCC_RSR |= FLAG_RMVF;
    print("ready\n");
    for (;;) {
    }
}

int main(void)
{
    uint32_t flags = RCC_RSR & ALL, same = 0;

    check_begin();
    for (uint32_t n = 0; n < WORDS; n++) {
        same += kept[n] == n * 2654435761u;
    }
    if ((flags & FLAG_POR) && same < WORDS / 2) {
        first_boot();
    }
    CHECK(flags == (FLAG_BOR | FLAG_PIN | 3u << 17));
    CHECK(same > WORDS * 9 / 10 && same < WORDS);
    check_pass();
}
