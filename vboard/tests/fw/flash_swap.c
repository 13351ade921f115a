/* SWAP_BANK_OPT is loaded at a reset only; then the banks change places, and the register sets with
 * them (RM0399 4.3.13). The program copies itself into bank 2 and goes on there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_swap.h"

static void swap(void)
{
    unlock(2);
    program_word(1, BANK1 + SECTOR(6), 0x1111);
    program_word(2, BANK2 + SECTOR(6), 0x2222);
    copy_to_bank2();
    CHECK(!(OPTCR & SWAP_BANK));
    set_swap_option();
    CHECK(OPTSR_CUR & SWAP_BANK);
    CHECK(!(OPTCR & SWAP_BANK));
    CHECK(word_is(BANK1 + SECTOR(6), 0x1111));
    system_reset();
}

int main(void)
{
    check_begin();
    unlock(1);
    if (boot_number() == 0) {
        swap();
    }
    CHECK(OPTCR & SWAP_BANK);
    CHECK(word_is(BANK1 + SECTOR(6), 0x2222));
    CHECK(word_is(BANK2 + SECTOR(6), 0x1111));
    unlock(2);
    program_word(2, BANK2 + SECTOR(7), 0x7777);
    CHECK(SR(2) == SR_EOP && SR(1) == 0);
    CHECK(word_is(BANK2 + SECTOR(7), 0x7777));
    erase_sector(2, 6);
    CHECK(word_is_blank(BANK2 + SECTOR(6)));
    CHECK(word_is(BANK1 + SECTOR(6), 0x2222));
    check_pass();
}
