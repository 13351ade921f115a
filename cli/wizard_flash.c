/* wizard_flash.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_flash.h"
#include "flota/error.h"
#include <stdbool.h>
#include <string.h>

#define WORD_SIZE 32u /* as on the STM32H7 */

static unsigned char *place(struct wizard_flash *flash, enum flota_slot slot, uint32_t offset)
{
    return flash->bytes[slot == FLOTA_SLOT_SPARE] + offset;
}

static bool fits(uint32_t offset, uint32_t size)
{
    const uint32_t all = WIZARD_FLASH_SECTORS * WIZARD_FLASH_SECTOR;
    return offset <= all && size <= all - offset;
}

static int read_bytes(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    if (!fits(offset, size))
        return FLOTA_ERR_FLASH_READ;
    memcpy(data, place(port, slot, offset), size);
    return 0;
}

static int erase(void *port, enum flota_slot slot, uint32_t sector)
{
    if (sector >= WIZARD_FLASH_SECTORS)
        return FLOTA_ERR_FLASH_ERASE;
    memset(place(port, slot, sector * WIZARD_FLASH_SECTOR), 0xff, WIZARD_FLASH_SECTOR);
    return 0;
}

static int program(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    if (offset % WORD_SIZE || !fits(offset, WORD_SIZE))
        return FLOTA_ERR_FLASH_PROGRAM;
    memcpy(place(port, slot, offset), word, WORD_SIZE);
    return 0;
}

static int poll_idle(void *port)
{
    (void)port;
    return FLOTA_FLASH_IDLE;
}

void wizard_flash_init(struct wizard_flash *flash)
{
    memset(flash->bytes, 0xff, sizeof flash->bytes);
    flash->flash = (struct flota_flash){.port = flash,
                                        .sector_size = WIZARD_FLASH_SECTOR,
                                        .image_sector_count = 1,
                                        .sector_count = WIZARD_FLASH_SECTORS,
                                        .word_size = WORD_SIZE,
                                        .read = read_bytes,
                                        .erase_start = erase,
                                        .program_start = program,
                                        .poll = poll_idle};
}
