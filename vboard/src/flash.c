/* flash.c - the flash interface: registers, flags and interrupt, life cycle.
 *
 * Source: RM0399 chapter 4, and 4.9 for the registers. The CRC unit is not modelled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash.h"

enum {
    REG_ACR = 0x00,
    REG_KEYR = 0x04,
    REG_OPTKEYR = 0x08,
    REG_CR = 0x0C,
    REG_SR = 0x10,
    REG_CCR = 0x14,
    REG_ECC_FA = 0x60
};

#define ACR_RESET 0x37u /* latency 7, WRHIGHFREQ 3: all its bits */

static const struct register_name names[] = {{0x000, "ACR"},
                                             {0x004, "KEYR1"},
                                             {0x008, "OPTKEYR"},
                                             {0x00C, "CR1"},
                                             {0x010, "SR1"},
                                             {0x014, "CCR1"},
                                             {0x018, "OPTCR"},
                                             {0x01C, "OPTSR_CUR"},
                                             {0x020, "OPTSR_PRG"},
                                             {0x024, "OPTCCR"},
                                             {0x028, "PRAR_CUR1"},
                                             {0x02C, "PRAR_PRG1"},
                                             {0x030, "SCAR_CUR1"},
                                             {0x034, "SCAR_PRG1"},
                                             {0x038, "WPSN_CUR1"},
                                             {0x03C, "WPSN_PRG1"},
                                             {0x040, "BOOT7_CUR"},
                                             {0x044, "BOOT7_PRG"},
                                             {0x048, "BOOT4_CUR"},
                                             {0x04C, "BOOT4_PRG"},
                                             {0x050, "CRCCR1"},
                                             {0x054, "CRCSADD1"},
                                             {0x058, "CRCEADD1"},
                                             {0x05C, "CRCDATA"},
                                             {0x060, "ECC_FA1"},
                                             {0x104, "KEYR2"},
                                             {0x10C, "CR2"},
                                             {0x110, "SR2"},
                                             {0x114, "CCR2"},
                                             {0x128, "PRAR_CUR2"},
                                             {0x12C, "PRAR_PRG2"},
                                             {0x130, "SCAR_CUR2"},
                                             {0x134, "SCAR_PRG2"},
                                             {0x138, "WPSN_CUR2"},
                                             {0x13C, "WPSN_PRG2"},
                                             {0x150, "CRCCR2"},
                                             {0x154, "CRCSADD2"},
                                             {0x158, "CRCEADD2"},
                                             {0x15C, "CRCDATA"},
                                             {0x160, "ECC_FA2"},
                                             {0, NULL}};

int flash_bank_of(const struct flash *flash, int half)
{
    return half ^ (flash->swapped ? 1 : 0);
}

/* The register sets serve the mapped halves (RM0399 4.3.13). */
static int bank_of_set(const struct flash *flash, int set)
{
    return behaves(BEHAVIOUR_FLASH_SET_SWAP) ? flash_bank_of(flash, set) : set;
}

/* Where the core sees a word. */
uint32_t flash_address(const struct flash *flash, int bank, uint32_t word)
{
    return FLASH_BASE + (uint32_t)flash_bank_of(flash, bank) * BANK_SIZE + word * WORD_SIZE;
}

void flash_trace(const struct board *board, const char *format, ...)
{
    va_list arguments;

    if (!(board->options.trace & TRACE_FLASH)) {
        return;
    }
    (void)fprintf(stderr, "%14.6f flash: ", (double)board->now_ns / (double)NS_PER_S);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

/* RM0399 4.8: one interrupt for all flags that are set and enabled. */
void flash_update_irq(struct board *board)
{
    const struct flash *flash = board->flash;
    bool level = flash->option_error && flash->option_error_interrupt;

    for (int bank = 0; bank < 2; bank++) {
        level = level || (flash->bank[bank].flags & flash->bank[bank].control & SR_FLAGS) != 0;
    }
    board_irq(board, FLASH_IRQ, level && behaves(BEHAVIOUR_FLASH_INTERRUPT));
}

void flash_raise(struct board *board, int bank, uint32_t flag)
{
    struct flash_bank *b = &board->flash->bank[bank];

    if ((b->flags & flag) != flag && flag != SR_EOP) {
        flash_trace(board, "bank %d flag %08x", bank + 1, (unsigned)flag);
    }
    b->flags |= flag;
    flash_update_irq(board);
}

/* --- registers --- */

static void lock_out(struct board *board, struct key_lock *lock, bool locks_out)
{
    lock->locked = true;
    lock->first_key = false;
    lock->dead = locks_out;
    if (behaves(BEHAVIOUR_FLASH_KEY_BUS_ERROR)) {
        bus_error(board);
    }
}

void flash_key_write(struct board *board, struct key_lock *lock, const uint32_t keys[2],
                     uint32_t lanes, uint32_t value, bool locks_out)
{
    if (lock->locked && !lock->dead && lanes == UINT32_MAX &&
        value == keys[lock->first_key ? 1 : 0]) {
        lock->locked = !lock->first_key;
        lock->first_key = !lock->first_key;
        return;
    }
    lock_out(board, lock, locks_out);
}

/* RM0399 4.5.1: between the two keys nothing else may be written, of the same bank or, between the
 * option keys, at all. Returns false when the write is lost to that. */
static bool keys_complete(struct board *board, int bank, uint32_t offset)
{
    struct flash *flash = board->flash;
    bool of_bank = offset >= REG_CR && offset <= REG_CCR;

    if (flash->option_lock.first_key && offset != REG_OPTKEYR) {
        lock_out(board, &flash->option_lock, behaves(BEHAVIOUR_OPTION_KEY_LOCKOUT));
        return false;
    }
    if (flash->bank[bank].lock.first_key && of_bank) {
        lock_out(board, &flash->bank[bank].lock, behaves(BEHAVIOUR_FLASH_KEY_LOCKOUT));
        return false;
    }
    return true;
}

void flash_polled(struct board *board, uint64_t *last, unsigned *count)
{
    enum { LOOP_INSTRUCTIONS = 200, POLLS = 3 };

    *count = board->instruction_count - *last < LOOP_INSTRUCTIONS ? *count + 1 : 0;
    *last = board->instruction_count;
    if (*count >= POLLS) {
        board_skip_to_next_event(board);
    }
}

static uint32_t status_read(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    uint32_t value = b->flags | (b->buffer_mask != 0 ? (uint32_t)SR_WBNE : 0);

    if (b->operation != OPERATION_NONE) {
        value |= SR_BSY | SR_QW;
        flash_polled(board, &b->last_poll, &b->poll_count);
    }
    return value;
}

static void erase_by_control(struct board *board, int bank, uint32_t value)
{
    if (value & CR_BER) {
        flash_request_erase(board, bank, 0, SECTORS);
    } else if (value & CR_SER) {
        flash_request_erase(board, bank, value >> CR_SNB_SHIFT & 7, 1);
    }
}

static void control_write(struct board *board, int bank, uint32_t value)
{
    struct flash_bank *b = &board->flash->bank[bank];

    if (b->lock.locked && behaves(BEHAVIOUR_FLASH_CR_LOCK)) {
        return;
    }
    if (value & CR_LOCK) {
        b->lock.locked = true; /* the other bits do not change with it */
        return;
    }
    b->control = value & CR_STORED;
    if (!(value & CR_PG)) {
        flash_drop_buffer(b);
    }
    flash_update_irq(board);
    if (value & CR_FW) {
        flash_force_write(board, bank);
    }
    if (value & CR_START) {
        erase_by_control(board, bank, value);
    }
}

static void clear_flags(struct board *board, int bank, uint32_t value)
{
    struct flash_bank *b = &board->flash->bank[bank];

    b->flags &= ~(value & SR_FLAGS);
    if (!(b->flags & ECC_FLAGS)) {
        b->ecc_fa = 0;
    }
    flash_update_irq(board);
}

static uint32_t control_read(const struct flash_bank *b)
{
    return b->control | (b->lock.locked ? (uint32_t)CR_LOCK : 0);
}

static bool read_register(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    struct flash *flash = board->flash;
    int bank = bank_of_set(flash, offset >= 0x100);

    (void)size;
    if (offset >= 0x200) {
        return false;
    }
    switch (offset & 0xff) {
    case REG_ACR:
        *value = flash->access_control;
        return true;
    case REG_KEYR:
    case REG_CCR:
        *value = 0;
        return true;
    case REG_CR:
        *value = control_read(&flash->bank[bank]);
        return true;
    case REG_SR:
        *value = status_read(board, bank);
        return true;
    case REG_ECC_FA:
        *value = flash->bank[bank].ecc_fa;
        return true;
    default:
        return option_read(board, offset >= 0x100, offset & 0xff, value);
    }
}

static bool write_register(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    static const uint32_t keys[2] = {0x45670123, 0xCDEF89AB};
    struct flash *flash = board->flash;
    int bank = bank_of_set(flash, offset >= 0x100);

    if (offset >= 0x200) {
        return false;
    }
    if (flash->unpowered) {
        return true;
    }
    if (option_blocks_writes(flash) || !keys_complete(board, bank, offset & 0xff)) {
        return true;
    }
    switch (offset & 0xff) {
    case REG_ACR:
        flash->access_control = (flash->access_control & ~lanes) | (value & lanes & ACR_RESET);
        return true;
    case REG_KEYR:
        flash_key_write(board, &flash->bank[bank].lock, keys, lanes, value,
                        behaves(BEHAVIOUR_FLASH_KEY_LOCKOUT));
        return true;
    case REG_CR:
        control_write(board, bank, (control_read(&flash->bank[bank]) & ~lanes) | (value & lanes));
        return true;
    case REG_CCR:
        clear_flags(board, bank, value & lanes);
        return true;
    case REG_SR:
    case REG_ECC_FA:
        return true; /* read only */
    default:
        return option_write(board, offset >= 0x100, offset & 0xff, lanes, value);
    }
}

/* --- life cycle --- */

/* What ran when the program was killed, if anything did. */
static void tear_noted(struct board *board, int bank)
{
    struct flash_cells *cells = board->flash->cells;

    if (cells->header.operation[bank].kind != OPERATION_NONE) {
        cells_end_by(cells, bank, CUT_TORN, cells_next_seed(cells, board->options.seed), 128);
    }
}

struct flash *flash_create(struct board *board)
{
    static const struct device device = {"FLASH", 0x52002000,    0x400,
                                         names,   read_register, write_register};
    struct option_bytes defaults = option_shipped(board, board->options.factory_option_bytes);
    struct flash *flash = calloc(1, sizeof *flash);

    if (flash == NULL) {
        perror("vboard: flash");
        return NULL;
    }
    flash->cells = flash_file_open(board->options.flash_file, &defaults, &flash->file);
    if (flash->cells == NULL || !cuts_create(flash)) {
        free(flash);
        return NULL;
    }
    board->flash = flash;
    for (int bank = 0; bank < 2; bank++) {
        tear_noted(board, bank);
        for (uint32_t page = 0; page < BANK_PAGES; page++) {
            flash_count_page(flash, bank, page);
        }
    }
    flash->swapped = (option_current(flash)->status & OPTSR_SWAP_BANK) != 0;
    bus_add(board, &device);
    return flash;
}

static void reset_bank(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];

    b->lock = (struct key_lock){.locked = true};
    b->control = CR_RESET;
    b->flags = 0;
    b->ecc_fa = 0;
    b->queued = false;
    b->erases_queued = 0;
    b->poll_count = 0;
    flash_drop_buffer(b);
}

static void word_aged(void *context, int bank, uint32_t word)
{
    struct board *board = context;

    flash_count_page(board->flash, bank, word / (GUARD_PAGE / WORD_SIZE));
}

void flash_reset(struct board *board, enum reset_cause cause)
{
    if (flash_lost_power(cause)) {
        board->flash->unpowered = false;
        cells_age(board->flash->cells, word_aged, board);
    }
    for (int bank = 0; bank < 2; bank++) {
        flash_tear(board, bank);
        reset_bank(board, bank);
    }
    board->flash->access_control = ACR_RESET;
    option_reset(board, cause);
    for (int bank = 0; bank < 2; bank++) {
        flash_unguard_bank(board, bank);
    }
    flash_update_irq(board);
}

void flash_power_off(struct board *board)
{
    for (int bank = 0; bank < 2; bank++) {
        flash_tear(board, bank);
        board->flash->bank[bank].queued = false;
        board->flash->bank[bank].erases_queued = 0;
    }
    flash_file_sync(board->flash->cells, board->flash->file);
}

void flash_destroy(struct board *board)
{
    flash_file_close(board->flash->cells, board->flash->file);
    cuts_destroy(board->flash);
    free(board->flash);
    board->flash = NULL;
}

/* --- for the other parts --- */

uint8_t *flash_mapped(struct board *board, int half)
{
    return board->flash->cells->data[flash_bank_of(board->flash, half)];
}

bool flash_swapped(const struct board *board)
{
    return board->flash->swapped;
}

uint32_t flash_option_status(const struct board *board)
{
    return option_current(board->flash)->status;
}

static enum sector_state sector_state(const struct flash *flash, int bank, uint32_t sector)
{
    const struct stored_operation *note = &flash->cells->header.operation[bank];
    bool here = note->word < (sector + 1) * SECTOR_WORDS &&
                note->word + note->word_count > sector * SECTOR_WORDS;

    if (here && flash->bank[bank].operation == OPERATION_ERASE) {
        return SECTOR_ERASING;
    }
    if (here && flash->bank[bank].operation == OPERATION_PROGRAM) {
        return SECTOR_PROGRAMMING;
    }
    return flash->view.programmed_words[bank][sector] != 0 ? SECTOR_PROGRAMMED : SECTOR_BLANK;
}

void flash_view(const struct board *board, struct flash_view *view)
{
    struct flash *flash = board->flash;

    for (uint32_t i = 0; i < 2 * SECTORS; i++) {
        const uint32_t pages = SECTOR_SIZE / GUARD_PAGE;
        int bank = (int)(i / SECTORS);
        uint32_t sector = i % SECTORS, words = 0;

        for (uint32_t page = sector * pages; page < (sector + 1) * pages; page++) {
            words += flash->bank[bank].used_words[page];
        }
        flash->view.programmed_words[bank][sector] = words;
        flash->view.state[bank][sector] = sector_state(flash, bank, sector);
    }
    flash->view.swapped = flash->swapped;
    flash->view.option_status = option_current(flash)->status;
    flash->view.swap_option = (flash->view.option_status & OPTSR_SWAP_BANK) != 0;
    *view = flash->view;
}
