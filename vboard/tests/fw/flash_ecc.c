/* Programming a word twice makes its ECC inconsistent: each read is a bus error, DBECCERR is set
 * and ECC_FA holds the first failing word (RM0399 4.3.9, 4.7.7, FLASH_ECC_FA). The same data again
 * changes nothing. BFAR: Armv7-M ARM B3.2.18.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

#define TWICE  (BANK2 + SECTOR(4) + 5 * FLASH_WORD)
#define TWICE2 (BANK2 + SECTOR(5))

int main(void)
{
    check_begin();
    bus_faults_on();
    unlock(2);
    program_word(2, TWICE, 0x100);
    program_word(2, TWICE + FLASH_WORD, 0x100);
    program_word(2, TWICE + FLASH_WORD, 0x100);
    program_word(2, TWICE2, 0x100);
    CHECK(word_is(TWICE + FLASH_WORD, 0x100));
    CHECK(word_is(TWICE, 0x100));
    clear_flags(2);

    program_word(2, TWICE, 0x200);
    program_word(2, TWICE2, 0x200);
    CHECK(SR(2) == SR_EOP);
    (void)faulting_load(TWICE + 8);
    CHECK(fault_count == 1);
    CHECK(fault_status == (CFSR_PRECISERR | CFSR_BFARVALID));
    CHECK(fault_address == TWICE + 8);
    CHECK(SR(2) == (SR_EOP | SR_DBECCERR));
    CHECK(ECC_FA(2) == (TWICE - BANK2) / FLASH_WORD);
    (void)faulting_load(TWICE2);
    CHECK(fault_count == 2);
    CHECK(ECC_FA(2) == (TWICE - BANK2) / FLASH_WORD); /* the first stays */
    CHECK(word_is(TWICE + FLASH_WORD, 0x100));
    CHECK(fault_count == 2);
    clear_flags(2);
    CHECK(ECC_FA(2) == 0);
    (void)faulting_load(TWICE2);
    CHECK(ECC_FA(2) == (TWICE2 - BANK2) / FLASH_WORD);
    CHECK(SR(1) == 0 && ECC_FA(1) == 0);
    check_pass();
}
