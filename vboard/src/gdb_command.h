/* gdb_command.h - what the files of gdb's commands share. Each carries out a packet in
 * session->data and returns true when there is an answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_GDB_COMMAND_H
#define VBOARD_GDB_COMMAND_H

#include "gdb_packet.h"

#include <string.h>

static inline bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static inline bool answer(struct gdb_text *reply, bool ok)
{
    gdb_add(reply, ok ? "OK" : "E01");
    return true;
}

/* --- gdb_memory.c --- */

/* ADDRESS,SIZE and what ends it; *text moves behind that. */
bool gdb_range(const char **text, char end, uint32_t *address, uint32_t *size);
bool gdb_read_memory(struct gdb_session *session, struct gdb_text *reply);
bool gdb_write_memory(struct gdb_session *session, bool binary, struct gdb_text *reply);
/* text: behind "vFlash" */
bool gdb_flash_packet(struct gdb_session *session, const char *text, struct gdb_text *reply);

/* --- gdb_query.c --- */

bool gdb_query(struct gdb_session *session, struct gdb_text *reply);

#endif
