/* nearest.h - "Did you mean ...?"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_NEAREST_H
#define FLOTA_CLI_NEAREST_H

#include <stddef.h>

/* Insertions, deletions and replacements that turn one word into the other. */
size_t nearest_distance(const char *a, const char *b);

/* The word of a list that was most likely meant; NULL: none is near. words ends with NULL. */
const char *nearest_word(const char *word, const char *const *words);

#endif
