/* The _PRG registers and OPTCR can be written after the option keys only; a wrong key locks them
 * until reset with a bus error (RM0399 4.5.1, FLASH_OPTKEYR).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

int main(void)
{
    uint32_t status, request;

    check_begin();
    bus_faults_on();
    status = OPTSR_CUR;
    CHECK(OPTCR & OPTCR_OPTLOCK);
    request = OPTSR_PRG;
    OPTSR_PRG = request ^ SWAP_BANK;
    CHECK(OPTSR_PRG == request);
    option_unlock();
    CHECK(!(OPTCR & OPTCR_OPTLOCK));
    OPTSR_PRG = status ^ SWAP_BANK;
    CHECK(OPTSR_PRG == (status ^ SWAP_BANK));
    OPTCR = OPTCR_OPTLOCK;
    CHECK(OPTCR & OPTCR_OPTLOCK);
    CHECK(fault_count == 0);
    if (boot_number() == 0) {
        OPTKEYR = 0x4C5D6E7Fu;
        barrier();
        CHECK(fault_count == 1);
        option_unlock();
        barrier();
        CHECK(OPTCR & OPTCR_OPTLOCK);
        system_reset();
    }
    check_pass();
}
