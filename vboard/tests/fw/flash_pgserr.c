/* A write without PG sets PGSERR and does nothing; no bus error (RM0399 4.3.9, 4.7.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    unlock(2);
    REG32(BANK2) = 0x11111111;
    barrier();
    CHECK(SR(2) == SR_PGSERR);
    CHECK(REG32(BANK2) == 0xFFFFFFFFu);
    clear_flags(2);
    CHECK(SR(2) == 0);
    check_pass();
}
