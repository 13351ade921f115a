/* cuts.h - the log of flash operations, and planned accidents: a cut at an operation, an operation
 * that fails.
 *
 * An operation is one programming of a flash word, one erase, or one change of option bytes,
 * numbered from 1 since the program's start in the order of their beginnings. CONTROL.md has the
 * models in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CUTS_H
#define VBOARD_CUTS_H

#include "board.h"

#define OPERATIONS_KEPT (1u << 20)

enum operation_kind { KIND_PROGRAM, KIND_ERASE, KIND_OPTIONS };
enum operation_end { END_RUNNING, END_DONE, END_TORN, END_REFUSED };

struct operation_record {
    uint64_t number;           /* from 1 */
    uint64_t start_ns, end_ns; /* end: 0 while it runs */
    uint32_t word, count;      /* flash words; options: 0 */
    uint8_t kind, bank, end;   /* bank: physical, 0 or 1 */
};

#define CUT_MODELS(X)                                                                              \
    X(BEFORE, "before")                                                                            \
    X(TORN, "torn")                                                                                \
    X(AFTER, "after")                                                                              \
    X(DEAD, "dead")                                                                                \
    X(MARGINAL, "marginal")                                                                        \
    X(WEAK, "weak")                                                                                \
    X(PREFIX, "prefix")                                                                            \
    X(OLD, "old")                                                                                  \
    X(LATE, "late")                                                                                \
    X(DEFAULTS, "defaults")

enum cut_model {
#define X(id, name) CUT_##id,
    CUT_MODELS(X)
#undef X
        CUT_MODEL_COUNT
};

const char *cut_model_name(enum cut_model model);
bool cut_model_by_name(const char *name, enum cut_model *model);
bool cut_model_fits(enum cut_model model, enum operation_kind kind);

/* The number that the next operation will have; the record of one; NULL: never was, or forgotten
 * (the log keeps the last 1,048,576). */
uint64_t operations_next(const struct board *board);
const struct operation_record *operation_record(const struct board *board, uint64_t number);

/* Lose power at operation `number`, as the model says, seed choosing what is random in it. 0: take
 * it back. Where the model does not fit, the board stops with cut_error(). After it the board is
 * off, cut_happened() says so until the next plan. */
void cut_plan(struct board *board, uint64_t number, enum cut_model model, uint64_t seed);
bool cut_happened(const struct board *board);
/* The planned operation, kept after the cut has happened until the next plan; 0: nothing planned.
 */
uint64_t cut_planned(const struct board *board, enum cut_model *model);
const char *cut_error(const struct board *board);

/* Operation `number` fails: OPERR or WRPERR-like flag, or silently; 0: none. */
void failure_plan(struct board *board, uint64_t number, bool silent);
/* All operations in a sector fail; bank -1: none. */
void failure_stuck(struct board *board, int bank, int sector);
/* Flip bits of a word: 1 corrected, 2 dead. One that had a corrected error is dead with another. */
void flash_rot(struct board *board, int bank, uint32_t word, unsigned bits);
/* One character per word, as CONTROL.md has it. */
char flash_word_letter(const struct board *board, int bank, uint32_t word);

#endif
