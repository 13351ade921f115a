/* usage.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "usage.h"
#include "command.h"
#include "settings.h"
#include <argp.h>
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options without a letter get a key that is none. */
#define KEY_BASE 0x100

static int key_of(const struct usage *usage, size_t index)
{
    char letter = usage->options[index].letter;
    return letter ? letter : KEY_BASE + (int)index;
}

static const struct usage_option *find_option(const struct usage *usage, int key)
{
    for (size_t i = 0; usage->options[i].name; i++)
        if (key_of(usage, i) == key)
            return &usage->options[i];
    return NULL;
}

static void take_number(struct argp_state *state, const struct usage_option *option,
                        const char *value)
{
    struct usage_number *number = option->place;
    char *end;
    errno = 0;
    unsigned long parsed = strtoul(value, &end, 0);
    if (value[0] < '0' || value[0] > '9' || *end || errno || parsed > UINT32_MAX)
        argp_error(state, "--%s takes a number, not '%s'", option->name, value);
    *number = (struct usage_number){(uint32_t)parsed, true};
}

static void take_list(struct argp_state *state, const struct usage_option *option,
                      const char *value)
{
    struct usage_list *list = option->place;
    if (list->count == USAGE_LIST_MAX)
        argp_error(state, "--%s is given more than %u times", option->name, USAGE_LIST_MAX);
    list->values[list->count++] = value;
}

static void take_option(struct argp_state *state, const struct usage_option *option,
                        const char *value)
{
    switch (option->kind) {
    case USAGE_KIND_FLAG:
        *(bool *)option->place = true;
        return;
    case USAGE_KIND_TEXT:
        *(const char **)option->place = value;
        return;
    case USAGE_KIND_LIST:
        take_list(state, option, value);
        return;
    case USAGE_KIND_NUMBER:
        take_number(state, option, value);
        return;
    }
}

/* --- what the command line does not say --- */

struct reading {
    const struct usage *usage;
    bool given[USAGE_OPTION_MAX];
};

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(value, *words) == 0)
            return true;
    return false;
}

/* Is a flag's setting a yes? */
static bool is_yes(struct argp_state *state, const struct usage_option *option, const char *value)
{
    static const char *const yes[] = {"1", "true", "yes", "on", NULL};
    static const char *const no[] = {"", "0", "false", "no", "off", NULL};
    if (!is_one_of(value, yes) && !is_one_of(value, no))
        argp_error(state, "the setting of --%s is yes or no, not '%s'", option->name, value);
    return is_one_of(value, yes);
}

static void take_setting(struct argp_state *state, const struct usage_option *option)
{
    const char *value = settings_find(option->name);
    if (!value || (option->kind == USAGE_KIND_FLAG && !is_yes(state, option, value)))
        return;
    if (value[0] != '\0')
        take_option(state, option, value);
}

static void take_settings(struct argp_state *state, const struct reading *reading)
{
    for (size_t i = 0; reading->usage->options[i].name; i++)
        if (!reading->given[i])
            take_setting(state, &reading->usage->options[i]);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct reading *reading = state->input;
    const struct usage *usage = reading->usage;
    const struct usage_option *option = find_option(usage, key);
    if (option) {
        reading->given[option - usage->options] = true;
        take_option(state, option, value);
        return 0;
    }
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num >= usage->most)
            argp_usage(state);
        usage->places[state->arg_num] = value;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < usage->least)
            argp_usage(state);
        take_settings(state, reading);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- a look instead of a run --- */

static struct {
    const struct command *command; /* NULL: commands run */
    usage_visitor visitor;
    void *context;
    jmp_buf back;
} visit;

void usage_visit(const struct command *command, usage_visitor visitor, void *context)
{
    char *arguments[] = {NULL, NULL};
    visit.command = command;
    visit.visitor = visitor;
    visit.context = context;
    if (setjmp(visit.back) == 0)
        command_run(command, 1, arguments);
    visit.command = NULL;
}

void usage_read(const struct usage *usage, int argc, char **argv)
{
    if (visit.command) {
        visit.visitor(visit.context, visit.command, usage);
        longjmp(visit.back, 1);
    }
    struct argp_option options[USAGE_OPTION_MAX + 1] = {0};
    for (size_t i = 0; usage->options[i].name && i < USAGE_OPTION_MAX; i++)
        options[i] = (struct argp_option){.name = usage->options[i].name,
                                          .key = key_of(usage, i),
                                          .arg = usage->options[i].value_name,
                                          .doc = usage->options[i].help};
    const struct argp parser = {
        .options = options, .parser = parse, .args_doc = usage->operands, .doc = usage->text};
    struct reading reading = {.usage = usage};
    argp_parse(&parser, argc, argv, 0, NULL, &reading);
}

int usage_complain(const char *command, const char *what)
{
    fprintf(stderr, "%s: %s.\nTo do: see %s --help.\n", command, what, command);
    return EXIT_USAGE;
}
