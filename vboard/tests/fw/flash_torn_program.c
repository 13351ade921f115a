/* A reset while a word is programmed leaves it undefined (RM0399 4.3.9): none is whole without a
 * sign of it, and most cannot be read. A word that waits behind it is lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

enum { TEARS = 12 };

static void tear(uint32_t n)
{
    CR(2) = CR_PG | CR_PSIZE_64;
    clock_begin();
    write_word(BANK2 + 2 * n * FLASH_WORD, 0x55550000u);
    write_word(BANK2 + (2 * n + 1) * FLASH_WORD, 0x55550000u);
    while (clock_us() < 8 * n) {
    }
    CHECK(SR(2) & SR_QW);
    system_reset();
}

int main(void)
{
    uint32_t boot = boot_number(), dead = 0;

    check_begin();
    bus_faults_on();
    unlock(2);
    if (boot < TEARS) {
        tear(boot);
    }
    for (uint32_t n = 0; n < TEARS; n++) {
        uint32_t address = BANK2 + 2 * n * FLASH_WORD;

        clear_flags(2);
        fault_count = 0;
        (void)faulting_load(address);
        dead += fault_count;
        CHECK(fault_count == 1 || (SR(2) & SR_SNECCERR) || !word_is(address, 0x55550000u));
        CHECK(word_is_blank(address + FLASH_WORD));
    }
    CHECK(dead >= TEARS / 2);
    check_pass();
}
