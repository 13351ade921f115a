/* nearest.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "nearest.h"
#include <string.h>

#define WORD_MAX 64u

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Levenshtein, one row at a time. */
size_t nearest_distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], b_size = strlen(b);
    if (b_size > WORD_MAX)
        return b_size;
    for (size_t j = 0; j <= b_size; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_size; j++) {
            size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = least(replaced, row[j] + 1, row[j + 1] + 1);
        }
    }
    return row[b_size];
}

const char *nearest_word(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t best = 4; /* more than three mistakes are no slip */
    for (; *words; words++) {
        size_t mistakes = nearest_distance(word, *words);
        if (mistakes < best && mistakes < strlen(*words)) {
            best = mistakes;
            nearest = *words;
        }
    }
    return nearest;
}
