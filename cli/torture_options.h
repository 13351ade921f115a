/* torture_options.h - the command line of flota torture.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_OPTIONS_H
#define FLOTA_CLI_TORTURE_OPTIONS_H

#include "torture.h"
#include "torture_board.h"
#include "torture_reference.h"
#include "usage.h"

/* What the command line says, as it says it. */
struct torture_texts {
    const char *firmware, *update, *request, *field, *service, *address, *points, *models;
    bool raw;
    struct usage_number status, service_status, pairs, repeat, seeds, seed, jobs, within, quiet;
};

struct torture_options {
    struct torture_setup setup;
    struct torture_target target;
    struct torture_wishes wishes;
    uint32_t jobs;
    const char *request, *service; /* "POST /update" */
    const char *json, *html, *only, *keep;
    struct torture_case only_case;
    char *replay;                              /* the command line without --only */
    char firmware_path[TORTURE_PATH_SIZE * 4], /* absolute, as realpath() gives them */
        update_path[TORTURE_PATH_SIZE * 4];
    struct usage_list headers, board_options, prepare;
    char *prepare_paths[USAGE_LIST_MAX]; /* absolute, too */
};

/* Read and check it. Returns 0, or an exit code after having said what is wrong. */
int torture_options_read(struct torture_options *options, int argc, char **argv);
/* The command line that repeats a case, without --only; free() it. */
char *torture_make_replay(const struct torture_options *options, const struct torture_texts *texts);
void torture_options_free(struct torture_options *options);

#endif
