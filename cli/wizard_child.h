/* wizard_child.h - this program as a child that leads a process group.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_CHILD_H
#define FLOTA_CLI_WIZARD_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* Run `flota WORDS...` (ended by NULL). output, errors: its ends to read, which do not block.
 * Returns its id, or -1 with errno. */
pid_t wizard_child_start(const char *const *words, int *output, int *errors);

/* Ask its group to end, as Ctrl-C would. */
void wizard_child_end(pid_t pid);

/* End what is left of its group. */
void wizard_child_kill(pid_t pid);

/* Has it ended? Once true it is gone for good. code: as process_run(). */
bool wizard_child_ended(pid_t pid, int *code);

#endif
