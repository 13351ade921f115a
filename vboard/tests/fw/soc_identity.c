/* The chip says what it is: unique id, flash size, DBGMCU_IDCODE. RM0399 63.5.8 (IDC), 64.1, 64.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define UNIQUE_ID(n) REG32(0x1FF1E800u + 4u * (n))

int main(void)
{
    check_begin();
    CHECK(UNIQUE_ID(0) != 0xFFFFFFFFu && UNIQUE_ID(0) != 0);
    CHECK(UNIQUE_ID(1) != 0xFFFFFFFFu && UNIQUE_ID(2) != 0xFFFFFFFFu);
    CHECK(REG16(0x1FF1E880u) == 2048);
    CHECK((REG32(0x5C001000u) & 0xFFFu) == 0x450u); /* STM32H742 to H757 */
    CHECK(REG32(0x5C001000u) >> 16 == 0x2003u);     /* revision V */
    check_pass();
}
