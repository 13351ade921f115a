/* torture_script.h - a case as a list of commands for a copy of the board, and what its answers
 * mean.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_SCRIPT_H
#define FLOTA_CLI_TORTURE_SCRIPT_H

#include "torture.h"
#include "torture_reference.h"

#define TORTURE_STEP_MAX 40u

/* What a step is there for: decides what it means when it fails. */
enum torture_step {
    TORTURE_STEP_OTHER,
    TORTURE_STEP_CUT,        /* the first cut happens */
    TORTURE_STEP_SAME,       /* at the operation that the reference had */
    TORTURE_STEP_SECOND_CUT, /* the second one happens */
    TORTURE_STEP_SERVICE,    /* it serves after the power-on */
    TORTURE_STEP_WHICH,      /* which firmware runs */
    TORTURE_STEP_RESPONSE,   /* it takes the update again */
    TORTURE_STEP_RUN,        /* and runs on */
    TORTURE_STEP_NEW,        /* as the new firmware */
    TORTURE_STEP_CONSOLE
};

struct torture_script {
    const struct torture_target *target;
    const struct torture_reference *reference;
    cJSON *list;
    enum torture_step steps[TORTURE_STEP_MAX];
    size_t count;
};

/* Make the list. to_the_end: with all steps, whatever comes, and with the console's text. */
void torture_script_make(struct torture_script *script, const struct torture_case *item,
                         bool to_the_end);

/* Commands up to the last cut only. */
void torture_script_make_cuts(struct torture_script *script, const struct torture_case *item);

/* What the answers mean: fills in the case's result. */
void torture_judge(const struct torture_script *script, const cJSON *answers,
                   struct torture_case *item);

const struct torture_operation *torture_operation_find(const struct torture_update *update,
                                                       uint64_t number);

#endif
