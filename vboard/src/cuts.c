/* cuts.c - see cuts.h.
 *
 * A planned cut strikes at the beginning of its operation (before), at its end (after, late,
 * defaults, and what is said of option bytes), or somewhere between, as the seed says. At that
 * moment the operation ends as the model has it and the plug is pulled. The core leaves at the end
 * of its translation block; nothing that it still does reaches the flash.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cuts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "flash.h"
#include "watch.h"

#define WHOLE    256u /* of an operation's duration */
#define LOG_SIZE (OPERATIONS_KEPT * sizeof(struct operation_record))

static const char *const model_names[] = {
#define X(id, name) name,
    CUT_MODELS(X)
#undef X
};

const char *cut_model_name(enum cut_model model)
{
    return model_names[model];
}

bool cut_model_by_name(const char *name, enum cut_model *model)
{
    for (int i = 0; i < CUT_MODEL_COUNT; i++) {
        if (strcmp(name, model_names[i]) == 0) {
            *model = (enum cut_model)i;
            return true;
        }
    }
    return false;
}

bool cut_model_fits(enum cut_model model, enum operation_kind kind)
{
    switch (model) {
    case CUT_BEFORE:
    case CUT_TORN:
    case CUT_AFTER:
    case CUT_DEAD:
        return true;
    case CUT_MARGINAL:
    case CUT_WEAK:
    case CUT_PREFIX:
        return kind != KIND_OPTIONS;
    case CUT_OLD:
        return kind == KIND_ERASE;
    case CUT_LATE:
    case CUT_DEFAULTS:
        return kind == KIND_OPTIONS;
    case CUT_MODEL_COUNT:
        break;
    }
    return false;
}

/* What is left of a model that was removed to test the tests: a cut that does something else. */
static enum cut_model effective(enum cut_model model)
{
    static const enum behaviour behaviours[] = {
#define X(id, name) BEHAVIOUR_CUT_##id,
        CUT_MODELS(X)
#undef X
    };

    if (behaves(behaviours[model])) {
        return model;
    }
    return model == CUT_AFTER ? CUT_TORN : CUT_AFTER;
}

/* --- the log --- */

bool cuts_create(struct flash *flash)
{
    /* 40 MB of addresses; the kernel gives memory to what is written. */
    void *log = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    flash->cuts.log = log == MAP_FAILED ? NULL : log;
    flash->cuts.next = 1;
    flash->cuts.stuck_bank = -1;
    return flash->cuts.log != NULL;
}

void cuts_destroy(struct flash *flash)
{
    (void)munmap(flash->cuts.log, LOG_SIZE);
}

uint64_t operations_next(const struct board *board)
{
    return board->flash->cuts.next;
}

static struct operation_record *record_of(const struct board *board, uint64_t number)
{
    return &board->flash->cuts.log[number % OPERATIONS_KEPT];
}

const struct operation_record *operation_record(const struct board *board, uint64_t number)
{
    const struct operation_record *record = record_of(board, number);

    return number != 0 && record->number == number ? record : NULL;
}

static struct operation_record *log_begin(struct board *board, int bank, enum operation_kind kind,
                                          uint32_t word, uint32_t count)
{
    struct cuts *cuts = &board->flash->cuts;
    struct operation_record *record = record_of(board, cuts->next);

    *record = (struct operation_record){.number = cuts->next++,
                                        .start_ns = board->now_ns,
                                        .word = word,
                                        .count = count,
                                        .kind = (uint8_t)kind,
                                        .bank = (uint8_t)bank,
                                        .end = END_RUNNING};
    watch_operation(board, record, true);
    return record;
}

static void log_end(struct board *board, uint64_t number, enum operation_end end)
{
    struct operation_record *record = record_of(board, number);

    record->end_ns = board->now_ns;
    record->end = (uint8_t)end;
    watch_operation(board, record, false);
}

void cuts_end(struct board *board, int bank, enum operation_end end)
{
    struct cuts *cuts = &board->flash->cuts;
    uint64_t number = cuts->running[bank];

    cuts->running[bank] = 0;
    if (number != 0) {
        log_end(board, number, end);
    }
}

void cuts_refused(struct board *board, int bank, enum operation_kind kind, uint32_t word,
                  uint32_t count)
{
    log_end(board, log_begin(board, bank, kind, word, count)->number, END_REFUSED);
}

/* --- the planned cut --- */

static void __attribute__((format(printf, 2, 3)))
plan_fails(struct board *board, const char *format, ...)
{
    struct cuts *cuts = &board->flash->cuts;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(cuts->error, sizeof cuts->error, format, arguments);
    va_end(arguments);
    cuts->number = 0;
}

void cut_plan(struct board *board, uint64_t number, enum cut_model model, uint64_t seed)
{
    struct cuts *cuts = &board->flash->cuts;

    cuts->number = number;
    cuts->model = model;
    cuts->seed = seed;
    cuts->happened = false;
    cuts->error[0] = '\0';
    if (number != 0 && number < cuts->next) {
        plan_fails(board, "operation %llu has begun already: the next one is %llu",
                   (unsigned long long)number, (unsigned long long)cuts->next);
    }
}

bool cut_happened(const struct board *board)
{
    return board->flash->cuts.happened;
}

const char *cut_error(const struct board *board)
{
    const char *error = board->flash->cuts.error;

    return error[0] != '\0' ? error : NULL;
}

uint64_t cut_planned(const struct board *board, enum cut_model *model)
{
    *model = board->flash->cuts.model;
    return board->flash->cuts.number;
}

static bool is_planned(const struct cuts *cuts, uint64_t number)
{
    return cuts->number != 0 && cuts->number == number && !cuts->happened;
}

static void lose_power(struct board *board)
{
    board->flash->cuts.happened = true;
    board->flash->unpowered = true;
    board_pull_plug(board);
}

bool cuts_begin(struct board *board, int bank, enum operation_kind kind, uint32_t word,
                uint32_t count)
{
    static const char *const kinds[] = {"programs a word", "erases", "changes option bytes"};
    struct cuts *cuts = &board->flash->cuts;
    uint64_t number = log_begin(board, bank, kind, word, count)->number;

    cuts->running[bank] = number;
    if (is_planned(cuts, number) && !cut_model_fits(cuts->model, kind)) {
        plan_fails(board, "operation %llu %s: the model %s is not for that",
                   (unsigned long long)number, kinds[kind], cut_model_name(cuts->model));
        cpu_stop(board);
    }
    if (is_planned(cuts, number) && effective(cuts->model) == CUT_BEFORE) {
        lose_power(board);
        cuts_end(board, bank, END_TORN);
        return false;
    }
    return true;
}

/* How much of the operation runs before the power goes, of WHOLE. */
static unsigned planned_share(const struct cuts *cuts)
{
    uint64_t seed = cuts->seed;

    switch (effective(cuts->model)) {
    case CUT_AFTER:
    case CUT_LATE:
    case CUT_DEFAULTS:
        return WHOLE;
    case CUT_PREFIX:
        return WHOLE / 2;
    default:
        return 16 + (unsigned)(cells_random(&seed) % (WHOLE - 32));
    }
}

uint64_t cuts_due_ns(const struct board *board, int bank)
{
    const struct cuts *cuts = &board->flash->cuts;
    const struct flash_bank *b = &board->flash->bank[bank];

    if (!is_planned(cuts, cuts->running[bank])) {
        return b->end_ns;
    }
    return b->start_ns + (b->end_ns - b->start_ns) * planned_share(cuts) / WHOLE;
}

bool cuts_strike(struct board *board, int bank)
{
    struct cuts *cuts = &board->flash->cuts;

    if (!is_planned(cuts, cuts->running[bank])) {
        return false;
    }
    lose_power(board);
    flash_end_by(board, bank, effective(cuts->model), cuts->seed, planned_share(cuts));
    return true;
}

/* --- planned failures --- */

void failure_plan(struct board *board, uint64_t number, bool silent)
{
    board->flash->cuts.fail_number = number;
    board->flash->cuts.fail_silent = silent;
}

void failure_stuck(struct board *board, int bank, int sector)
{
    board->flash->cuts.stuck_bank = bank;
    board->flash->cuts.stuck_sector = sector;
}

static bool is_stuck(const struct cuts *cuts, const struct operation_record *record)
{
    uint32_t word = (uint32_t)cuts->stuck_sector * SECTOR_WORDS;

    return cuts->stuck_bank == record->bank && record->kind != KIND_OPTIONS &&
           record->word < word + SECTOR_WORDS && record->word + record->count > word;
}

bool cuts_fails(const struct board *board, int bank, bool *silent)
{
    const struct cuts *cuts = &board->flash->cuts;
    const struct operation_record *record = operation_record(board, cuts->running[bank]);

    *silent = false;
    if (record == NULL || !behaves(BEHAVIOUR_OPERATION_FAILURES)) {
        return false;
    }
    if (record->number == cuts->fail_number) {
        *silent = cuts->fail_silent;
        return true;
    }
    return is_stuck(cuts, record);
}

/* --- single words --- */

void flash_rot(struct board *board, int bank, uint32_t word, unsigned bits)
{
    cells_rot(board->flash->cells, bank, word, bits, board->options.seed);
    flash_words_changed(board, bank, word, 1);
}

char flash_word_letter(const struct board *board, int bank, uint32_t word)
{
    static const char letters[WORD_STATE_COUNT] = {
        [WORD_BLANK] = '.', [WORD_PROGRAMMED] = 'p', [WORD_SINGLE_ERROR] = 's',
        [WORD_DEAD] = 'd',  [WORD_MARGINAL] = 'm',   [WORD_WEAK_FRESH] = 'w',
        [WORD_WEAK] = 'w'};

    return letters[board->flash->cells->state[bank][word]];
}
