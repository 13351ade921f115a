/* tracer_text.c - a line for each event: seconds, what, and the rest.
 *
 *     0.001234567 flash 12 program bank 1 word 4096 begins
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracer.h"

#include <inttypes.h>

static void line(struct tracer *tracer)
{
    fprintf(tracer->file, "%.9f ", (double)tracer->now_ns * 1e-9);
}

static void begin(struct tracer *tracer)
{
    fputs("# flota-vboard trace: seconds, event\n", tracer->file);
}

static void operation(struct tracer *tracer, const struct operation_record *record, bool starts)
{
    static const char *const kinds[] = {
        [KIND_PROGRAM] = "program", [KIND_ERASE] = "erase", [KIND_OPTIONS] = "options"};
    static const char *const ends[] = {[END_RUNNING] = "running",
                                       [END_DONE] = "done",
                                       [END_TORN] = "torn",
                                       [END_REFUSED] = "refused"};

    line(tracer);
    fprintf(tracer->file, "flash %" PRIu64 " %s bank %d word %" PRIu32 " count %" PRIu32 " %s\n",
            record->number, kinds[record->kind], record->bank + 1, record->word, record->count,
            starts ? "begins" : ends[record->end]);
}

static void reset(struct tracer *tracer, enum reset_cause cause)
{
    line(tracer);
    fprintf(tracer->file, "reset %" PRIu64 " %s\n", tracer->resets, reset_cause_name(cause));
}

static void power(struct tracer *tracer, bool on)
{
    line(tracer);
    fprintf(tracer->file, "power %s\n", on ? "on" : "off");
}

static void frame(struct tracer *tracer, bool to_guest, size_t size)
{
    line(tracer);
    fprintf(tracer->file, "frame %s %" PRIu64 " %zu bytes\n", to_guest ? "in" : "out",
            tracer->frames[to_guest], size);
}

static void pin(struct tracer *tracer, char port, int number, bool level)
{
    line(tracer);
    fprintf(tracer->file, "pin P%c%d %d\n", port, number, level);
}

static void exception(struct tracer *tracer, int number, bool enters)
{
    line(tracer);
    fprintf(tracer->file, "exception %d %s\n", number, enters ? "entered" : "left");
}

const struct tracer_form tracer_text = {.begin = begin,
                                        .operation = operation,
                                        .reset = reset,
                                        .power = power,
                                        .frame = frame,
                                        .pin = pin,
                                        .exception = exception};
