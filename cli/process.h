/* process.h - other programs: found, run, listened to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROCESS_H
#define FLOTA_CLI_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESS_PATH_SIZE 1024u

/* Where a program of PATH is. Returns false when there is none. */
bool process_find(const char *name, char path[PROCESS_PATH_SIZE]);

/* A line that the program wrote, without its end. */
typedef void (*process_line)(void *context, const char *line);

/* Run a program of PATH until it ends, its output and its errors line by line; take NULL: they go
 * where ours go. Returns its exit code; 127 when it could not start, 128 + number when a signal
 * ended it. */
int process_run(char *const argv[], process_line take, void *context);

/* Start a program that ends with this one. input, output: file descriptors that become its standard
 * input and output; -1: ours. Returns its id, or -1. */
pid_t process_start(char *const argv[], int input, int output);

/* The same; errors: what becomes its standard error. */
pid_t process_start_with(char *const argv[], int input, int output, int errors);

/* Its exit code, as process_run(). Waits. */
int process_wait(pid_t pid);

/* The first line that a program writes, for its version. Returns false when it failed. */
bool process_first_line(char *const argv[], char *line, size_t size);

#endif
