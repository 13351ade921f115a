/* A peripheral that the board does not model takes accesses without a fault and reads 0: firmware
 * that sets up a timer or the display controller in passing runs on. RM0399 2.3 (memory map).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

int main(void)
{
    static const uint32_t bases[] = {0x40000000u, 0x40020000u, 0x48022400u, 0x50001000u,
                                     0x52000000u, 0x52005000u, 0x58001C00u, 0x58026400u};
    check_begin();
    for (uint32_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        REG32(bases[i] + 0x08) = 0xFFFFFFFFu;
        CHECK(REG32(bases[i] + 0x08) == 0);
        CHECK(REG16(bases[i] + 0x0A) == 0);
        CHECK(REG8(bases[i] + 0x0B) == 0);
    }
    check_pass();
}
