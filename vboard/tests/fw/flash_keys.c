/* A wrong key, a narrow one, a third one, or a write of something else between the two: each locks
 * FLASH_CR until the next reset and is a bus error (RM0399 4.5.1). The other bank is not concerned.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

enum { WRONG_WAYS = 5 };

static void go_wrong(uint32_t way)
{
    switch (way) {
    case 0: /* the second key is wrong */
        KEYR(2) = 0x45670123u;
        KEYR(2) = 0x12345678u;
        break;
    case 1: /* so is the first */
        KEYR(2) = 0xCDEF89ABu;
        break;
    case 2: /* unlocked already */
        unlock(2);
        CHECK(!(CR(2) & CR_LOCK));
        KEYR(2) = 0x45670123u;
        break;
    case 3: /* something else in between */
        KEYR(2) = 0x45670123u;
        CCR(2) = SR_ALL;
        break;
    default: /* 16 bits */
        REG16(0x52002104u) = 0x0123u;
    }
    barrier();
}

int main(void)
{
    uint32_t boot = boot_number();

    check_begin();
    bus_faults_on();
    CHECK(CR(1) & CR_LOCK);
    unlock(1);
    CHECK(!(CR(1) & CR_LOCK));
    if (boot < WRONG_WAYS) {
        go_wrong(boot);
        CHECK(fault_count == 1);
        unlock(2);
        barrier();
        CHECK(CR(2) & CR_LOCK);
        CHECK(!(CR(1) & CR_LOCK));
        system_reset();
    }
    unlock(2);
    CHECK(!(CR(2) & CR_LOCK));
    CR(2) = CR_LOCK;
    CHECK(CR(2) & CR_LOCK);
    unlock(2);
    CHECK(!(CR(2) & CR_LOCK)); /* locked by software: unlocked again without a reset */
    CHECK(fault_count == 0);
    check_pass();
}
