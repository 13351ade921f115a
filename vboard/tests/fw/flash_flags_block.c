/* PGSERR and INCERR must be cleared before a write; until then it is rejected with PGSERR
 * (RM0399 4.3.9, 4.7.3). WRPERR and EOP block nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    unlock(2);
    REG32(BANK2) = 0; /* no PG */
    barrier();
    CHECK(SR(2) & SR_PGSERR);
    program_word(2, BANK2, 0x100);
    CHECK(word_is_blank(BANK2));
    clear_flags(2);

    CR(2) = CR_PG | CR_PSIZE_64;
    REG32(BANK2) = 1;
    REG32(BANK2 + FLASH_WORD) = 2; /* another word before the first is full */
    barrier();
    CHECK(SR(2) == SR_INCERR);
    program_word(2, BANK2, 0x100);
    CHECK(SR(2) & SR_PGSERR);
    CHECK(word_is_blank(BANK2));
    clear_flags(2);

    program_word(2, BANK2, 0x100);
    CHECK(SR(2) == SR_EOP);
    program_word(2, BANK2 + FLASH_WORD, 0x200); /* EOP is still set */
    CHECK(word_is(BANK2, 0x100));
    CHECK(word_is(BANK2 + FLASH_WORD, 0x200));
    check_pass();
}
