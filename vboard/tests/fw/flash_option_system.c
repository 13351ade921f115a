/* The unique id and the flash size lie in physical bank 1, as the option bytes do: while these
 * change, who reads there waits (reported for real boards; RM0399 4.3.2 has the memory
 * organization).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static volatile uint32_t before_us, after_us;

static RAM_CODE void change_and_read(void)
{
    OPTCR |= OPTCR_OPTSTART;
    before_us = clock_us();
    (void)REG32(0x1FF1E880u);
    after_us = clock_us();
}

int main(void)
{
    check_begin();
    option_unlock();
    (void)REG32(0x1FF1E880u); /* nothing to wait for */
    WPSN_PRG(2) = 0xFE;
    clock_begin();
    change_and_read();
    CHECK(before_us < 100);
    CHECK(after_us >= 20000);
    CHECK(REG16(0x1FF1E880u) == 2048);
    check_pass();
}
