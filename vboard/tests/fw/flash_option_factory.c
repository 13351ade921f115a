/* The option bytes as shipped: both cores boot, the M4 from 0x08100000 (RM0399 4.4.4, table 20).
 * Run with
 * --option-bytes factory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    CHECK((OPTSR_CUR & ~0x1C000000u) == (0x1BC6AAF0u & ~0x1C000000u)); /* less the reserved bits */
    CHECK(OPTSR_PRG == OPTSR_CUR);
    CHECK(BOOT7_CUR == 0x1FF00800u);
    CHECK(FLASH(1, 0x48) == 0x10000810u);
    CHECK(FLASH(2, 0x48) == 0x10000810u); /* shared registers are in both sets */
    CHECK(WPSN_CUR(1) == 0xFF && WPSN_CUR(2) == 0xFF);
    CHECK(FLASH(1, 0x28) == 0xFF && FLASH(2, 0x28) == 0xFF);
    CHECK(FLASH(1, 0x00) == 0x37);
    check_pass();
}
