/* flash_bank.c - a bank's operations.
 *
 * Source: RM0399 4.3. Behind the running operation there is room for one more full word
 * (flash_write.c) and two erases; what finds its place taken stalls the core. A read or
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

/* Physical bank 1 holds the system memory too (RM0399 4.3.2, memory organization). */
static void guard_system_memory(struct board *board, int bank, bool guarded)
{
    if (bank == 0 && behaves(BEHAVIOUR_OPTION_SYSTEM_STALL)) {
        guard(board, SYSTEM_MEMORY_BASE, SYSTEM_MEMORY_SIZE, guarded);
    }
}

static void guard_bank(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];

    if (!b->guarded) {
        b->guarded = true;
        guard(board, flash_address(board->flash, bank, 0), BANK_SIZE, true);
        guard_system_memory(board, bank, true);
    }
}

void flash_unguard_bank(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    const uint32_t page_words = GUARD_PAGE / WORD_SIZE;

    b->guarded = false;
    guard(board, flash_address(board->flash, bank, 0), BANK_SIZE, false);
    guard_system_memory(board, bank, false);
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
        bad = (uint16_t)(bad + word_errs(state[i]));
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
    board_schedule(board, event_of(board->flash, bank), cuts_due_ns(board, bank));
}

void flash_wait_idle(struct board *board, int bank)
{
    const struct flash_bank *b = &board->flash->bank[bank];

    while (b->operation != OPERATION_NONE) {
        uint64_t end_ns = b->end_ns;

        board_stall_until(board, end_ns);
        if (board->reset_requested || board->flash->unpowered || board->now_ns < end_ns) {
            return;
        }
    }
}

static unsigned parallelism(const struct flash_bank *b)
{
    return behaves(BEHAVIOUR_FLASH_PSIZE_TIME) ? b->control >> CR_PSIZE_SHIFT & 3 : 3;
}

void flash_start_program(struct board *board, int bank, uint32_t word, const uint8_t *data)
{
    static const uint32_t time_us[4] = {290, 180, 130, 100}; /* x8 to x64 */
    struct flash *flash = board->flash;
    struct stored_operation note = {OPERATION_PROGRAM, word, 1, {0}};

    if (flash->unpowered) {
        return; /* the plug was pulled while this waited for its place */
    }
    if (option_write_protected(flash, bank, word / SECTOR_WORDS, 1)) {
        cuts_refused(board, bank, KIND_PROGRAM, word, 1);
        flash_raise(board, bank, SR_WRPERR);
        return;
    }
    if (!cuts_begin(board, bank, KIND_PROGRAM, word, 1)) {
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

    if (flash->unpowered) {
        return; /* the plug was pulled while this waited for its place */
    }
    if (option_write_protected(flash, bank, sector, count)) {
        cuts_refused(board, bank, KIND_ERASE, note.word, note.word_count);
        flash_raise(board, bank, SR_WRPERR);
        return;
    }
    if (!cuts_begin(board, bank, KIND_ERASE, note.word, note.word_count)) {
        return;
    }
    flash_note_operation(flash->cells, bank, &note);
    count_erase(board, bank, sector, count);
    flash_trace(board, "erase %08x, %u sector(s) (bank %d)",
                (unsigned)flash_address(flash, bank, note.word), (unsigned)count, bank + 1);
    option_warn_m4(board, bank, note.word, note.word_count);
    flash_start(board, bank, OPERATION_ERASE,
                behaves(BEHAVIOUR_FLASH_ERASE_TIME) ? duration_ns : 1);
    if (board->options.speculative_stall) {
        cpu_stop(board); /* stall.c decides before the core goes on */
    }
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

    while (b->operation == OPERATION_NONE && !board->flash->unpowered &&
           (b->queued || b->erases_queued > 0)) {
        if (b->queued) {
            b->queued = false;
            flash_start_program(board, bank, b->queued_word, b->queued_data);
        } else {
            uint32_t sector = b->erase_sector[0], count = b->erase_count[0];

            b->erase_sector[0] = b->erase_sector[1];
            b->erase_count[0] = b->erase_count[1];
            b->erases_queued--;
            start_erase(board, bank, sector, count);
        }
    }
}

/* Once per program: what follows from it is told apart by the addresses in the log. */
static void report_offence(struct board *board, int bank, uint32_t word)
{
    if (!board->flash->offended) {
        board->flash->offended = true;
        board_warn(board,
                   "flash word 0x%08x is programmed again without an erase: its ECC no longer fits "
                   "(RM0399 4.3.9). Later ones are not reported",
                   (unsigned)flash_address(board->flash, bank, word));
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
    if (operation == OPERATION_ERASE) {
        cells_erase(cells, bank, note->word, note->word_count);
    } else if (!cells_program(cells, bank, note->word, note->data)) {
        report_offence(board, bank, note->word);
    }
    flash_note_done(cells, bank);
    flash_words_changed(board, bank, note->word, note->word_count);
}

/* An operation that fails, as planned: the words stay as they are. */
static void fail(struct board *board, int bank, enum operation operation, bool silent)
{
    flash_note_done(board->flash->cells, bank);
    if (operation == OPERATION_OPTIONS) {
        board->flash->option_error = !silent;
        flash_update_irq(board);
    } else if (!silent) {
        flash_raise(board, bank, SR_OPERR);
    }
    flash_trace(board, "bank %d: the operation fails, as planned", bank + 1);
}

/* Returns true when the operation did what it was asked for, or says so. */
static bool end_operation(struct board *board, int bank, enum operation operation)
{
    bool silent, fails = cuts_fails(board, bank, &silent);

    if (fails) {
        fail(board, bank, operation, silent);
        cuts_end(board, bank, END_REFUSED);
        return silent;
    }
    carry_out(board, bank, operation);
    bool refused = operation == OPERATION_OPTIONS && board->flash->option_error;
    cuts_end(board, bank, refused ? END_REFUSED : END_DONE);
    return !refused;
}

static void finish(struct board *board, int bank)
{
    struct flash_bank *b = &board->flash->bank[bank];
    enum operation operation = b->operation;

    if (cuts_strike(board, bank)) {
        return;
    }
    board_schedule(board, event_of(board->flash, bank), BOARD_NEVER);
    b->operation = OPERATION_NONE;
    if (end_operation(board, bank, operation) && behaves(BEHAVIOUR_FLASH_EOP)) {
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

void flash_end_by(struct board *board, int bank, enum cut_model model, uint64_t seed, unsigned done)
{
    struct flash *flash = board->flash;
    struct flash_bank *b = &flash->bank[bank];
    const struct stored_operation *note = &flash->cells->header.operation[bank];
    bool whole = model == CUT_AFTER || model == CUT_LATE || model == CUT_DEFAULTS;

    board_schedule(board, event_of(flash, bank), BOARD_NEVER);
    if (b->operation == OPERATION_OPTIONS) {
        option_end_by(board, model);
    } else {
        flash_trace(board, "%s ends as %s at %08x, %u of 256 done",
                    b->operation == OPERATION_ERASE ? "erase" : "program", cut_model_name(model),
                    (unsigned)flash_address(flash, bank, note->word), done);
        cells_end_by(flash->cells, bank, model, seed, done);
        flash_words_changed(board, bank, note->word, note->word_count);
    }
    b->operation = OPERATION_NONE;
    cuts_end(board, bank, whole ? END_DONE : END_TORN);
}

void flash_tear(struct board *board, int bank)
{
    struct flash *flash = board->flash;
    struct flash_bank *b = &flash->bank[bank];
    uint64_t done;

    if (b->operation == OPERATION_NONE) {
        return;
    }
    done = (board->now_ns - b->start_ns) * 256 / (b->end_ns - b->start_ns);
    flash_end_by(board, bank, CUT_TORN, cells_next_seed(flash->cells, board->options.seed),
                 done < 16    ? 16
                 : done > 240 ? 240
                              : (unsigned)done);
}
