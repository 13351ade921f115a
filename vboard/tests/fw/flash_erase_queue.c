/* START while the bank is busy: the erase waits in a queue of two, behind a write that waits too
 * (RM0399 4.3.10).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static void start(unsigned sector)
{
    CR(2) = CR_SER | CR_PG | CR_SNB(sector) | CR_PSIZE_64 | CR_START;
}

int main(void)
{
    uint32_t started, end;

    check_begin();
    unlock(2);
    for (unsigned sector = 0; sector < 3; sector++) {
        program_word(2, BANK2 + SECTOR(sector), 0x100);
    }
    clock_begin();
    start(0);
    start(1);
    start(2);
    write_word(BANK2 + SECTOR(2) + FLASH_WORD, 0x200); /* before the erase of its sector */
    write_word(BANK2 + SECTOR(3), 0x300);              /* stalls: the place of a write is taken */
    started = clock_us();
    wait_idle(2);
    end = clock_us();
    CHECK(started >= 999000 && started < 1010000);
    CHECK(end >= 2999000 && end < 3010000);
    for (unsigned sector = 0; sector < 3; sector++) {
        CHECK(word_is_blank(BANK2 + SECTOR(sector)));
    }
    CHECK(word_is_blank(BANK2 + SECTOR(2) + FLASH_WORD));
    CHECK(word_is(BANK2 + SECTOR(3), 0x300));
    check_pass();
}
