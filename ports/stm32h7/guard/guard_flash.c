/* guard_flash.c - see guard_flash.h. Who appends a record bounds the polling (journal.c).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "guard_flash.h"
#include "../flash_words.h"
#include "../registers.h"
#include "flota/error.h"
#include <stddef.h>

static int read_slot(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    (void)port;
    return stm32h7_flash_read(slot, offset, data, size);
}

static int erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    (void)port;
    (void)slot;
    (void)sector;
    return FLOTA_ERR_FLASH_ERASE;
}

static int program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port;
    if (slot != FLOTA_SLOT_ACTIVE || !stm32h7_flash_may_program(slot, offset) ||
        !stm32h7_flash_open(STM32H7_ACTIVE_SET))
        return FLOTA_ERR_FLASH_PROGRAM;
    stm32h7_flash_program(slot, offset, word, 0);
    return 0;
}

static int poll(void *port)
{
    (void)port;
    int result = stm32h7_flash_result(STM32H7_ACTIVE_SET, FLOTA_ERR_FLASH_PROGRAM);
    if (result != FLOTA_FLASH_BUSY)
        stm32h7_flash_close(STM32H7_ACTIVE_SET);
    return result;
}

const struct flota_flash guard_flash = {
    .port = NULL,
    .link_address = FLASH_ACTIVE_ADDRESS,
    .sector_size = FLASH_SECTOR_SIZE,
    .image_sector_count = STM32H7_IMAGE_SECTORS,
    .sector_count = FLASH_SECTOR_COUNT,
    .word_size = FLASH_WORD_SIZE,
    .read = read_slot,
    .erase_start = erase_start,
    .program_start = program_start,
    .poll = poll,
};
