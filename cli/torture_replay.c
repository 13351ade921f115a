/* torture_replay.c - the command line that repeats a case, for a shell.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "torture_options.h"
#include <stdio.h>
#include <string.h>

static void print_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

/* A word of the shell, quoted when it has to be. */
static void print_word(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,+@";
    if (text[0] && text[strspn(text, plain)] == '\0')
        fputs(text, out);
    else
        print_quoted(out, text);
}

static void print_option(FILE *out, const char *name, const char *value)
{
    if (!value)
        return;
    fprintf(out, " --%s ", name);
    print_word(out, value);
}

/* A value that may begin with a dash. */
static void print_joined(FILE *out, const char *name, const char *value)
{
    fprintf(out, " --%s=", name);
    print_word(out, value);
}

static void print_number(FILE *out, const char *name, const struct usage_number *number)
{
    if (number->given)
        fprintf(out, " --%s %u", name, (unsigned)number->value);
}

char *torture_make_replay(const struct torture_options *options, const struct torture_texts *texts)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs("flota torture", out);
    print_option(out, "firmware", texts->firmware);
    print_option(out, "update", texts->update);
    for (size_t i = 0; i < options->prepare.count; i++)
        print_option(out, "prepare", options->prepare.values[i]);
    print_option(out, "request", texts->request);
    print_option(out, "field", texts->field);
    if (texts->raw)
        fputs(" --raw", out);
    for (size_t i = 0; i < options->headers.count; i++)
        print_option(out, "header", options->headers.values[i]);
    print_number(out, "status", &texts->status);
    print_option(out, "service", texts->service);
    print_number(out, "service-status", &texts->service_status);
    print_option(out, "address", texts->address);
    for (size_t i = 0; i < options->board_options.count; i++)
        print_joined(out, "board", options->board_options.values[i]);
    print_number(out, "within", &texts->within);
    print_number(out, "quiet", &texts->quiet);
    print_number(out, "seed", &texts->seed);
    fclose(out);
    return text;
}
