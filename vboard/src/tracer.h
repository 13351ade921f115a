/* tracer.h - the tracer's state, and its two forms of output: a table of functions each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_TRACER_H
#define VBOARD_TRACER_H

#include "board.h"
#include "cuts.h"

#include <stdio.h>

enum { TRACER_NESTING = 32 };

struct tracer;

struct tracer_form {
    void (*begin)(struct tracer *tracer);
    void (*operation)(struct tracer *tracer, const struct operation_record *record, bool starts);
    void (*reset)(struct tracer *tracer, enum reset_cause cause);
    void (*power)(struct tracer *tracer, bool on);
    void (*frame)(struct tracer *tracer, bool to_guest, size_t size);
    void (*pin)(struct tracer *tracer, char port, int pin, bool level);
    void (*exception)(struct tracer *tracer, int exception, bool enters);
};

extern const struct tracer_form tracer_vcd, tracer_text; /* tracer_vcd.c, tracer_text.c */

struct tracer {
    FILE *file;
    const char *path;
    const struct tracer_form *form;
    uint64_t now_ns;                /* of the event: never less than the one before */
    uint64_t written_ns;            /* VCD: the last time mark */
    bool marked;                    /* VCD: there was one */
    uint64_t frames[2], resets;     /* frames: from, to the guest */
    int exceptions[TRACER_NESTING]; /* active, the innermost last */
    int depth;
};

#endif
