/* flash_programmer.c - flash as a programmer on the debug port changes it, while the core stands
 * still.
 *
 * It takes no virtual time and counts as no operation of the firmware.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash.h"
#include "gdb_target.h"

#include <string.h>

static bool is_flash(uint32_t address, size_t size)
{
    return address >= FLASH_BASE && address - FLASH_BASE < 2 * BANK_SIZE && size > 0 &&
           size <= 2 * BANK_SIZE - (address - FLASH_BASE);
}

static void erase_sector(struct board *board, uint32_t offset)
{
    struct flash_cells *cells = board->flash->cells;
    int bank = flash_bank_of(board->flash, offset >= BANK_SIZE);
    uint32_t word = offset % BANK_SIZE / SECTOR_SIZE * SECTOR_WORDS;
    struct stored_operation note = {OPERATION_ERASE, word, SECTOR_WORDS, {0}};

    flash_note_operation(cells, bank, &note);
    cells_erase(cells, bank, word, SECTOR_WORDS);
    flash_note_done(cells, bank);
    flash_words_changed(board, bank, word, SECTOR_WORDS);
}

/* Whole sectors: those that the range touches. */
bool flash_erase_host(struct board *board, uint32_t address, uint32_t size)
{
    uint32_t first = (address - FLASH_BASE) / SECTOR_SIZE;
    uint32_t last = (address - FLASH_BASE + size - 1) / SECTOR_SIZE;

    if (!is_flash(address, size)) {
        return false;
    }
    for (uint32_t sector = first; sector <= last; sector++) {
        erase_sector(board, sector * SECTOR_SIZE);
    }
    return true;
}

/* What the debugger sends need not begin or end with a flash word: the word's other bytes stay as
 * they are, as if the programmer had collected it first. */
static void program_word(struct board *board, uint32_t offset, const uint8_t *data, size_t size)
{
    struct flash_cells *cells = board->flash->cells;
    int bank = flash_bank_of(board->flash, offset >= BANK_SIZE);
    uint32_t word = offset % BANK_SIZE / WORD_SIZE;
    struct stored_operation note = {OPERATION_ERASE, word, 1, {0}};
    uint8_t whole[WORD_SIZE];

    memcpy(whole, &cells->data[bank][word * WORD_SIZE], WORD_SIZE);
    memcpy(whole + offset % WORD_SIZE, data, size);
    flash_note_operation(cells, bank, &note);
    cells_erase(cells, bank, word, 1);
    cells_program(cells, bank, word, whole);
    flash_note_done(cells, bank);
    flash_words_changed(board, bank, word, 1);
}

bool flash_program_host(struct board *board, uint32_t address, const uint8_t *data, size_t size)
{
    if (!is_flash(address, size)) {
        return false;
    }
    for (size_t done = 0; done < size;) {
        uint32_t offset = address - FLASH_BASE + (uint32_t)done;
        size_t room = WORD_SIZE - offset % WORD_SIZE;
        size_t part = size - done < room ? size - done : room;

        program_word(board, offset, data + done, part);
        done += part;
    }
    return true;
}
