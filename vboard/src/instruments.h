/* instruments.h - debugger, tracer, digest, sessions: what looks at the board and is not part of
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_INSTRUMENTS_H
#define VBOARD_INSTRUMENTS_H

#include "board.h"

#include <stdio.h>

struct pollfd;

/* gdb.c: NULL, after a message on stderr, when the port cannot be used. */
struct gdb *gdb_create(struct board *board);
void gdb_destroy(struct board *board);
size_t gdb_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                        uint32_t *timeout_ms);
void gdb_poll_done(struct board *board, const struct pollfd *fds, size_t count);
/* A copy of the program by fork() has no debugger: closes its sockets, removes its breakpoints. */
void gdb_abandon(struct board *board);
/* Called by board_run() before each run of the core: true while the debugger holds the core. */
bool gdb_holds(struct board *board);

/* tracer.c: NULL, after a message on stderr, when the file cannot be written. */
struct tracer *tracer_create(struct board *board);
void tracer_destroy(struct board *board);
/* A copy of the program by fork() traces nothing. */
void tracer_abandon(struct board *board);

/* digest.c: of all frames, flash operations, resets and their times so far; 64 bits, FNV-1a or
 * better. */
struct digest *digest_create(struct board *board);
uint64_t digest_value(const struct board *board);
void digest_destroy(struct board *board);

/* sessions.c: from one power-on to the next cut. Kept for the board page; the last 32. */
void sessions_json(FILE *out, const struct board *board);

#endif
