/* tracer_vcd.c - a Value Change Dump (IEEE 1364-2001, 18), for GTKWave, PulseView and others.
 *
 * All signals are declared before the first change, so every pin is: those that never change stay
 * x.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracer.h"

#include <inttypes.h>

enum { PORTS = 11, PINS = 16 };

struct signal {
    const char *scope, *name;
    int width;
};

/* A signal's identifier is one character from '!' on; a pin's has two, the port and the pin. */
enum signal_id {
    SIGNAL_POWER,
    SIGNAL_RESETS,
    SIGNAL_RESET_CAUSE,
    SIGNAL_EXCEPTION,
    SIGNAL_OPERATION,
    SIGNAL_OPTIONS,
    SIGNAL_BANK1,
    SIGNAL_SECTOR1,
    SIGNAL_BANK2,
    SIGNAL_SECTOR2,
    SIGNAL_FRAMES_IN,
    SIGNAL_SIZE_IN,
    SIGNAL_FRAMES_OUT,
    SIGNAL_SIZE_OUT,
    SIGNAL_COUNT
};

static const struct signal signals[SIGNAL_COUNT] = {
    [SIGNAL_POWER] = {"chip", "power", 1},
    [SIGNAL_RESETS] = {"chip", "resets", 32},
    [SIGNAL_RESET_CAUSE] = {"chip", "reset_cause", 4},
    [SIGNAL_EXCEPTION] = {"chip", "exception", 9},
    [SIGNAL_OPERATION] = {"flash", "operation", 32},
    [SIGNAL_OPTIONS] = {"flash", "option_change", 1},
    [SIGNAL_BANK1] = {"flash", "bank1", 2}, /* 0 idle, 1 program, 2 erase */
    [SIGNAL_SECTOR1] = {"flash", "bank1_sector", 3},
    [SIGNAL_BANK2] = {"flash", "bank2", 2},
    [SIGNAL_SECTOR2] = {"flash", "bank2_sector", 3},
    [SIGNAL_FRAMES_IN] = {"ethernet", "frames_in", 32},
    [SIGNAL_SIZE_IN] = {"ethernet", "frame_in_size", 16},
    [SIGNAL_FRAMES_OUT] = {"ethernet", "frames_out", 32},
    [SIGNAL_SIZE_OUT] = {"ethernet", "frame_out_size", 16},
};

static void mark_time(struct tracer *tracer)
{
    if (!tracer->marked || tracer->now_ns != tracer->written_ns) {
        fprintf(tracer->file, "#%" PRIu64 "\n", tracer->now_ns);
        tracer->written_ns = tracer->now_ns;
        tracer->marked = true;
    }
}

static void change(struct tracer *tracer, enum signal_id id, uint64_t value)
{
    mark_time(tracer);
    if (signals[id].width == 1) {
        fprintf(tracer->file, "%d%c\n", value != 0, '!' + (int)id);
        return;
    }
    fputc('b', tracer->file);
    for (int bit = signals[id].width - 1; bit >= 0; bit--) {
        fputc('0' + (int)((value >> bit) & 1u), tracer->file);
    }
    fprintf(tracer->file, " %c\n", '!' + (int)id);
}

/* --- the header --- */

static void declare_signals(FILE *file)
{
    const char *scope = "";

    for (int id = 0; id < SIGNAL_COUNT; id++) {
        const struct signal *signal = &signals[id];
        if (scope != signal->scope) {
            fprintf(file, "%s$scope module %s $end\n", *scope == '\0' ? "" : "$upscope $end\n",
                    signal->scope);
            scope = signal->scope;
        }
        fprintf(file, "$var wire %d %c %s $end\n", signal->width, '!' + id, signal->name);
    }
    fputs("$upscope $end\n", file);
}

static void declare_pins(FILE *file)
{
    fputs("$scope module pins $end\n", file);
    for (int port = 0; port < PORTS; port++) {
        for (int pin = 0; pin < PINS; pin++) {
            fprintf(file, "$var wire 1 %c%c P%c%d $end\n", 'A' + port, 'a' + pin, 'A' + port, pin);
        }
    }
    fputs("$upscope $end\n", file);
}

static void give_unknown_values(FILE *file)
{
    fputs("$dumpvars\n", file);
    for (int id = 0; id < SIGNAL_COUNT; id++) {
        fprintf(file, signals[id].width == 1 ? "x%c\n" : "bx %c\n", '!' + id);
    }
    for (int port = 0; port < PORTS; port++) {
        for (int pin = 0; pin < PINS; pin++) {
            fprintf(file, "x%c%c\n", 'A' + port, 'a' + pin);
        }
    }
    fputs("$end\n", file);
}

static void begin(struct tracer *tracer)
{
    fputs("$version flota-vboard $end\n$timescale 1 ns $end\n$scope module board $end\n",
          tracer->file);
    declare_signals(tracer->file);
    declare_pins(tracer->file);
    fputs("$upscope $end\n$enddefinitions $end\n", tracer->file);
    mark_time(tracer);
    give_unknown_values(tracer->file);
}

/* --- events --- */

static void operation(struct tracer *tracer, const struct operation_record *record, bool starts)
{
    const uint32_t sector_words = SECTOR_SIZE / 32;
    bool second = record->bank != 0;

    if (starts) {
        change(tracer, SIGNAL_OPERATION, record->number);
    }
    if (record->kind == KIND_OPTIONS) {
        change(tracer, SIGNAL_OPTIONS, starts);
        return;
    }
    change(tracer, second ? SIGNAL_BANK2 : SIGNAL_BANK1,
           !starts                        ? 0
           : record->kind == KIND_PROGRAM ? 1
                                          : 2);
    if (starts) {
        change(tracer, second ? SIGNAL_SECTOR2 : SIGNAL_SECTOR1, record->word / sector_words);
    }
}

static void be_idle(struct tracer *tracer)
{
    change(tracer, SIGNAL_EXCEPTION, 0);
    change(tracer, SIGNAL_OPTIONS, 0);
    change(tracer, SIGNAL_BANK1, 0);
    change(tracer, SIGNAL_BANK2, 0);
}

static void reset(struct tracer *tracer, enum reset_cause cause)
{
    change(tracer, SIGNAL_RESETS, tracer->resets);
    change(tracer, SIGNAL_RESET_CAUSE, (uint64_t)cause);
    be_idle(tracer);
}

static void power(struct tracer *tracer, bool on)
{
    change(tracer, SIGNAL_POWER, on);
    be_idle(tracer);
}

static void frame(struct tracer *tracer, bool to_guest, size_t size)
{
    change(tracer, to_guest ? SIGNAL_FRAMES_IN : SIGNAL_FRAMES_OUT, tracer->frames[to_guest]);
    change(tracer, to_guest ? SIGNAL_SIZE_IN : SIGNAL_SIZE_OUT, size);
}

static void pin(struct tracer *tracer, char port, int number, bool level)
{
    if (port >= 'A' && port < 'A' + PORTS && number >= 0 && number < PINS) {
        mark_time(tracer);
        fprintf(tracer->file, "%d%c%c\n", level, port, 'a' + number);
    }
}

static void exception(struct tracer *tracer, int number, bool enters)
{
    int now = tracer->depth > 0 ? tracer->exceptions[tracer->depth - 1] : 0;

    change(tracer, SIGNAL_EXCEPTION, (uint64_t)(enters ? number : now));
}

const struct tracer_form tracer_vcd = {.begin = begin,
                                       .operation = operation,
                                       .reset = reset,
                                       .power = power,
                                       .frame = frame,
                                       .pin = pin,
                                       .exception = exception};
