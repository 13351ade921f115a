/* flota/json.h - write a small JSON text into a caller's buffer.
 *
 * Thread safety: one caller per writer.  Allocation: none.  Source: RFC 8259.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_JSON_H
#define FLOTA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once something did not fit, full is set and nothing is added. */
struct flota_json {
    char *text;      /* zero-terminated at any moment */
    size_t capacity; /* bytes, the final zero included */
    size_t size;
    bool full;
};

void flota_json_begin(struct flota_json *json, char *text, size_t capacity);

/* --- values --- */

/* Add characters as they are: braces, literals. */
void flota_json_raw(struct flota_json *json, const char *text);
void flota_json_bytes(struct flota_json *json, const char *bytes, size_t size);

/* Add text of at most max bytes, or up to a zero, in quotes. Bytes that are no UTF-8 become U+FFFD.
 */
void flota_json_string(struct flota_json *json, const char *text, size_t max);
void flota_json_integer(struct flota_json *json, int64_t value);

/* --- members of an object --- */

/* Begin a member: a comma unless it is the first of its object, the key, a colon. */
void flota_json_key(struct flota_json *json, const char *key);

/* Add a member. NULL is null. */
void flota_json_text(struct flota_json *json, const char *key, const char *value);
void flota_json_number(struct flota_json *json, const char *key, int64_t value);

#endif
