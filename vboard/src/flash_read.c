/* flash_read.c - what the core and the Ethernet DMA read from the flash: stalls, ECC, words whose
 * reads differ.
 *
 * Source: RM0399 4.3.8, 4.7.6, 4.7.7, FLASH_ECC_FA.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash.h"

/* The core fills a cache line of 32 bytes, a flash word, by one read: loads of the same marginal
 * word within this time are taken as one read. */
#define ONE_READ_NS 2000u

/* What this read of a marginal word is like: right, corrected, wrong without a sign of it, or a
 * double error. Fetched instructions are right or fault: what wrong ones would do says nothing
 * about a program. */
static uint8_t marginal_state(struct flash_cells *cells, int bank, uint32_t word, bool fetch)
{
    uint64_t draw = cells_random(&cells->header.marginal_seed);
    uint8_t flip = 0;

    switch (draw % 8) {
    case 0:
    case 1:
    case 2:
        cells_flip(cells, bank, word, 0);
        return WORD_PROGRAMMED;
    case 3:
        cells_flip(cells, bank, word, 0);
        return WORD_SINGLE_ERROR;
    case 4:
    case 5:
        flip = fetch ? 0 : (uint8_t)(draw >> 32 | 1u);
        cells_flip(cells, bank, word, flip);
        return flip != 0 ? WORD_PROGRAMMED : WORD_DEAD;
    default:
        cells_flip(cells, bank, word, 0);
        return WORD_DEAD;
    }
}

static uint8_t read_marginal(struct board *board, int bank, uint32_t word, bool fetch)
{
    struct flash *flash = board->flash;
    struct marginal_read *last = &flash->marginal;
    uint8_t before = flash->cells->flip[bank][word];

    if (!behaves(BEHAVIOUR_FLASH_MARGINAL)) {
        return WORD_PROGRAMMED;
    }
    if (last->bank != bank || last->word != word || board->now_ns >= last->until_ns || fetch) {
        last->bank = bank;
        last->word = word;
        last->state = marginal_state(flash->cells, bank, word, fetch);
        last->until_ns = board->now_ns + ONE_READ_NS;
    }
    if (flash->cells->flip[bank][word] != before && board->cpu != NULL) {
        cpu_flash_changed(board, flash_address(flash, bank, word), WORD_SIZE);
    }
    return last->state;
}

/* ECC_FA holds the first failing word until the flags are cleared (RM0399 FLASH_ECC_FA). Returns
 * false for a double error. */
bool flash_word_reads(struct board *board, int bank, uint32_t word, bool fetch)
{
    struct flash_bank *b = &board->flash->bank[bank];
    uint8_t state = board->flash->cells->state[bank][word];

    if (state == WORD_MARGINAL) {
        state = read_marginal(board, bank, word, fetch);
    }
    if (!word_errs(state)) {
        return true;
    }
    if (!(b->flags & ECC_FLAGS) && behaves(BEHAVIOUR_FLASH_ECC_ADDRESS)) {
        b->ecc_fa = word;
    }
    flash_raise(board, bank, state == WORD_DEAD ? SR_DBECCERR : SR_SNECCERR);
    return state != WORD_DEAD;
}

static bool check_words(struct board *board, int bank, uint32_t offset, uint32_t size, bool fetch)
{
    uint32_t last = (offset + size - 1) / WORD_SIZE;
    bool good = true;

    for (uint32_t word = offset / WORD_SIZE; word <= last && word < BANK_WORDS; word++) {
        good = flash_word_reads(board, bank, word, fetch) && good;
    }
    return good;
}

static bool stalls(const struct flash_bank *b, bool fetch)
{
    if (b->operation == OPERATION_OPTIONS) {
        return behaves(BEHAVIOUR_OPTION_STALL);
    }
    return b->operation != OPERATION_NONE &&
           behaves(fetch ? BEHAVIOUR_FLASH_FETCH_STALL : BEHAVIOUR_FLASH_READ_STALL);
}

static void stall_read(struct board *board, int bank, bool fetch)
{
    struct flash_bank *b = &board->flash->bank[bank];

    if (stalls(b, fetch)) {
        flash_wait_idle(board, bank);
    }
    if (!behaves(BEHAVIOUR_FLASH_READ_WHILE_WRITE)) {
        flash_wait_idle(board, 1 - bank);
    }
    if (b->guarded && b->operation == OPERATION_NONE) {
        flash_unguard_bank(board, bank);
    }
}

bool flash_bus_read(struct board *board, uint32_t address, unsigned size, bool fetch)
{
    uint32_t offset = (address - FLASH_BASE) % BANK_SIZE;
    int bank = flash_bank_of(board->flash, (int)((address - FLASH_BASE) / BANK_SIZE));

    if (address - SYSTEM_MEMORY_BASE < SYSTEM_MEMORY_SIZE) {
        stall_read(board, 0, false);
        return true;
    }
    if (board->options.speculative_stall && board->flash->bank[0].operation == OPERATION_ERASE) {
        cpu_stop(board); /* FAULTMASK may have put the MPU off: stall.c looks */
    }
    stall_read(board, bank, fetch);
    if (!fetch && option_read_protected(board->flash, bank, offset / WORD_SIZE, 1)) {
        flash_raise(board, bank, SR_RDPERR); /* no bus error (RM0399 4.5.4) */
        board_warn(board,
                   "PCROP area at 0x%08x read as data: the chip gives zeros, this model does not",
                   (unsigned)address);
    }
    return check_words(board, bank, offset, size, fetch) || !behaves(BEHAVIOUR_FLASH_ECC_BUS_FAULT);
}

void flash_dma_read(struct board *board, uint32_t address, uint32_t size)
{
    if (!behaves(BEHAVIOUR_FLASH_ECC_DMA)) {
        return;
    }
    for (uint32_t at = address - FLASH_BASE, end = at + size; at < end;) {
        uint32_t part = BANK_SIZE - at % BANK_SIZE;

        part = part < end - at ? part : end - at;
        (void)check_words(board, flash_bank_of(board->flash, (int)(at / BANK_SIZE)), at % BANK_SIZE,
                          part, false);
        at += part;
    }
}
