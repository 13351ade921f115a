/* torture_run.h - tries cases: one board moves forward through the update, and a copy of it takes
 * each cut.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_RUN_H
#define FLOTA_CLI_TORTURE_RUN_H

#include "torture_script.h"

#define TORTURE_JOBS_MAX 16u

/* Told after each case. */
typedef void (*torture_progress)(void *context, const struct torture_case *item, size_t done,
                                 size_t count, size_t bricks);

struct torture_session {
    const struct torture_setup *setup;
    const struct torture_target *target;
    const struct torture_reference *reference;
    uint32_t jobs; /* copies at a time */
    torture_progress progress;
    void *context;
};

/* Try them all; they stand in the order of operations. board: booted, and not yet asked for the
 * update; used up. Returns false after having said what is wrong. */
bool torture_try(const struct torture_session *session, struct torture_board *board,
                 struct torture_cases *cases);

/* One case, told step by step on standard output. */
bool torture_replay(const struct torture_session *session, struct torture_board *board,
                    struct torture_case *item);

/* A board with --flash `flash`, up to the last cut, and ended there: what is in flash stays in the
 * file. */
bool torture_keep(const struct torture_session *session, const struct torture_case *item,
                  const char *flash);

#endif
