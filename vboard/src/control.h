/* control.h - the control socket (CONTROL.md), runs and their ends, snapshots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CONTROL_H
#define VBOARD_CONTROL_H

#include "board.h"

struct pollfd;

/* Sets board->control: always there, it also keeps why a run must stop. False, after a message on
 * stderr, when the socket or the script cannot be used. */
bool control_create(struct board *board);
void control_destroy(struct board *board);

/* What board_run() does next. */
enum control_verdict {
    CONTROL_RUN,   /* let the core run */
    CONTROL_STAND, /* no time passes; call again */
    CONTROL_END    /* the program ends, with *status */
};
/* Called by board_run() at each turn, outside the core: carries out commands, ends runs. Blocks
 * while a deterministic board has nothing to do. */
enum control_verdict control_turn(struct board *board, int *status);
/* The firmware has ended by semihosting. True when somebody on the control socket waits to hear it,
 * or may ask: then the program goes on, and the board stands still until the next power-on. */
bool control_firmware_ended(struct board *board);

/* The program's sockets, as in pace.h. */
size_t control_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                            uint32_t *timeout_ms);
void control_poll_done(struct board *board, const struct pollfd *fds, size_t count);

/* Virtual time at which board_run() must come to control_turn(); BOARD_NEVER: no such. */
uint64_t control_deadline(const struct board *board);

/* Why a run must stop: asked and set by the parts. They may be called from within the core. */
enum board_stop {
    STOP_NONE,
    STOP_LOCKUP,     /* the core is locked up, no watchdog runs */
    STOP_RESET_LOOP, /* control_run.c */
    STOP_M4          /* option_bytes.c: BCM4 = 1 and the M4's bank is the spare */
};
/* Ends the run under way; kept until the next power-on or reset. */
void board_stop(struct board *board, enum board_stop why, const char *text);
enum board_stop board_stopped(const struct board *board, const char **text);

#endif
