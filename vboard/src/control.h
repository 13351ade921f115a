/* control.h - the control socket (CONTROL.md), runs and their ends, snapshots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CONTROL_H
#define VBOARD_CONTROL_H

#include "board.h"

/* NULL, after a message on stderr, when the socket cannot be made. Also carries out --net
 * script:FILE. */
struct control *control_create(struct board *board);
void control_destroy(struct board *board);

/* Called by board_run() at each turn, outside the core: takes commands, decides whether the board
 * may run. Blocks while a deterministic board has nothing to do. Returns false when the program is
 * to end, with its exit status. */
bool control_turn(struct board *board, int *status);

size_t control_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                            uint32_t *timeout_ms);
void control_poll_done(struct board *board, const struct pollfd *fds, size_t count);

/* Why a run must stop: asked and set by the parts. They may be called from within the core. */
enum board_stop {
    STOP_NONE,
    STOP_LOCKUP,     /* the core is locked up, no watchdog runs */
    STOP_RESET_LOOP, /* board.c */
    STOP_M4          /* option_bytes.c: BCM4 = 1 and the M4's bank is the spare */
};
void board_stop(struct board *board, enum board_stop why, const char *text);
enum board_stop board_stopped(const struct board *board, const char **text);

/* --- snapshot.c: copies of the whole program by fork() --- */

/* Returns in the copy with true, and in this program with false at once; *pid is the copy's. The
 * copy talks through *channel (a socket pair's end; this program has the other). */
bool snapshot_fork(struct board *board, int *channel, int *pid);

#endif
