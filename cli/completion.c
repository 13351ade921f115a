/* completion.c - flota completion: a script for bash, zsh or fish, from the commands themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "usage.h"
#include <stdio.h>
#include <string.h>

/* Does the option's value name a file? */
static bool takes_file(const struct usage_option *option)
{
    static const char *const words[] = {"FILE", ".pem", ".bin", ".zip", "FOLDER", ".fks"};
    for (size_t i = 0; option->value_name && i < sizeof words / sizeof words[0]; i++)
        if (strstr(option->value_name, words[i]))
            return true;
    return false;
}

/* Text between single quotes: zsh and fish read descriptions so. */
static void print_quoted(const char *text, const char *special)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr(special, *text))
            printf("\\%c", *text);
        else
            putchar(*text == '\n' ? ' ' : *text);
}

/* --- bash --- */

static void bash_command(void *context, const struct command *command, const struct usage *usage)
{
    (void)context;
    printf("    %s)\n        options='--help", command->name);
    for (const struct usage_option *option = usage->options; option->name; option++)
        printf(" --%s", option->name);
    fputs("'\n        takes_file='", stdout);
    for (const struct usage_option *option = usage->options; option->name; option++)
        if (takes_file(option))
            printf(" --%s ", option->name);
    fputs("'\n        takes_value='", stdout);
    for (const struct usage_option *option = usage->options; option->name; option++)
        if (option->value_name && !takes_file(option))
            printf(" --%s ", option->name);
    fputs("' ;;\n", stdout);
}

static void print_names(void)
{
    for (const struct command *command = commands; command->name; command++)
        printf("%s%s", command == commands ? "" : " ", command->name);
}

static void write_bash(void)
{
    fputs(
        "# flota completion bash. Load it: source <(flota completion bash)\n"
        "_flota()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local options takes_file takes_value\n    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ] || { [ \"$COMP_CWORD\" -eq 2 ] && [ \"$before\" = help "
        "]; "
        "}; then\n        mapfile -t COMPREPLY < <(compgen -W '",
        stdout);
    print_names();
    fputs("' -- \"$word\")\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n", stdout);
    for (const struct command *command = commands; command->name; command++)
        usage_visit(command, bash_command, NULL);
    fputs("    esac\n"
          "    case $takes_value in\n    *\" $before \"*) return ;;\n    esac\n"
          "    case $word in\n    -*)\n        case $takes_file in\n        *\" $before \"*) ;;\n"
          "        *)\n            mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
          "            return\n            ;;\n        esac\n        ;;\n    esac\n"
          "    compopt -o filenames 2>/dev/null\n"
          "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n}\n"
          "complete -F _flota flota\n",
          stdout);
}

/* --- zsh --- */

static void zsh_option(const struct usage_option *option, char letter)
{
    const char *mark = option->kind == USAGE_KIND_LIST ? "*" : "";
    if (letter)
        printf(" \\\n            '%s-%c[", mark, letter);
    else
        printf(" \\\n            '%s--%s%s[", mark, option->name, option->value_name ? "=" : "");
    print_quoted(option->help, "[]\\");
    putchar(']');
    if (option->value_name) {
        putchar(':');
        print_quoted(option->value_name, ":\\");
        putchar(':');
        if (takes_file(option))
            fputs("_files", stdout);
    }
    putchar('\'');
}

static void zsh_command(void *context, const struct command *command, const struct usage *usage)
{
    (void)context;
    printf("    %s)\n        _arguments", command->name);
    for (const struct usage_option *option = usage->options; option->name; option++) {
        zsh_option(option, 0);
        if (option->letter)
            zsh_option(option, option->letter);
    }
    fputs(command->run == command_find("help")->run ? " \\\n            '*:command:(" : "", stdout);
    if (command->run == command_find("help")->run) {
        print_names();
        fputs(")'", stdout);
    } else {
        fputs(" \\\n            '*:file:_files'", stdout);
    }
    fputs(" ;;\n", stdout);
}

static void write_zsh(void)
{
    fputs("#compdef flota\n# flota completion zsh. Put it as _flota into a folder of $fpath.\n"
          "_flota() {\n    local -a names\n    names=(\n",
          stdout);
    for (const struct command *command = commands; command->name; command++) {
        printf("        '%s:", command->name);
        print_quoted(command->summary, ":\\");
        fputs("'\n", stdout);
    }
    fputs(
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command names\n        return\n"
        "    fi\n    local name=$words[2]\n    shift words\n    (( CURRENT-- ))\n"
        "    case $name in\n",
        stdout);
    for (const struct command *command = commands; command->name; command++)
        usage_visit(command, zsh_command, NULL);
    fputs("    esac\n}\nif [ \"$funcstack[1]\" = _flota ]; then _flota \"$@\"; else compdef _flota "
          "flota; fi\n",
          stdout);
}

/* --- fish --- */

static void fish_command(void *context, const struct command *command, const struct usage *usage)
{
    (void)context;
    for (const struct usage_option *option = usage->options; option->name; option++) {
        printf("complete -c flota -n '__fish_seen_subcommand_from %s' -l %s", command->name,
               option->name);
        if (option->letter)
            printf(" -s %c", option->letter);
        if (option->value_name)
            fputs(takes_file(option) ? " -r -F" : " -x", stdout);
        fputs(" -d '", stdout);
        /* Between single quotes fish knows \' and \\ only. */
        for (const char *text = option->help; *text; text++)
            printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
        fputs("'\n", stdout);
    }
}

static void write_fish(void)
{
    fputs("# flota completion fish. Load it: flota completion fish | source\n"
          "set -l flota_commands ",
          stdout);
    print_names();
    putchar('\n');
    for (const struct command *command = commands; command->name; command++) {
        printf("complete -c flota -f -n \"not __fish_seen_subcommand_from $flota_commands\" -a %s "
               "-d '",
               command->name);
        for (const char *text = command->summary; *text; text++)
            printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
        fputs("'\n", stdout);
    }
    for (const struct command *command = commands; command->name; command++)
        usage_visit(command, fish_command, NULL);
}

int command_completion(int argc, char **argv)
{
    const char *shell = NULL;
    const struct usage_option options[] = {{0}};
    const struct usage usage = {
        "bash|zsh|fish",
        "Print a script that completes commands and options.\vbash: source <(flota completion "
        "bash). zsh: flota completion zsh > FOLDER/_flota, a folder of $fpath. fish: flota "
        "completion fish > ~/.config/fish/completions/flota.fish.",
        options,
        &shell,
        1,
        1};
    usage_read(&usage, argc, argv);
    if (strcmp(shell, "bash") == 0)
        write_bash();
    else if (strcmp(shell, "zsh") == 0)
        write_zsh();
    else if (strcmp(shell, "fish") == 0)
        write_fish();
    else
        return usage_complain(argv[0], "the shells are bash, zsh and fish");
    return EXIT_DONE;
}
