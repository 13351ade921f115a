/* With the option byte IWDG1_SW = 0 the watchdog runs from the reset on. RM0399 49.3.4, 4.4.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define FLASH_OPTKEYR   REG32(0x52002008u)
#define FLASH_OPTCR     REG32(0x52002018u)
#define FLASH_OPTSR_CUR REG32(0x5200201Cu)
#define FLASH_OPTSR_PRG REG32(0x52002020u)

int main(void)
{
    check_begin();
    start_cycle_counter();
    if (RCC_RSR & FLAG_IWDG)
        check_pass(); /* nobody has started it by its key */
    if (RCC_RSR & FLAG_SFT1) {
        wait_cycles(64000u * 600u); /* 4 * 4096 / 32 kHz = 512 ms */
        CHECK(!"the watchdog has bitten by now");
    }
    FLASH_OPTKEYR = 0x08192A3B;
    FLASH_OPTKEYR = 0x4C5D6E7F;
    FLASH_OPTSR_PRG = FLASH_OPTSR_CUR & ~(1u << 4);
    FLASH_OPTCR |= 2;
    while (FLASH_OPTSR_CUR & 1u) {
    }
    system_reset();
}
