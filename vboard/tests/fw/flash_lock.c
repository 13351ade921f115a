/* While LOCK is set, writes to FLASH_CR are ignored; when LOCK is set the other bits stay
 * (RM0399 4.5.1, FLASH_CR).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    CHECK(CR(2) == (CR_LOCK | CR_PSIZE_64));
    CR(2) = CR_PG;
    CHECK(CR(2) == (CR_LOCK | CR_PSIZE_64));
    CR(2) = CR_SER | CR_SNB(1) | CR_START;
    CHECK(!(SR(2) & (SR_BSY | SR_QW)));
    unlock(2);
    CR(2) = CR_SER | CR_SNB(1);
    CR(2) = CR_LOCK;
    CHECK(CR(2) == (CR_LOCK | CR_SER | CR_SNB(1)));
    check_pass();
}
