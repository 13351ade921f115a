/* man.c - roff with the macros of man(7).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "man.h"
#include "command.h"
#include "usage.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 1024u

/* --- roff --- */

/* roff takes a dot or quote at a line's begin, and backslashes and dashes, for its own. */
static void print_text(FILE *out, const char *text, size_t size)
{
    if (size > 0 && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\\')
            fputs("\\e", out);
        else if (text[i] == '-')
            fputs("\\-", out);
        else
            fputc(text[i], out);
}

static void print(FILE *out, const char *text)
{
    print_text(out, text, strlen(text));
}

static void print_upper(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(toupper((unsigned char)*text), out);
}

static void print_head(FILE *out, const char *page, const char *dashed, const char *summary)
{
    fputs(".TH ", out);
    print_upper(out, page);
    fprintf(out, " 1 \"\" \"flota " FLOTA_VERSION "\" \"Flota\"\n.SH NAME\n%s \\- ", dashed);
    print(out, summary);
    fputc('\n', out);
}

/* --- a command --- */

/* Operands of several ways stand in lines. */
static void print_synopsis(FILE *out, const struct command *command, const struct usage *usage)
{
    const char *operands = usage->operands;
    fputs(".SH SYNOPSIS\n", out);
    do {
        size_t size = strcspn(operands, "\n");
        fputs(".B ", out);
        print(out, command->full_name);
        fprintf(out, "\n[OPTION...] ");
        print_text(out, operands, size);
        operands += size + (operands[size] == '\n');
        fputs(*operands ? "\n.br\n" : "\n", out);
    } while (*operands);
}

static void print_option(FILE *out, const struct usage_option *option)
{
    fputs(".TP\n", out);
    if (option->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", out);
    print(out, option->name);
    fputs("\\fR", out);
    if (option->value_name) {
        fputs("=\\fI", out);
        print(out, option->value_name);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    print(out, option->help);
    fputc('\n', out);
}

static void print_command(void *context, const struct command *command, const struct usage *usage)
{
    FILE *out = context;
    size_t first = strcspn(usage->text, "\v");
    print_synopsis(out, command, usage);
    fputs(".SH DESCRIPTION\n", out);
    print_text(out, usage->text, first);
    fputc('\n', out);
    if (usage->text[first]) {
        fputs(".PP\n", out);
        print(out, usage->text + first + 1);
        fputc('\n', out);
    }
    fputs(".SH OPTIONS\n", out);
    for (const struct usage_option *option = usage->options; option->name; option++)
        print_option(out, option);
    fputs(".TP\n\\fB\\-?\\fR, \\fB\\-\\-help\\fR\nShow this in short.\n"
          ".PP\nEach option may also be said by the environment, FLOTA_ and its name in capitals "
          "(FLOTA_PORT), or in $XDG_CONFIG_HOME/flota/config, as NAME = VALUE.\n"
          ".SH SEE ALSO\n.BR flota (1)\n",
          out);
}

/* --- the pages --- */

static FILE *open_page(const char *command, const char *folder, const char *page)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%.900s/%s.1", folder, page);
    FILE *out = fopen(path, "w");
    if (!out)
        fprintf(stderr, "%s: %s: %s.\nTo do: name a folder that you may write to.\n", command, path,
                strerror(errno));
    return out;
}

static bool write_command(const char *name, const char *folder, const struct command *command)
{
    char page[64];
    snprintf(page, sizeof page, "flota-%s", command->name);
    FILE *out = open_page(name, folder, page);
    if (!out)
        return false;
    print_head(out, page, page, command->summary);
    usage_visit(command, print_command, out);
    return fclose(out) == 0;
}

static void print_list(FILE *out)
{
    for (const struct command *command = commands; command->name; command++) {
        if (command == commands || command->group != command[-1].group)
            fprintf(out, ".SS %s\n", command_group_names[command->group]);
        fprintf(out, ".TP\n.BR flota\\-%s (1)\n", command->name);
        print(out, command->summary);
        fputc('\n', out);
    }
}

static void print_codes(FILE *out)
{
    static const struct {
        int code;
        const char *text;
    } codes[] = {{EXIT_DONE, "done; of an update: confirmed"},
                 {EXIT_OTHER, "failed"},
                 {EXIT_USAGE, "wrong arguments, or a project file with a mistake"},
                 {EXIT_UNREACHABLE, "the device did not answer"},
                 {EXIT_UNAUTHORIZED, "wrong credentials"},
                 {EXIT_REFUSED, "the device refused it, or would"},
                 {EXIT_TRANSFER, "the file did not get through"},
                 {EXIT_ROLLED_BACK, "the new firmware failed its trial, the old one runs"},
                 {EXIT_TIMEOUT, "no verdict in time"},
                 {EXIT_INTERRUPTED, "interrupted"}};
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        fprintf(out, ".TP\n.B %d\n%s\n", codes[i].code, codes[i].text);
}

static bool write_overview(const char *name, const char *folder)
{
    FILE *out = open_page(name, folder, "flota");
    if (!out)
        return false;
    print_head(out, "flota", "flota", "build, update and look after firmware over the air");
    fputs(".SH SYNOPSIS\n.B flota\nCOMMAND [ARGUMENTS]\n.SH COMMANDS\n", out);
    print_list(out);
    print_codes(out);
    fputs(".SH ENVIRONMENT\n.TP\n.B FLOTA_HOME\nFlota's sources, for builds: another folder than "
          "the one that the tool was built in.\n.TP\n.B FLOTA_PORT\nThe device, as \\-\\-port; in "
          "the same way each option.\n.SH FILES\n.TP\n.I flota.yml\nThe project.\n.TP\n"
          ".I $XDG_CONFIG_HOME/flota/config\nYour settings, as NAME = VALUE.\n",
          out);
    return fclose(out) == 0;
}

int man_write(const char *command, const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s: %s.\nTo do: name a folder that you may write to.\n", command,
                folder, strerror(errno));
        return EXIT_OTHER;
    }
    bool good = write_overview(command, folder);
    for (const struct command *row = commands; row->name && good; row++)
        good = write_command(command, folder, row);
    return good ? EXIT_DONE : EXIT_OTHER;
}
