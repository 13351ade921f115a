/* For check-chip: the core locks up, and no watchdog runs. Armv7-M ARM B1.5.15.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

void HardFault_Handler(void)
{
    (void)REG32(0x70000000);
}

int main(void)
{
    check_begin();
    print("ready\n");
    (void)REG32(0x70000000);
    CHECK(!"the core is locked up");
}
