/* Fetching an instruction from a word with a double ECC error is a bus fault too, IBUSERR
 * (RM0399 4.7.7; Armv7-M ARM B3.2.15).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

#define BX_LR_TWICE 0x47704770u

static void program_code(uint32_t address)
{
    CR(2) = CR_PG | CR_PSIZE_64;
    for (uint32_t i = 0; i < 8; i++) {
        REG32(address + 4 * i) = BX_LR_TWICE;
    }
    barrier();
    wait_idle(2);
}

int main(void)
{
    void (*code)(void) = (void (*)(void))(uintptr_t)(BANK2 | 1u);

    check_begin();
    bus_faults_on();
    unlock(2);
    program_code(BANK2);
    code();
    CHECK(fault_count == 0);
    program_word(2, BANK2, 0);
    code();
    CHECK(fault_count == 1);
    CHECK(fault_status & CFSR_IBUSERR);
    CHECK(SR(2) & SR_DBECCERR);
    check_pass();
}
