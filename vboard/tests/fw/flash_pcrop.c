/* A PCROP area: data reads set RDPERR without a bus error, its sectors can be neither programmed
 * nor erased: WRPERR (RM0399 4.5.4, 4.7.2, 4.7.8).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    unlock(2);
    program_word(2, BANK2 + 0x1000, 0x500);
    option_unlock();
    PRAR_PRG(2) = 0x10u | 0x11u << 16; /* 0x1000 to 0x11FF, in units of 256 bytes */
    option_start();
    clear_flags(2);

    CHECK(REG32(BANK2 + 0x1200) == 0xFFFFFFFFu);
    CHECK(SR(2) == 0);
    (void)REG32(BANK2 + 0x1000);
    CHECK(SR(2) == SR_RDPERR);

    clear_flags(2);
    program_word(2, BANK2 + 0x2000, 0x600);
    CHECK(SR(2) == SR_WRPERR);
    clear_flags(2);
    erase_sector(2, 0);
    CHECK(SR(2) == SR_WRPERR);
    program_word(2, BANK2 + SECTOR(1), 0x700);
    CHECK(word_is(BANK2 + SECTOR(1), 0x700));
    check_pass();
}
