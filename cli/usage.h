/* usage.h - a command's arguments, described once: for reading them, and for its --help.
 *
 * Each option names the place where its value goes; argp does the rest. What the command line does
 * not say is taken from the settings (settings.h). A wrong argument ends the program with
 * EXIT_USAGE.
 *
 *     bool json = false;
 *     const char *path = NULL;
 *     const struct usage_option options[] = {USAGE_FLAG("json", 'j', &json, "Write JSON"), {0}};
 *     const struct usage usage = {"FILE", "Say what FILE is.", options, &path, 1, 1};
 *     usage_read(&usage, argc, argv);
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_USAGE_H
#define FLOTA_CLI_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USAGE_LIST_MAX   64u
#define USAGE_OPTION_MAX 32u

struct usage_list {
    const char *values[USAGE_LIST_MAX];
    size_t count;
};

struct usage_number {
    uint32_t value;
    bool given;
};

enum usage_kind { USAGE_KIND_FLAG, USAGE_KIND_TEXT, USAGE_KIND_LIST, USAGE_KIND_NUMBER };

struct usage_option {
    const char *name; /* without its dashes; NULL ends the list */
    char letter;      /* 0: none */
    enum usage_kind kind;
    const char *value_name; /* "FILE"; NULL for a flag */
    void *place;            /* bool, const char *, struct usage_list or struct usage_number */
    const char *help;
};

#define USAGE_FLAG(name, letter, place, help)                                                      \
    {                                                                                              \
        name, letter, USAGE_KIND_FLAG, NULL, place, help                                           \
    }
#define USAGE_TEXT(name, letter, value_name, place, help)                                          \
    {                                                                                              \
        name, letter, USAGE_KIND_TEXT, value_name, place, help                                     \
    }
#define USAGE_LIST(name, letter, value_name, place, help)                                          \
    {                                                                                              \
        name, letter, USAGE_KIND_LIST, value_name, place, help                                     \
    }
#define USAGE_NUMBER(name, letter, value_name, place, help)                                        \
    {                                                                                              \
        name, letter, USAGE_KIND_NUMBER, value_name, place, help                                   \
    }

struct usage {
    const char *operands;               /* "IN.bin OUT.bin" */
    const char *text;                   /* what --help says; behind \v what follows the options */
    const struct usage_option *options; /* up to USAGE_OPTION_MAX */
    const char **places;                /* of the operands, most of them */
    unsigned least, most;
};

/* Read a command's arguments. Returns only when they fit. A command calls it before anything that
 * would have to be undone. */
void usage_read(const struct usage *usage, int argc, char **argv);

/* See what a command would give to usage_read(), instead of running it: for completion and man
 * pages. */
struct command;
typedef void (*usage_visitor)(void *context, const struct command *command,
                              const struct usage *usage);
void usage_visit(const struct command *command, usage_visitor visitor, void *context);

/* Say what is wrong with the arguments, beyond what usage_read() can see. Returns EXIT_USAGE. */
int usage_complain(const char *command, const char *what);

#endif
