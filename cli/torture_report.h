/* torture_report.h - what came of it: for people, for programs, as a page.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_REPORT_H
#define FLOTA_CLI_TORTURE_REPORT_H

#include "torture.h"

struct torture_report {
    const char *firmware, *update_file, *request, *service;
    const char *replay; /* the command line that repeats a case, without --only */
    uint32_t seed;
    const struct torture_update *update;
    const struct torture_cases *singles, *pairs;
};

struct torture_counts {
    size_t cases, pairs, models, bricks, undecided, repeats, second_tries;
    size_t missed; /* no second cut, or interrupted before */
    size_t by_verdict[TORTURE_VERDICT_COUNT];
    size_t cases_by_model[TORTURE_MODEL_COUNT], bricks_by_model[TORTURE_MODEL_COUNT];
    size_t points, points_by_kind[3];
};

void torture_count_up(const struct torture_report *report, struct torture_counts *counts);

/* "program of word 12 in sector 0 of bank 2 (0x08100180)". Physical addresses: bank 1 from
 * 0x08000000, bank 2 from 0x08100000. */
#define TORTURE_PLACE_SIZE 96u
void torture_place(const struct torture_operation *operation, char place[TORTURE_PLACE_SIZE]);

/* To standard output; the last line is the summary. */
void torture_print(const struct torture_report *report);

/* Into a file, whole or not at all. Returns false after having said what is wrong. */
bool torture_write_json(const char *command, const char *path, const struct torture_report *report);
bool torture_write_page(const char *command, const char *path, const struct torture_report *report);

#endif
