/* main.c - flota: find the command, run it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "man.h"
#include "nearest.h"
#include "usage.h"
#include <argp.h>
#include <stdio.h>
#include <string.h>

static int command_help(int argc, char **argv);

const struct command commands[] = {
    {GROUP_PROJECT, "new", "flota new", command_new, "make a project from a template"},
    {GROUP_PROJECT, "wizard", "flota wizard", command_wizard,
     "design page and API of a device in the browser"},
    {GROUP_PROJECT, "generate", "flota generate", command_generate,
     "make C and page from a dashboard description"},
    {GROUP_PROJECT, "build", "flota build", command_build, "build the project's firmware"},
    {GROUP_PROJECT, "sim", "flota sim", command_sim, "run the project's firmware here"},
    {GROUP_PROJECT, "torture", "flota torture", command_torture,
     "cut the power of any firmware's update, and see where it bricks"},
    {GROUP_PROJECT, "flash", "flota flash", command_flash,
     "write an image by a programmer, the first time"},
    {GROUP_PROJECT, "doctor", "flota doctor", command_doctor,
     "look for what is missing on this computer"},
    {GROUP_DEVICE, "ota", "flota ota", command_ota,
     "update a device, or many, and wait for the verdict"},
    {GROUP_DEVICE, "info", "flota info", command_info,
     "say what a device is and how its firmware stands"},
    {GROUP_DEVICE, "confirm", "flota confirm", command_confirm,
     "keep the firmware that is on trial"},
    {GROUP_DEVICE, "rollback", "flota rollback", command_rollback,
     "end a trial, or go back to the image before"},
    {GROUP_DEVICE, "config", "flota config", command_config,
     "show or change a device's configuration"},
    {GROUP_DEVICE, "call", "flota call", command_call, "call any method of a device"},
    {GROUP_DEVICE, "console", "flota console", command_console, "a device's serial console"},
    {GROUP_DEVICE, "provision", "flota provision", command_provision,
     "the option bytes that a board needs before its first update"},
    {GROUP_FILES, "seal", "flota seal", command_seal,
     "finish a built image: fill in size, SHA-256 and checksum"},
    {GROUP_FILES, "sign", "flota sign", command_sign, "append signatures to an image"},
    {GROUP_FILES, "bundle", "flota bundle", command_bundle,
     "make a ZIP bundle with a signed manifest"},
    {GROUP_FILES, "inspect", "flota inspect", command_inspect,
     "say what an image or bundle is, and check it"},
    {GROUP_FILES, "verify", "flota verify", command_verify,
     "check a file as a device would before taking it"},
    {GROUP_KEYS, "keygen", "flota keygen", command_keygen,
     "make a signing key, or print its public half"},
    {GROUP_KEYS, "keys", "flota keys", command_keys,
     "make a statement that replaces or revokes a key"},
    {GROUP_TOOL, "completion", "flota completion", command_completion,
     "a script that completes commands in your shell"},
    {GROUP_TOOL, "help", "flota help", command_help,
     "list the commands, explain one, or make man pages"},
    {0}};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0] - 1)

const char *const command_group_names[] = {[GROUP_PROJECT] = "Project",
                                           [GROUP_DEVICE] = "Device",
                                           [GROUP_FILES] = "Firmware files",
                                           [GROUP_KEYS] = "Keys",
                                           [GROUP_TOOL] = "This tool"};

static void print_overview(FILE *stream)
{
    fputs("Usage: flota COMMAND [ARGUMENTS]\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (i == 0 || commands[i].group != commands[i - 1].group)
            fprintf(stream, "\n%s\n", command_group_names[commands[i].group]);
        fprintf(stream, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n`flota help COMMAND` explains one. `flota --version` says which flota this is.\n",
          stream);
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int refuse_unknown(const char *name)
{
    const char *names[COMMAND_COUNT + 1] = {0};
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *nearest = nearest_word(name, names);
    fprintf(stderr, "flota: there is no command '%s'.", name);
    if (nearest)
        fprintf(stderr, " Did you mean '%s'?", nearest);
    fputs("\nflota help lists the commands.\n", stderr);
    return EXIT_USAGE;
}

int command_run(const struct command *command, int argc, char **argv)
{
    char name[32];
    snprintf(name, sizeof name, "%s", command->full_name);
    argv[0] = name;
    return command->run(argc, argv);
}

static int explain(const char *name)
{
    const struct command *command = command_find(name);
    char option[] = "--help";
    char *arguments[] = {NULL, option, NULL};
    return command ? command_run(command, 2, arguments) : refuse_unknown(name);
}

static int command_help(int argc, char **argv)
{
    const char *name = NULL, *folder = NULL;
    const struct usage_option options[] = {
        USAGE_TEXT("man", 'm', "FOLDER", &folder,
                   "Write a man page of flota, and one of each command, into FOLDER"),
        {0}};
    const struct usage usage = {
        "[COMMAND]", "List the commands, or explain one.", options, &name, 0, 1};
    usage_read(&usage, argc, argv);
    if (folder)
        return man_write(argv[0], folder);
    if (name)
        return explain(name);
    print_overview(stdout);
    return EXIT_DONE;
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
    const struct command *command = command_find(argv[1]);
    return command ? command_run(command, argc - 1, argv + 1) : refuse_unknown(argv[1]);
}
