/* tracer.c - --trace-file: pins, flash, exceptions, resets, power and frames over virtual time.
 *
 * Called where things happen (watch.h). The file's form is tracer_vcd.c's or tracer_text.c's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracer.h"
#include "instruments.h"
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- life cycle --- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

struct tracer *tracer_create(struct board *board)
{
    const char *path = board->options.trace_file;
    struct tracer *tracer;

    if (path == NULL) {
        return NULL;
    }
    tracer = calloc(1, sizeof *tracer);
    if (tracer == NULL) {
        return NULL;
    }
    tracer->path = path;
    tracer->form = ends_with(path, ".vcd") ? &tracer_vcd : &tracer_text;
    tracer->file = fopen(path, "we");
    if (tracer->file == NULL) {
        fprintf(stderr, "vboard: --trace-file %s: %s: name a file that can be written\n", path,
                strerror(errno));
        free(tracer);
        return NULL;
    }
    tracer->form->begin(tracer);
    return tracer;
}

/* A copy of the program writes nothing: what its buffer holds is this program's to write. */
void tracer_abandon(struct board *board)
{
    if (board->tracer != NULL) {
        close(fileno(board->tracer->file));
        free(board->tracer);
        board->tracer = NULL;
    }
}

static void complain(const struct tracer *tracer)
{
    fprintf(stderr, "vboard: --trace-file %s is not complete: %s\n", tracer->path, strerror(errno));
}

void tracer_destroy(struct board *board)
{
    struct tracer *tracer = board->tracer;

    if (tracer == NULL) {
        return;
    }
    if (fclose(tracer->file) != 0) {
        complain(tracer);
    }
    free(tracer);
    board->tracer = NULL;
}

/* --- events --- */

/* The tracer with the event's time, or NULL when nothing is traced. A full disk ends it. */
static struct tracer *at_event(struct board *board)
{
    struct tracer *tracer = board->tracer;

    if (tracer == NULL) {
        return NULL;
    }
    if (ferror(tracer->file)) {
        complain(tracer);
        fclose(tracer->file);
        free(tracer);
        board->tracer = NULL;
        return NULL;
    }
    if (board->now_ns > tracer->now_ns) {
        tracer->now_ns = board->now_ns;
    }
    return tracer;
}

void tracer_operation(struct board *board, const struct operation_record *record, bool starts)
{
    struct tracer *tracer = at_event(board);

    if (tracer != NULL) {
        tracer->form->operation(tracer, record, starts);
    }
}

void tracer_reset(struct board *board, enum reset_cause cause)
{
    struct tracer *tracer = at_event(board);

    if (tracer != NULL) {
        tracer->resets++;
        tracer->depth = 0;
        tracer->form->reset(tracer, cause);
    }
}

void tracer_power(struct board *board, bool on)
{
    struct tracer *tracer = at_event(board);

    if (tracer != NULL) {
        tracer->depth = 0;
        tracer->form->power(tracer, on);
    }
}

void tracer_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size)
{
    struct tracer *tracer = at_event(board);

    (void)frame;
    if (tracer != NULL) {
        tracer->frames[to_guest]++;
        tracer->form->frame(tracer, to_guest, size);
    }
}

void tracer_pin(struct board *board, char port, int pin, bool level)
{
    struct tracer *tracer = at_event(board);

    if (tracer != NULL) {
        tracer->form->pin(tracer, port, pin, level);
    }
}

/* The innermost goes; after a return that the firmware changed it need not be the one named. */
static void count_nesting(struct tracer *tracer, int exception, bool enters)
{
    if (enters && tracer->depth < TRACER_NESTING) {
        tracer->exceptions[tracer->depth++] = exception;
    } else if (!enters && tracer->depth > 0) {
        tracer->depth--;
    }
}

void tracer_exception(struct board *board, int exception, bool enters)
{
    struct tracer *tracer = at_event(board);

    if (tracer != NULL) {
        count_nesting(tracer, exception, enters);
        tracer->form->exception(tracer, exception, enters);
    }
}
