/* An erase makes a sector blank, its words fit to be programmed and its ECC errors gone; the other
 * sectors stay (RM0399 4.3.10).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

int main(void)
{
    check_begin();
    bus_faults_on();
    unlock(2);
    program_word(2, BANK2 + SECTOR(1), 0x100);
    program_word(2, BANK2 + SECTOR(1), 0x0); /* now its ECC is inconsistent */
    program_word(2, BANK2 + SECTOR(2), 0x200);
    (void)faulting_load(BANK2 + SECTOR(1));
    CHECK(fault_count == 1);

    erase_sector(2, 1);
    CHECK(word_is_blank(BANK2 + SECTOR(1)));
    program_word(2, BANK2 + SECTOR(1), 0x300);
    CHECK(word_is(BANK2 + SECTOR(1), 0x300));
    CHECK(word_is(BANK2 + SECTOR(2), 0x200));

    CR(2) = CR_BER | CR_PSIZE_64 | CR_START;
    wait_idle(2);
    CHECK(word_is_blank(BANK2 + SECTOR(1)));
    CHECK(word_is_blank(BANK2 + SECTOR(2)));
    CHECK(fault_count == 1);
    check_pass();
}
