/* stall.h - --speculative-stall: what the core reads ahead of a busy bank holds it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_STALL_H
#define VBOARD_STALL_H

#include "board.h"

/* Must the core wait now? Asked before each run of it, and when something that decides it changes.
 */
bool stall_holds_core(const struct board *board);

#endif
