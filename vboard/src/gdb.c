/* gdb.c - see instruments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "instruments.h"

struct gdb *gdb_create(struct board *board)
{
    (void)board;
    return NULL;
}

void gdb_destroy(struct board *board)
{
    (void)board;
}

size_t gdb_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                        uint32_t *timeout_ms)
{
    (void)board;
    (void)fds;
    (void)capacity;
    (void)timeout_ms;
    return 0;
}

void gdb_poll_done(struct board *board, const struct pollfd *fds, size_t count)
{
    (void)board;
    (void)fds;
    (void)count;
}

bool gdb_holds(struct board *board)
{
    (void)board;
    return false;
}
