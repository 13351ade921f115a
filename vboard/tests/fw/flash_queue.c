/* Behind the word that is being programmed one more waits; the next full one stalls the core
 * (RM0399 4.3.9, write buffer and command queue; QW). Three words take three times in all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    uint32_t after_two, after_three, end;

    check_begin();
    unlock(2);
    CR(2) = CR_PG | CR_PSIZE_64;
    clock_begin();
    write_word(BANK2, 0x100);
    write_word(BANK2 + FLASH_WORD, 0x200);
    after_two = clock_us();
    CHECK(SR(2) & SR_QW);
    write_word(BANK2 + 2 * FLASH_WORD, 0x300);
    after_three = clock_us();
    wait_idle(2);
    end = clock_us();
    CHECK(after_two < 60);
    CHECK(after_three >= 95 && after_three < 160);
    CHECK(end >= 295 && end < 360);
    CHECK(word_is(BANK2, 0x100));
    CHECK(word_is(BANK2 + FLASH_WORD, 0x200));
    CHECK(word_is(BANK2 + 2 * FLASH_WORD, 0x300));
    check_pass();
}
