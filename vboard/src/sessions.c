/* sessions.c - see instruments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "instruments.h"
#include "watch.h"

void sessions_operation(struct board *board, const struct operation_record *record, bool starts)
{
    (void)board;
    (void)record;
    (void)starts;
}

void sessions_reset(struct board *board, enum reset_cause cause)
{
    (void)board;
    (void)cause;
}

void sessions_power(struct board *board, bool on)
{
    (void)board;
    (void)on;
}

void sessions_json(FILE *out, const struct board *board)
{
    (void)board;
    fputs("[]", out);
}
