/* file.h - whole files in and out of memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_FILE_H
#define FLOTA_CLI_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_SIZE_MAX (64u << 20) /* no image is larger; more is a mistake in the file's name */

struct file {
    uint8_t *bytes; /* never NULL after file_read(), which leaves room for one more; free() it */
    uint32_t size;
};

/* Read a file. Returns true; or false after having said on stderr, in command's name, what is
 * wrong. */
bool file_read(const char *command, const char *path, struct file *file);

/* Write a file, all of it or nothing: it replaces an earlier one only when it is complete. Returns
 * true; or false after having said what is wrong. */
bool file_write(const char *command, const char *path, const struct file *file);

#endif
