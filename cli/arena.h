/* arena.h - memory that is given back all at once.
 *
 * When there is none left, the program says so and ends: on a computer that is no state to go on
 * in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_ARENA_H
#define FLOTA_CLI_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL: nothing */

/* Zeroed, aligned for any type; never NULL. */
void *arena_take(struct arena *arena, size_t size);
void *arena_take_many(struct arena *arena, size_t count, size_t size);

char *arena_copy(struct arena *arena, const char *text, size_t size); /* with a zero behind it */
char *arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_print_list(struct arena *arena, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

#endif
