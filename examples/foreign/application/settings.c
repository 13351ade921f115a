/* settings.c - one copy, rewritten in place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "settings.h"
#include "board.h"
#include "flash.h"
#include "stm32h743.h"
#include <string.h>

#define MAGIC  0x504D5031u
#define OFFSET (7u * FLASH_SECTOR_SIZE)

struct settings settings;

static const struct settings defaults = {
    .magic = MAGIC, .litres_per_hour = 120, .unused = {~0u, ~0u, ~0u, ~0u}};

void settings_load(void)
{
    memcpy(&settings, (const void *)(uintptr_t)(FLASH_BANK1_BASE + OFFSET), sizeof settings);
    if (settings.magic == 0xFFFFFFFFu)
        settings = defaults; /* a new device */
    if (settings.magic != MAGIC)
        Error_Handler(); /* cannot be: nobody else writes here */
}

static void save_at(uint32_t address)
{
    flash_unlock();
    flash_erase(address);
    flash_program(address, &settings);
}

void settings_save(void)
{
    save_at(FLASH_BANK1_BASE + OFFSET);
}

void settings_save_for_new_firmware(void)
{
    save_at(FLASH_BANK2_BASE + OFFSET);
}
