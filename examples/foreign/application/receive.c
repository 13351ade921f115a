/* receive.c - the new firmware goes into the other bank.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash.h"
#include "stm32h743.h"
#include "update.h"
#include <string.h>

static struct {
    uint32_t expected, received;
    uint32_t word[FLASH_WORD_SIZE / 4u];
} update;

void update_begin(uint32_t size)
{
    update.expected = size;
    update.received = 0;
    flash_unlock();
    for (uint32_t offset = 0; offset < size; offset += FLASH_SECTOR_SIZE)
        flash_erase(FLASH_BANK2_BASE + offset);
}

static void write_word(void)
{
    uint32_t start = (update.received - 1u) / FLASH_WORD_SIZE * FLASH_WORD_SIZE;
    flash_program(FLASH_BANK2_BASE + start, update.word);
    memset(update.word, 0xFF, sizeof update.word);
}

void update_write(const uint8_t *data, uint32_t size)
{
    uint8_t *word = (uint8_t *)update.word;
    for (uint32_t i = 0; i < size && update.received < update.expected; i++) {
        word[update.received++ % FLASH_WORD_SIZE] = data[i];
        if (update.received % FLASH_WORD_SIZE == 0 || update.received == update.expected)
            write_word();
    }
}

/* Our images begin with a stack pointer in DTCM. Checked when it is all there. */
bool update_end(void)
{
    uint32_t stack = *(const uint32_t *)(uintptr_t)FLASH_BANK2_BASE;
    return update.received == update.expected && stack >> 20 == 0x200u;
}
