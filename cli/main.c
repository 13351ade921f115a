/* main.c - flota: find the command, run it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include <argp.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    const char *full_name; /* argv[0] of the command: what its messages begin with */
    command_function run;
    const char *summary;
};

static int command_help(int argc, char **argv);

static const struct command commands[] = {
    {"seal", "flota seal", command_seal,
     "finish a built image: fill in size, SHA-256 and checksum"},
    {"keygen", "flota keygen", command_keygen, "make a signing key, or print its public half"},
    {"sign", "flota sign", command_sign, "append signatures to an image"},
    {"bundle", "flota bundle", command_bundle, "make a ZIP bundle with a signed manifest"},
    {"inspect", "flota inspect", command_inspect, "say what an image or bundle is, and check it"},
    {"verify", "flota verify", command_verify, "check a file as a device would before taking it"},
    {"keys", "flota keys", command_keys, "make a statement that replaces or revokes a key"},
    {"provision", "flota provision", command_provision,
     "the option bytes that a board needs before its first update"},
    {"help", "flota help", command_help, "list the commands, or explain one"},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_overview(FILE *stream)
{
    fputs("Usage: flota COMMAND [ARGUMENTS]\n\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`flota help COMMAND` explains one. `flota --version` says which flota this is.\n",
          stream);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

#define WORD_MAX 32u

/* Insertions, deletions and replacements that turn a into b (Levenshtein, one row at a time). */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], b_size = strlen(b);
    if (b_size > WORD_MAX)
        return b_size;
    for (size_t j = 0; j <= b_size; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_size; j++) {
            size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = least(replaced, row[j] + 1, row[j + 1] + 1);
        }
    }
    return row[b_size];
}

static const struct command *nearest_command(const char *name)
{
    const struct command *nearest = NULL;
    size_t best = 3; /* more than two mistakes are no slip */
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t mistakes = distance(name, commands[i].name);
        if (mistakes < best) {
            best = mistakes;
            nearest = &commands[i];
        }
    }
    return nearest;
}

static int refuse_unknown(const char *name)
{
    const struct command *nearest = nearest_command(name);
    fprintf(stderr, "flota: there is no command '%s'.", name);
    if (nearest)
        fprintf(stderr, " Did you mean '%s'?", nearest->name);
    fputs("\nflota help lists the commands.\n", stderr);
    return EXIT_USAGE;
}

static int run(const struct command *command, int argc, char **argv)
{
    char name[WORD_MAX];
    snprintf(name, sizeof name, "%s", command->full_name);
    argv[0] = name;
    return command->run(argc, argv);
}

static int command_help(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return refuse_unknown(argv[1]);
    if (command->run == command_help) {
        puts("Usage: flota help [COMMAND]");
        return EXIT_DONE;
    }
    char option[] = "--help";
    char *arguments[] = {NULL, option, NULL};
    return run(command, 2, arguments);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("flota " FLOTA_VERSION);
        return EXIT_DONE;
    }
    const struct command *command = find_command(argv[1]);
    return command ? run(command, argc - 1, argv + 1) : refuse_unknown(argv[1]);
}
