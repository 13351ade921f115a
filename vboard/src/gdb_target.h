/* gdb_target.h - the board as gdb sees it: registers, memory, flash, breakpoints, monitor commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_GDB_TARGET_H
#define VBOARD_GDB_TARGET_H

#include "board.h"
#include "gdb_packet.h"

/* gdb.c's state as its other files need it. */
struct gdb {
    int listener, client;
    bool waits; /* --gdb-wait: held until the first debugger lets it go */
    bool held;  /* the core stands still */
    struct board *board;
    struct gdb_session session;
};

extern const struct gdb_target gdb_board_target; /* its context is a struct gdb */

/* gdb_monitor.c */
bool gdb_monitor(void *context, const char *command, struct gdb_text *output);
/* gdb_texts.c: as gdb asks for them. */
extern const char gdb_description[], gdb_memory_map[];

/* flash_programmer.c: flash as a programmer on the debug port changes it, at once; not operations
 * of the firmware. */
bool flash_erase_host(struct board *board, uint32_t address, uint32_t size);
bool flash_program_host(struct board *board, uint32_t address, const uint8_t *data, size_t size);

#endif
