/* FW programs a partly filled buffer, its other bytes as ones; with an empty buffer it does
 * nothing. The word is programmed then: writing its rest later makes the ECC inconsistent
 * (RM0399 4.3.9).
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
    CR(2) = CR_PG | CR_PSIZE_64 | CR_FW;
    CHECK(!(SR(2) & (SR_BSY | SR_QW)));
    REG32(BANK2 + FLASH_WORD) = 0xFFFFFFFF; /* no bit to clear: no effect */
    barrier();
    CR(2) = CR_PG | CR_PSIZE_64 | CR_FW;
    CHECK((SR(2) & (SR_BSY | SR_QW | SR_WBNE)) == SR_WBNE);
    CR(2) = CR_PSIZE_64; /* without PG the buffer is lost */
    CHECK(SR(2) == 0);
    CR(2) = CR_PG | CR_PSIZE_64;

    REG32(BANK2) = 0x12345678;
    barrier();
    CHECK(SR(2) == SR_WBNE);
    CR(2) = CR_PG | CR_PSIZE_64 | CR_FW;
    CHECK(!(SR(2) & SR_WBNE));
    wait_idle(2);
    CHECK(SR(2) == SR_EOP);
    CHECK(REG32(BANK2) == 0x12345678u);
    CHECK(REG32(BANK2 + 4) == 0xFFFFFFFFu);

    REG32(BANK2 + 4) = 0;
    barrier();
    CR(2) = CR_PG | CR_PSIZE_64 | CR_FW;
    wait_idle(2);
    (void)faulting_load(BANK2);
    CHECK(fault_count == 1);
    check_pass();
}
