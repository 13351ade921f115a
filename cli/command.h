/* command.h - what every command of the tool shares.
 *
 * Data goes to stdout, messages go to stderr. A command describes its own
 * arguments (usage.h).
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
    EXIT_UNAUTHORIZED = 4,
    EXIT_REFUSED = 5,     /* a device would refuse it, or did */
    EXIT_TRANSFER = 6,    /* the file did not get through */
    EXIT_ROLLED_BACK = 7, /* the new firmware failed its trial */
    EXIT_TIMEOUT = 8,     /* no verdict in time */
    EXIT_INTERRUPTED = 130
};

/* Run a command. argv[0] is its full name, "flota seal", for messages. Returns
 * the exit code. */
typedef int (*command_function)(int argc, char **argv);

int command_seal(int argc, char **argv);
int command_keygen(int argc, char **argv);
int command_sign(int argc, char **argv);
int command_bundle(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_keys(int argc, char **argv);
int command_provision(int argc, char **argv);
int command_info(int argc, char **argv);
int command_call(int argc, char **argv);
int command_config(int argc, char **argv);
int command_confirm(int argc, char **argv);
int command_rollback(int argc, char **argv);
int command_ota(int argc, char **argv);
int command_console(int argc, char **argv);
int command_new(int argc, char **argv);
int command_generate(int argc, char **argv);
int command_wizard(int argc, char **argv);
int command_build(int argc, char **argv);
int command_sim(int argc, char **argv);
int command_torture(int argc, char **argv);
int command_flash(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_completion(int argc, char **argv);

/* --- the table --- */

enum command_group { GROUP_PROJECT, GROUP_DEVICE, GROUP_FILES, GROUP_KEYS, GROUP_TOOL };

struct command {
    enum command_group group;
    const char *name;
    const char *full_name; /* argv[0] of the command: what its messages begin with */
    command_function run;
    const char *summary;
};

extern const struct command commands[]; /* ends with a name that is NULL */
extern const char *const command_group_names[];

/* The row of a command, or NULL. */
const struct command *command_find(const char *name);

/* Run it: argv[0] becomes its full name. */
int command_run(const struct command *command, int argc, char **argv);

#endif
