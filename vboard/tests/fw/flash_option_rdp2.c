/* At RDP level 2 only the bank swap can be changed: anything else ends with OPTCHANGEERR (RM0399
 * 4.4.3, 4.5.3, 4.7.11).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    uint32_t status;

    check_begin();
    option_unlock();
    OPTSR_PRG = (OPTSR_CUR & ~0xFF00u) | 0xCC00u;
    option_start();
    status = OPTSR_CUR;
    CHECK((status & 0xFF00u) == 0xCC00u);

    WPSN_PRG(2) = 0xFE;
    option_start();
    CHECK(OPTSR_CUR == (status | OPTSR_OPTCHANGEERR));
    CHECK(WPSN_CUR(2) == 0xFF);
    CHECK(WPSN_PRG(2) == 0xFE); /* kept after an error */

    WPSN_PRG(2) = 0xFF;
    OPTSR_PRG = status | SWAP_BANK;
    OPTCCR = OPTSR_OPTCHANGEERR;
    CHECK(OPTSR_CUR == status);
    option_start();
    CHECK(OPTSR_CUR == (status | SWAP_BANK));
    check_pass();
}
