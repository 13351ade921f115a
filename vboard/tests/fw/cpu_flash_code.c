/* cpu_flash_code.c - code in flash that was erased and programmed anew runs as it is now.
 * Armv7-M ARM A3.8, RM0399 4.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

typedef uint32_t function(void);

int main(void)
{
    function *call = (function *)(BANK2 | 1u);

    check_begin();
    unlock(2);
    for (uint32_t i = 1; i <= 3; i++) {
        erase_sector(2, 0);
        program_word(2, BANK2, 0x47702000u | i); /* movs r0, #i; bx lr */
        CHECK(call() == i);
    }
    check_pass();
}
