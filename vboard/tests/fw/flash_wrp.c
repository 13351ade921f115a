/* A sector whose WRPSn bit is 0 can be neither programmed nor erased, nor its bank: WRPERR
 * (RM0399 4.5.2, 4.7.2). The flag does not block other writes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    unlock(2);
    program_word(2, BANK2 + SECTOR(3), 0x300);
    option_unlock();
    WPSN_PRG(2) = 0xFFu & ~(1u << 3);
    option_start();
    CHECK(WPSN_CUR(2) == 0xF7);
    CHECK(WPSN_CUR(1) == 0xFF);

    clear_flags(2);
    program_word(2, BANK2 + SECTOR(3) + FLASH_WORD, 0x400);
    CHECK(SR(2) == SR_WRPERR);
    CHECK(word_is_blank(BANK2 + SECTOR(3) + FLASH_WORD));
    program_word(2, BANK2 + SECTOR(2), 0x200);
    CHECK(word_is(BANK2 + SECTOR(2), 0x200));

    clear_flags(2);
    erase_sector(2, 3);
    CHECK(SR(2) == SR_WRPERR);
    clear_flags(2);
    CR(2) = CR_BER | CR_PSIZE_64 | CR_START;
    CHECK(SR(2) == SR_WRPERR);
    CHECK(word_is(BANK2 + SECTOR(3), 0x300));
    CHECK(word_is(BANK2 + SECTOR(2), 0x200));
    check_pass();
}
