/* command.h - what every command of the tool shares.
 *
 * Data goes to stdout, messages go to stderr. A command describes its own arguments (usage.h).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_COMMAND_H
#define FLOTA_CLI_COMMAND_H

/* The exit codes of all commands. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_OTHER = 1,       /* failed */
    EXIT_USAGE = 2,       /* wrong arguments */
    EXIT_UNREACHABLE = 3, /* the device did not answer */
    EXIT_REFUSED = 5      /* a device would refuse it, or did */
};

/* Run a command. argv[0] is its full name, "flota seal", for messages. Returns the exit code. */
typedef int (*command_function)(int argc, char **argv);

int command_seal(int argc, char **argv);
int command_keygen(int argc, char **argv);
int command_sign(int argc, char **argv);
int command_bundle(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_keys(int argc, char **argv);
int command_provision(int argc, char **argv);

#endif
