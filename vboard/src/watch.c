/* watch.c - see watch.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "watch.h"

void watch_operation(struct board *board, const struct operation_record *record, bool starts)
{
    digest_operation(board, record, starts);
    tracer_operation(board, record, starts);
    control_operation(board, record, starts);
    sessions_operation(board, record, starts);
}

void watch_reset(struct board *board, enum reset_cause cause)
{
    digest_reset(board, cause);
    tracer_reset(board, cause);
    control_reset(board, cause);
    sessions_reset(board, cause);
}

void watch_power(struct board *board, bool on)
{
    tracer_power(board, on);
    control_power(board, on);
    sessions_power(board, on);
}

void watch_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size)
{
    digest_frame(board, to_guest, frame, size);
    tracer_frame(board, to_guest, frame, size);
}

void watch_pin(struct board *board, char port, int pin, bool level)
{
    tracer_pin(board, port, pin, level);
}

void watch_exception(struct board *board, int exception, bool enters)
{
    tracer_exception(board, exception, enters);
}

void watch_console(struct board *board, int usart, uint8_t byte)
{
    control_console(board, usart, byte);
}

void watch_warning(struct board *board, const char *text)
{
    control_warning(board, text);
}
