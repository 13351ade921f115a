/* json_string.h - the inside of a JSON string: escapes and encoding.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_JSON_STRING_H
#define FLOTA_CLI_JSON_STRING_H

#include "arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_string {
    const char *source; /* between the quotes; jsmn has looked at the escapes already */
    size_t size;
    char *text; /* without escapes, UTF-8, with a zero behind it */
    size_t text_size;
    size_t stop; /* text bytes to read at most; 0: all. `at` is then where it stopped in source */
    size_t at;

    /* When it is none: */
    size_t bad; /* in source */
    const char *message, *remedy;
};

bool json_string_read(struct json_string *string, struct arena *arena);

/* One character of UTF-8, RFC 3629. Returns its bytes; 0: it is none. */
size_t utf8_read(const char *text, size_t size, uint32_t *character);
size_t utf8_write(char *text, uint32_t character);

#endif
