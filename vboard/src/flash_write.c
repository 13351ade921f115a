/* flash_write.c - a bank's write buffer: stores of the core gather to a flash word.
 *
 * Source: RM0399 4.3.9, 4.7.3 to 4.7.5. A bank has a 256-bit write buffer and, behind the running
 * operation, room for one more full word; a write that finds its place taken stalls the core.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "flash.h"

void flash_drop_buffer(struct flash_bank *b)
{
    b->buffer_mask = 0;
    memset(b->buffer, 0xff, WORD_SIZE);
}

/* A full or forced word goes to the bank, or waits behind its operation. */
static void submit(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    uint8_t data[WORD_SIZE];
    uint32_t word = b->buffer_word;

    memcpy(data, b->buffer, WORD_SIZE);
    flash_drop_buffer(b);
    if (b->operation != OPERATION_NONE && (b->queued || !behaves(BEHAVIOUR_FLASH_WRITE_QUEUE))) {
        board_stall_until(board, b->end_ns);
    }
    if (b->operation == OPERATION_NONE) {
        flash_start_program(board, bank, word, data);
    } else if (!b->queued) {
        b->queued = true;
        b->queued_word = word;
        memcpy(b->queued_data, data, WORD_SIZE);
    }
}

/* RM0399 4.7.3: a sequence error is a write without PG, or with INCERR or PGSERR still set. */
static bool accepts_write(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    bool blocked =
        (b->flags & (SR_PGSERR | SR_INCERR)) != 0 && behaves(BEHAVIOUR_FLASH_PGSERR_BLOCKS);

    if (b->control & CR_PG && !blocked) {
        return true;
    }
    flash_drop_buffer(b);
    if (behaves(BEHAVIOUR_FLASH_PGSERR)) {
        flash_raise(board, bank, SR_PGSERR);
    }
    return false;
}

/* Returns false when the write is abandoned. */
static bool buffer_byte(struct board *board, int bank, uint32_t offset, uint8_t byte)
{
    struct flash_bank *b = &board->flash->bank[bank];
    uint32_t bit = 1u << (offset % WORD_SIZE);

    if (b->buffer_mask != 0 && b->buffer_word != offset / WORD_SIZE) {
        flash_drop_buffer(b); /* RM0399 4.7.5: another word before this one is full */
        if (behaves(BEHAVIOUR_FLASH_INCERR)) {
            flash_raise(board, bank, SR_INCERR);
        }
        return false;
    }
    if (b->buffer_mask & bit && behaves(BEHAVIOUR_FLASH_STRBERR)) {
        flash_raise(board, bank, SR_STRBERR); /* RM0399 4.7.4: the new byte replaces the old */
    }
    b->buffer_word = offset / WORD_SIZE;
    b->buffer[offset % WORD_SIZE] = byte;
    b->buffer_mask |= bit;
    if (b->buffer_mask == UINT32_MAX) {
        submit(board, bank);
    }
    return true;
}

bool flash_bus_write(struct board *board, uint32_t address, unsigned size, uint64_t value)
{
    uint32_t offset = address - FLASH_BASE;
    int bank = flash_bank_of(board->flash, (int)(offset / BANK_SIZE));
    bool going = !board->flash->unpowered && accepts_write(board, bank);

    for (unsigned i = 0; going && i < size; i++) {
        going = buffer_byte(board, bank, (offset + i) % BANK_SIZE, (uint8_t)(value >> (8 * i)));
    }
    return true; /* a rejected write is no bus error (RM0399 4.3.9) */
}

void flash_force_write(struct board *board, int bank)
{
    const struct flash_bank *b = &board->flash->bank[bank];
    bool zeros = false;

    for (unsigned i = 0; i < WORD_SIZE; i++) {
        zeros = zeros || b->buffer[i] != 0xff;
    }
    if (zeros && behaves(BEHAVIOUR_FLASH_FORCE_WRITE)) {
        submit(board, bank);
    }
}
