/* flash_board.h - a small stand-in for the board around the flash, for tests of the flash's own
 * files: time that jumps, registers, power.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FLASH_BOARD_H
#define FLASH_BOARD_H

#include "../src/control.h"
#include "../src/flash.h"

extern unsigned warning_count; /* of board_warn() */
extern char last_warning[256];
extern enum board_stop stop_reason; /* of board_stop() */

/* Where the program is built with VBOARD_REMOVABLE. false: there is no such behaviour. */
bool remove_behaviour(const char *name);

/* path NULL: in memory. false: flash_create() refused it. */
bool start_board(struct board *board, const char *path);
void put(struct board *board, uint32_t offset, uint32_t value); /* a register of the flash */
uint32_t get(struct board *board, uint32_t offset);
void unlock_all(struct board *board);
/* Events up to a time; ends where the plug is pulled. */
void run_until(struct board *board, uint64_t at_ns);
/* Eight stores: the n-th of pattern + n. */
void store_word(struct board *board, int half, uint32_t word, uint32_t pattern);
/* The plug and the power, as board.c does it. */
void power_off(struct board *board);
void power_on(struct board *board);

#endif
