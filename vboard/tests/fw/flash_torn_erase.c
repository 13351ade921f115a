/* A reset during an erase leaves the sector undefined (RM0399 4.3.10): here some words as they
 * were, some blank, some that cannot be read. Erasing again repairs it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

enum { WORDS = 64 };

static void tear(void)
{
    for (uint32_t n = 0; n < WORDS; n++) {
        program_word(2, BANK2 + n * FLASH_WORD, 0x100);
        program_word(2, BANK2 + SECTOR(1) + n * FLASH_WORD, 0x200);
    }
    clock_begin();
    CR(2) = CR_SER | CR_SNB(0) | CR_PSIZE_64 | CR_START;
    while (clock_us() < 1000) {
    }
    system_reset();
}

int main(void)
{
    uint32_t same = 0, blank = 0, dead = 0;

    check_begin();
    bus_faults_on();
    unlock(2);
    if (boot_number() == 0) {
        tear();
    }
    for (uint32_t n = 0; n < WORDS; n++) {
        uint32_t address = BANK2 + n * FLASH_WORD;

        fault_count = 0;
        (void)faulting_load(address);
        dead += fault_count;
        if (fault_count == 0) {
            same += word_is(address, 0x100);
            blank += word_is_blank(address);
        }
        CHECK(word_is(BANK2 + SECTOR(1) + n * FLASH_WORD, 0x200));
    }
    CHECK(same > 0 && blank > 0 && dead > 0);

    fault_count = 0;
    erase_sector(2, 0);
    for (uint32_t n = 0; n < WORDS; n++) {
        program_word(2, BANK2 + n * FLASH_WORD, 0x300);
        CHECK(word_is(BANK2 + n * FLASH_WORD, 0x300));
    }
    CHECK(fault_count == 0);
    check_pass();
}
