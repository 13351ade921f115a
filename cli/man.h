/* man.h - man pages from what the commands say about themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_MAN_H
#define FLOTA_CLI_MAN_H

/* Write flota.1 and a flota-COMMAND.1 for each command. Returns the exit code, after having said
 * what is wrong. */
int man_write(const char *command, const char *folder);

#endif
