/* ECC flags and the failing word's number come in the register set that serves where the bank is
 * mapped: with the banks swapped, a dead word of physical bank 1 shows in set 2, one of bank 2 in
 * set 1 (RM0399 4.3.13, FLASH_SR, FLASH_ECC_FA).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_fault.h"
#include "flash_swap.h"

/* In sector 5; the words differ in number. */
#define DEAD_1 (SECTOR(5) + 3 * FLASH_WORD)
#define DEAD_2 (SECTOR(5) + 9 * FLASH_WORD)

static void kill_word(unsigned set, uint32_t address)
{
    program_word(set, address, 0x100);
    program_word(set, address, 0x200);
}

static void look(uint32_t address, unsigned set, unsigned other)
{
    clear_flags(1);
    clear_flags(2);
    fault_count = 0;
    (void)faulting_load(address);
    CHECK(fault_count == 1 && fault_address == address);
    CHECK(SR(set) == SR_DBECCERR && SR(other) == 0);
    CHECK(ECC_FA(set) == (address & 0xFFFFFu) / FLASH_WORD && ECC_FA(other) == 0);
    clear_flags(set);
    CHECK(SR(set) == 0 && ECC_FA(set) == 0);
}

int main(void)
{
    check_begin();
    bus_faults_on();
    if (boot_number() == 0) {
        unlock(1);
        unlock(2);
        kill_word(1, BANK1 + DEAD_1);
        kill_word(2, BANK2 + DEAD_2);
        look(BANK1 + DEAD_1, 1, 2);
        look(BANK2 + DEAD_2, 2, 1);
        copy_to_bank2();
        set_swap_option();
        system_reset();
    }
    CHECK(OPTCR & SWAP_BANK);
    look(BANK2 + DEAD_1, 2, 1);
    look(BANK1 + DEAD_2, 1, 2);
    check_pass();
}
