/* torture.h - what the parts of flota torture share: an update as a list of flash operations, the
 * cuts to try in it, and what came of each.
 *
 * torture_plan.c decides what to try (no input or output, tests/cli/test_torture_plan.c),
 * torture_board.c talks to flota-vboard (vboard/CONTROL.md), torture_reference.c learns the update
 * from one run without a cut, torture_run.c tries the cases in copies of the board, and
 * torture_judge.c says what an answer means. torture_text.c, _json.c and _page.c report.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_H
#define FLOTA_CLI_TORTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TORTURE_SECTOR_WORDS 4096u /* 128 KB of 32-byte flash words: RM0399 4.3.4 */
#define TORTURE_WORD_SIZE    32u
#define TORTURE_WHAT_SIZE    200u
#define TORTURE_EVERY        UINT32_MAX /* as a count: all of them */

/* --- an operation --- */

enum torture_kind { TORTURE_PROGRAM, TORTURE_ERASE, TORTURE_OPTIONS };

struct torture_operation {
    uint64_t number, start_ns, end_ns;
    enum torture_kind kind;
    uint32_t bank, word, count; /* bank: physical, 1 or 2; words of 32 bytes; options: 0 */
    bool special;               /* not one of many words of an image */
};

struct torture_update {
    struct torture_operation *operations;
    size_t count;
    uint64_t begin_ns, end_ns;   /* the request, and when all was quiet again */
    uint64_t served_ns;          /* from here on the service is asked for again */
    uint64_t last_before_served; /* number of the last operation that began before that */
};

/* --- what a cut leaves behind --- */

#define TORTURE_MODELS(X)                                                                          \
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

enum torture_model {
#define X(id, name) TORTURE_##id,
    TORTURE_MODELS(X)
#undef X
        TORTURE_MODEL_COUNT
};

extern const char *const torture_model_names[TORTURE_MODEL_COUNT];
extern const char *const torture_kind_names[];

bool torture_model_fits(enum torture_model model, enum torture_kind kind);
bool torture_model_is_random(enum torture_model model);  /* its seed matters */
bool torture_model_comes_late(enum torture_model model); /* shows at the power-on after the next */

/* --- a case --- */

struct torture_cut {
    uint64_t operation; /* 0: no cut */
    enum torture_model model;
    uint32_t seed;
};

enum torture_verdict {
    TORTURE_PENDING,
    TORTURE_FINE,
    TORTURE_LOCK_UP,
    TORTURE_RESET_LOOP,
    TORTURE_SILENCE,
    TORTURE_M4,
    TORTURE_STUCK,     /* it runs, and takes no update any more */
    TORTURE_UNDECIDED, /* this machine was too slow, or the board's program failed */
    TORTURE_NO_CUT     /* the second operation never came */
};
#define TORTURE_VERDICT_COUNT (TORTURE_NO_CUT + 1)

extern const char *const torture_verdict_names[TORTURE_VERDICT_COUNT];
bool torture_is_brick(enum torture_verdict verdict);

struct torture_case {
    struct torture_cut first, second;
    bool repeats;      /* the update is made again afterwards */
    bool tries_twice;  /* that update: the first try was refused */
    bool second_later; /* the second cut is not in what follows the power-on, but in that update */
    enum torture_verdict verdict;
    bool runs_new;
    uint64_t served_ns;           /* from power-on to service */
    uint32_t resets;              /* in all, of the copy */
    uint32_t following;           /* operations from power-on to service */
    char what[TORTURE_WHAT_SIZE]; /* in words */
};

struct torture_cases {
    struct torture_case *items;
    size_t count, capacity;
};

/* --- the plan --- */

struct torture_wishes {
    uint32_t points;       /* of an image's words; TORTURE_EVERY */
    uint32_t pairs;        /* of two cuts */
    uint32_t repeat_every; /* of the cases that are not special; 0: none */
    uint32_t seeds;        /* of a random model at a special point */
    uint32_t seed;
    bool models[TORTURE_MODEL_COUNT];
};

/* Mark what is special: all erases and option changes, records (words that do not stand in a row of
 * many), a row's first and last word, and the words at sector borders. Returns how many are not. */
size_t torture_mark(struct torture_update *update);

/* Every case with one cut, in the order of operations. Returns false: no memory. */
bool torture_plan(const struct torture_update *update, const struct torture_wishes *wishes,
                  struct torture_cases *cases);

/* Cases with two cuts, made of tried ones with one. In the order of operations. */
bool torture_plan_pairs(const struct torture_update *update, const struct torture_wishes *wishes,
                        const struct torture_cases *tried, struct torture_cases *pairs);

bool torture_cases_add(struct torture_cases *cases, const struct torture_case *item);

/* A case's name, "120:torn:77" or "120:torn:77,131:dead:5". */
#define TORTURE_NAME_SIZE 80u
void torture_name(const struct torture_case *item, char name[TORTURE_NAME_SIZE]);
bool torture_parse(const char *name, struct torture_case *item);

/* "before,torn": sets models; returns NULL, or the word that is no model. */
const char *torture_parse_models(const char *list, bool models[TORTURE_MODEL_COUNT]);

/* "POST /update" apart. */
bool torture_parse_request(const char *text, char *method, size_t method_size, const char **path);

#endif
