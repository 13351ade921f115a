/* The end of an operation sets EOP, and with EOPIE interrupt 4; errors with their enable bits too
 * (RM0399 4.8, FLASH_CR).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static volatile uint32_t interrupts, seen;

void FLASH_IRQHandler(void)
{
    interrupts++;
    seen = SR(2);
    CCR(2) = SR_ALL;
    (void)SR(2);
}

int main(void)
{
    check_begin();
    unlock(2);
    program_word(2, BANK2, 0x100);
    CHECK(SR(2) == SR_EOP);
    clear_flags(2);
    CHECK(interrupts == 0);

    REG32(NVIC_ISER) = 1u << 4;
    CR(2) = CR_PG | CR_PSIZE_64 | SR_EOP; /* EOPIE is at EOP's place */
    write_word(BANK2 + FLASH_WORD, 0x200);
    wait_idle(2);
    barrier();
    CHECK(interrupts == 1);
    CHECK(seen & SR_EOP);

    CR(2) = CR_PSIZE_64 | SR_PGSERR;
    REG32(BANK2 + 2 * FLASH_WORD) = 0;
    barrier();
    CHECK(interrupts == 2);
    CHECK(seen == SR_PGSERR);
    check_pass();
}
