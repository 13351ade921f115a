/* control.c - see control.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control.h"
#include "watch.h"

void control_operation(struct board *board, const struct operation_record *record, bool starts)
{
    (void)board;
    (void)record;
    (void)starts;
}

void control_reset(struct board *board, enum reset_cause cause)
{
    (void)board;
    (void)cause;
}

void control_power(struct board *board, bool on)
{
    (void)board;
    (void)on;
}

void control_console(struct board *board, int usart, uint8_t byte)
{
    (void)board;
    (void)usart;
    (void)byte;
}

void control_warning(struct board *board, const char *text)
{
    (void)board;
    (void)text;
}
