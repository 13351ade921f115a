/* A change that is not permitted sets OPTCHANGEERR and leaves the _PRG registers as they were asked
 * for: who starts another change asks for the same again (RM0399 4.4.3). Here a PCROP area that
 * should shrink.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

#define PRAR_CUR(set) FLASH(set, 0x28u)
#define AREA          (0xE00u | 0xFFFu << 16) /* sector 7 */
#define NONE          0x000000FFu
#define BOR           (1u << 2)

static bool changes(void)
{
    option_start();
    bool failed = (OPTSR_CUR & OPTSR_OPTCHANGEERR) != 0;

    OPTCCR = OPTSR_OPTCHANGEERR;
    return !failed;
}

int main(void)
{
    check_begin();
    option_unlock();
    PRAR_PRG(2) = AREA;
    CHECK(changes());
    CHECK(PRAR_CUR(2) == AREA);
    PRAR_PRG(2) = NONE;
    CHECK(!changes());
    CHECK(PRAR_CUR(2) == AREA && PRAR_PRG(2) == NONE);
    uint32_t wanted = OPTSR_CUR ^ BOR;
    OPTSR_PRG = wanted;
    CHECK(!changes()); /* the PCROP register is still dirty */
    CHECK(OPTSR_CUR != wanted);
    PRAR_PRG(2) = AREA;
    CHECK(changes());
    CHECK(OPTSR_CUR == wanted);
    check_pass();
}
