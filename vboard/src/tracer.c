/* tracer.c - see instruments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "instruments.h"
#include "watch.h"

void tracer_operation(struct board *board, const struct operation_record *record, bool starts)
{
    (void)board;
    (void)record;
    (void)starts;
}

void tracer_reset(struct board *board, enum reset_cause cause)
{
    (void)board;
    (void)cause;
}

void tracer_power(struct board *board, bool on)
{
    (void)board;
    (void)on;
}

void tracer_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size)
{
    (void)board;
    (void)to_guest;
    (void)frame;
    (void)size;
}

void tracer_pin(struct board *board, char port, int pin, bool level)
{
    (void)board;
    (void)port;
    (void)pin;
    (void)level;
}

void tracer_exception(struct board *board, int exception, bool enters)
{
    (void)board;
    (void)exception;
    (void)enters;
}

struct tracer *tracer_create(struct board *board)
{
    (void)board;
    return NULL;
}

void tracer_destroy(struct board *board)
{
    (void)board;
}
