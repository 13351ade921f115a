/* tool_resets.c - restarts the chip as soon as it runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

int main(void)
{
    REG32(SCB_AIRCR) = 0x05FA0004u;
    for (;;) {
    }
}
