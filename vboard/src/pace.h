/* pace.h - the host's time: polling its file descriptors, and not running ahead of the wall clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PACE_H
#define VBOARD_PACE_H

#include "board.h"

struct pace *pace_create(struct board *board);
void pace_destroy(struct pace *pace);

/* The host side's turn, each virtual millisecond: serve what is ready. In real time wait while
 * virtual time is ahead; where the host is too slow virtual time falls behind, and does not catch
 * up. */
void pace_slice(struct board *board);

/* The core sleeps: pass time up to the next event. In real time this blocks on the host's file
 * descriptors and on the clock. */
void pace_idle(struct board *board);

/* The board is off: wait for something on the host's side. */
void pace_off(struct board *board);

/* The chip is held in reset: let virtual and host time pass. */
void pace_hold(struct board *board, uint64_t hold_ns);

/* The board stands still: wait for something on the host's side, no virtual time passes. */
void pace_stand(struct board *board);

/* Seconds of host time since pace_create(). */
double pace_host_seconds(const struct board *board);

#endif
