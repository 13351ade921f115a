/* board_run.h - the board as main.c sees it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_BOARD_RUN_H
#define VBOARD_BOARD_RUN_H

#include "board.h"

enum board_end {
    BOARD_PROGRAM_PASSED, /* semihosting exit with success */
    BOARD_PROGRAM_FAILED, /* semihosting exit with another status */
    BOARD_TIME_IS_UP,     /* --run-for */
    BOARD_INTERRUPTED,    /* SIGINT, SIGTERM */
    BOARD_CONTROLLED      /* the control socket or a script has ended it, with a status */
};

/* NULL, after a message on stderr, when a part cannot be made. */
struct board *board_create(const struct board_options *options);
/* Switch it on and run until it ends. status: see BOARD_CONTROLLED. */
enum board_end board_run(struct board *board, int *status);
/* Ends like pulling the plug; writes the flash file. */
void board_destroy(struct board *board);

#endif
