/* command.h - what every command of the tool shares.
 *
 * Data goes to stdout, messages go to stderr. A command parses its own arguments with argp.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_COMMAND_H
#define FLOTA_CLI_COMMAND_H

/* The exit codes of all commands. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_OTHER = 1, /* failed */
    EXIT_USAGE = 2  /* wrong arguments */
};

/* Run a command. argv[0] is its full name, "flota seal", for messages. Returns the exit code. */
typedef int (*command_function)(int argc, char **argv);

int command_seal(int argc, char **argv);
int command_inspect(int argc, char **argv);

#endif
