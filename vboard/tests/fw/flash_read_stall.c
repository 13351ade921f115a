/* A read of a bank that programs or erases waits until it is done (RM0399 4.3.8, 4.3.11).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    uint32_t started, read;

    check_begin();
    unlock(2);
    program_word(2, BANK2, 0x100);
    program_word(2, BANK2 + SECTOR(2), 0x200);
    CR(2) = CR_SER | CR_SNB(0) | CR_PSIZE_64;
    clock_begin();
    CR(2) = CR_SER | CR_SNB(0) | CR_PSIZE_64 | CR_START;
    started = clock_us();
    CHECK(SR(2) & SR_QW);
    CHECK(REG32(BANK2 + SECTOR(2)) == 0x200); /* another sector, the same bank */
    read = clock_us();
    CHECK(started < 50);
    CHECK(read >= 999000);
    CHECK(!(SR(2) & SR_QW));
    CHECK(word_is_blank(BANK2));

    CR(2) = CR_PG | CR_PSIZE_64;
    clock_begin();
    write_word(BANK2, 0x300);
    CHECK(word_is(BANK2, 0x300));
    read = clock_us();
    CHECK(read >= 98 && read < 200);
    check_pass();
}
