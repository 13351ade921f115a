/* flash_bank.c - a bank's operations, write buffer, and what the core reads there.
 *
 * Source: RM0399 4.3. A bank has a 256-bit write buffer and, behind the running operation, room for
 * one more full word and two erases; a write that finds its place taken stalls the core. A read or
 * fetch of a bank that is busy stalls until its operations end. For that a bank is guarded (see
 * cpu_guard) when an operation starts, and stays so until something really reads there: programming
 * word after word costs one guard.
 *
 * Times are the datasheet's typical ones (DS12923, flash characteristics). A bank erase takes 8
 * sector erases here, an upper bound.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "flash.h"

/* --- guards and counts --- */

static void guard(struct board *board, uint32_t address, uint32_t size, bool guarded)
{
    if (board->cpu != NULL) {
        cpu_guard(board, address, size, guarded);
    }
}

void flash_guard_pages(struct board *board, int bank, uint32_t word, uint32_t count)
{
    const uint32_t page_words = GUARD_PAGE / WORD_SIZE;
    const struct flash *flash = board->flash;
    const struct flash_bank *b = &flash->bank[bank];

    if (b->guarded) {
        return; /* done when the bank's guard falls */
    }
    for (uint32_t page = word / page_words; page <= (word + count - 1) / page_words; page++) {
        bool needed = b->bad_words[page] != 0 ||
                      option_read_protected(flash, bank, page * page_words, page_words);

        guard(board, flash_address(flash, bank, page * page_words), GUARD_PAGE, needed);
    }
}

static void guard_bank(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];

    if (!b->guarded) {
        b->guarded = true;
        guard(board, flash_address(board->flash, bank, 0), BANK_SIZE, true);
    }
}

void flash_unguard_bank(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    const uint32_t page_words = GUARD_PAGE / WORD_SIZE;

    b->guarded = false;
    guard(board, flash_address(board->flash, bank, 0), BANK_SIZE, false);
    for (uint32_t page = 0; page < BANK_PAGES; page++) {
        if (b->bad_words[page] != 0 ||
            option_read_protected(board->flash, bank, page * page_words, page_words)) {
            guard(board, flash_address(board->flash, bank, page * page_words), GUARD_PAGE, true);
        }
    }
}

void flash_count_page(struct flash *flash, int bank, uint32_t page)
{
    const uint8_t *state = &flash->cells->state[bank][page * (GUARD_PAGE / WORD_SIZE)];
    uint16_t used = 0, bad = 0;

    for (unsigned i = 0; i < GUARD_PAGE / WORD_SIZE; i++) {
        used = (uint16_t)(used + (state[i] != WORD_BLANK));
        bad = (uint16_t)(bad + (state[i] >= WORD_SINGLE_ERROR));
    }
    flash->bank[bank].used_words[page] = used;
    flash->bank[bank].bad_words[page] = bad;
}

void flash_words_changed(struct board *board, int bank, uint32_t word, uint32_t count)
{
    struct flash *flash = board->flash;
    const uint32_t page_words = GUARD_PAGE / WORD_SIZE;

    for (uint32_t page = word / page_words; page <= (word + count - 1) / page_words; page++) {
        bool was_bad = flash->bank[bank].bad_words[page] != 0;

        flash_count_page(flash, bank, page);
        if (was_bad != (flash->bank[bank].bad_words[page] != 0)) {
            flash_guard_pages(board, bank, page * page_words, page_words);
        }
    }
    if (board->cpu != NULL) {
        cpu_flash_changed(board, flash_address(flash, bank, word), count * WORD_SIZE);
    }
}

/* --- operations --- */

static enum board_event event_of(const struct flash *flash, int bank)
{
    if (flash->bank[bank].operation == OPERATION_OPTIONS) {
        return EVENT_OPTION_BYTES;
    }
    return bank == 0 ? EVENT_FLASH_BANK1 : EVENT_FLASH_BANK2;
}

void flash_start(struct board *board, int bank, enum operation operation, uint64_t duration_ns)
{
    struct flash_bank *b = &board->flash->bank[bank];

    b->operation = operation;
    b->start_ns = board->now_ns;
    b->end_ns = board->now_ns + duration_ns;
    guard_bank(board, bank);
    if (!behaves(BEHAVIOUR_FLASH_READ_WHILE_WRITE)) {
        guard_bank(board, 1 - bank);
    }
    board_schedule(board, event_of(board->flash, bank), b->end_ns);
}

void flash_wait_idle(struct board *board, int bank)
{
    const struct flash_bank *b = &board->flash->bank[bank];

    while (b->operation != OPERATION_NONE) {
        uint64_t end_ns = b->end_ns;

        board_stall_until(board, end_ns);
        if (board->reset_requested || board->now_ns < end_ns) {
            return;
        }
    }
}

static unsigned parallelism(const struct flash_bank *b)
{
    return behaves(BEHAVIOUR_FLASH_PSIZE_TIME) ? b->control >> CR_PSIZE_SHIFT & 3 : 3;
}

static void start_program(struct board *board, int bank, uint32_t word, const uint8_t *data)
{
    static const uint32_t time_us[4] = {290, 180, 130, 100}; /* x8 to x64 */
    struct flash *flash = board->flash;
    struct stored_operation note = {OPERATION_PROGRAM, word, 1, {0}};

    if (option_write_protected(flash, bank, word / SECTOR_WORDS, 1)) {
        flash_raise(board, bank, SR_WRPERR);
        return;
    }
    memcpy(note.data, data, WORD_SIZE);
    flash_note_operation(flash->cells, bank, &note);
    flash->view.program_count++;
    if (flash->view.first_program_ns == 0) {
        flash->view.first_program_ns = board->now_ns;
    }
    flash->view.last_program_ns = board->now_ns;
    flash_trace(board, "program %08x (bank %d word %u)", (unsigned)flash_address(flash, bank, word),
                bank + 1, (unsigned)word);
    option_warn_m4(board, bank, word, 1);
    flash_start(board, bank, OPERATION_PROGRAM,
                (uint64_t)time_us[parallelism(&flash->bank[bank])] * 1000);
    if (flash->view.program_count == board->cut_at_program) {
        board_pull_plug(board);
    }
}

static void count_erase(struct board *board, int bank, uint32_t sector, uint32_t count)
{
    struct flash_view *view = &board->flash->view;

    view->erase_count++;
    if (view->first_erase_ns == 0) {
        view->first_erase_ns = board->now_ns;
    }
    for (uint32_t i = sector; i < sector + count; i++) {
        view->sector_erases[bank][i]++;
    }
}

static void start_erase(struct board *board, int bank, uint32_t sector, uint32_t count)
{
    static const uint32_t time_ms[4] = {2000, 1800, 1100, 1000}; /* a sector, x8 to x64 */
    struct flash *flash = board->flash;
    struct stored_operation note = {
        OPERATION_ERASE, sector * SECTOR_WORDS, count * SECTOR_WORDS, {0}};
    uint64_t duration_ns = time_ms[parallelism(&flash->bank[bank])] * NS_PER_MS * count;

    if (option_write_protected(flash, bank, sector, count)) {
        flash_raise(board, bank, SR_WRPERR);
        return;
    }
    flash_note_operation(flash->cells, bank, &note);
    count_erase(board, bank, sector, count);
    flash_trace(board, "erase %08x, %u sector(s) (bank %d)",
                (unsigned)flash_address(flash, bank, note.word), (unsigned)count, bank + 1);
    option_warn_m4(board, bank, note.word, note.word_count);
    flash_start(board, bank, OPERATION_ERASE,
                behaves(BEHAVIOUR_FLASH_ERASE_TIME) ? duration_ns : 1);
}

/* RM0399 4.3.10: a queue of two erase commands; a third waits for room. */
void flash_request_erase(struct board *board, int bank, uint32_t sector, uint32_t count)
{
    struct flash_bank *b = &board->flash->bank[bank];

    if (b->erases_queued == 2 || !behaves(BEHAVIOUR_FLASH_ERASE_QUEUE)) {
        board_stall_until(board, b->end_ns);
    }
    if (b->operation == OPERATION_NONE) {
        start_erase(board, bank, sector, count);
    } else if (b->erases_queued < 2) {
        b->erase_sector[b->erases_queued] = sector;
        b->erase_count[b->erases_queued] = count;
        b->erases_queued++;
    }
}

/* A waiting write comes before waiting erases (RM0399 4.3.10). */
static void start_next(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];

    while (b->operation == OPERATION_NONE && (b->queued || b->erases_queued > 0)) {
        if (b->queued) {
            b->queued = false;
            start_program(board, bank, b->queued_word, b->queued_data);
        } else {
            uint32_t sector = b->erase_sector[0], count = b->erase_count[0];

            b->erase_sector[0] = b->erase_sector[1];
            b->erase_count[0] = b->erase_count[1];
            b->erases_queued--;
            start_erase(board, bank, sector, count);
        }
    }
}

static void carry_out(struct board *board, int bank, enum operation operation)
{
    struct flash_cells *cells = board->flash->cells;
    const struct stored_operation *note = &cells->header.operation[bank];

    if (operation == OPERATION_OPTIONS) {
        option_finish(board);
        return;
    }
    if (operation == OPERATION_PROGRAM) {
        cells_program(cells, bank, note->word, note->data);
    } else {
        cells_erase(cells, bank, note->word, note->word_count);
    }
    flash_note_done(cells, bank);
    flash_words_changed(board, bank, note->word, note->word_count);
}

static void finish(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    enum operation operation = b->operation;

    board_schedule(board, event_of(board->flash, bank), BOARD_NEVER);
    b->operation = OPERATION_NONE;
    carry_out(board, bank, operation);
    if (behaves(BEHAVIOUR_FLASH_EOP) &&
        !(operation == OPERATION_OPTIONS && board->flash->option_error)) {
        flash_raise(board, bank, SR_EOP);
    }
    start_next(board, bank);
}

void flash_event(struct board *board, enum board_event event)
{
    int bank = event == EVENT_FLASH_BANK2 ? 1 : 0;

    /* A reset that came during a stall waits for the core's access to end; it tears this. */
    if (board->reset_requested && behaves(BEHAVIOUR_FLASH_RESET_IN_STALL)) {
        return;
    }
    if (board->flash->bank[bank].operation != OPERATION_NONE) {
        finish(board, bank);
    }
}

void flash_tear(struct board *board, int bank)
{
    struct flash *flash = board->flash;
    struct flash_bank *b = &flash->bank[bank];
    const struct stored_operation *note = &flash->cells->header.operation[bank];
    enum operation operation = b->operation;
    uint64_t done;

    if (operation == OPERATION_NONE) {
        return;
    }
    board_schedule(board, event_of(flash, bank), BOARD_NEVER);
    b->operation = OPERATION_NONE;
    if (operation == OPERATION_OPTIONS) {
        option_tear(board);
        return;
    }
    done = (board->now_ns - b->start_ns) * 256 / (b->end_ns - b->start_ns);
    flash_trace(board, "torn: %s at %08x, %u of 256 done",
                operation == OPERATION_ERASE ? "erase" : "program",
                (unsigned)flash_address(flash, bank, note->word), (unsigned)done);
    cells_tear(flash->cells, bank, done < 16 ? 16 : done > 240 ? 240 : (unsigned)done);
    flash_words_changed(board, bank, note->word, note->word_count);
}

/* --- the write buffer --- */

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
        start_program(board, bank, word, data);
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
    bool going = accepts_write(board, bank);

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

/* --- reads --- */

/* ECC_FA holds the first failing word until the flags are cleared (RM0399 FLASH_ECC_FA). Returns
 * false for a double error. */
static bool check_word(struct board *board, int bank, uint32_t word)
{
    struct flash_bank *b = &board->flash->bank[bank];
    uint8_t state = board->flash->cells->state[bank][word];

    if (state < WORD_SINGLE_ERROR) {
        return true;
    }
    if (!(b->flags & ECC_FLAGS) && behaves(BEHAVIOUR_FLASH_ECC_ADDRESS)) {
        b->ecc_fa = word;
    }
    flash_raise(board, bank, state == WORD_DEAD ? SR_DBECCERR : SR_SNECCERR);
    return state != WORD_DEAD;
}

static bool check_words(struct board *board, int bank, uint32_t offset, uint32_t size)
{
    uint32_t last = (offset + size - 1) / WORD_SIZE;
    bool good = true;

    for (uint32_t word = offset / WORD_SIZE; word <= last && word < BANK_WORDS; word++) {
        good = check_word(board, bank, word) && good;
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

    stall_read(board, bank, fetch);
    if (!fetch && option_read_protected(board->flash, bank, offset / WORD_SIZE, 1)) {
        flash_raise(board, bank, SR_RDPERR); /* no bus error (RM0399 4.5.4) */
        board_warn(board,
                   "PCROP area at 0x%08x read as data: the chip gives zeros, this model does not",
                   (unsigned)address);
    }
    return check_words(board, bank, offset, size) || !behaves(BEHAVIOUR_FLASH_ECC_BUS_FAULT);
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
                          part);
        at += part;
    }
}
