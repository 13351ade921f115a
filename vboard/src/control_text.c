/* control_text.c - bytes that come in pieces, and the lines in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(struct text *text, size_t more)
{
    size_t capacity = text->capacity != 0 ? text->capacity : 256;

    while (capacity < text->size + more + 1) {
        capacity *= 2;
    }
    if (capacity != text->capacity) {
        text->bytes = realloc(text->bytes, capacity);
        text->capacity = capacity;
    }
    if (text->bytes == NULL) {
        fprintf(stderr, "vboard: not enough memory\n");
        exit(EXIT_FAILURE);
    }
}

void text_append(struct text *text, const char *bytes, size_t size)
{
    if (text->start > 0 && text->start >= text->size - text->start) {
        text->size -= text->start;
        memmove(text->bytes, text->bytes + text->start, text->size);
        text->start = 0;
    }
    grow(text, size);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

char *text_line(struct text *text, size_t *size)
{
    char *line = text->bytes != NULL ? text->bytes + text->start : NULL;
    char *end = line != NULL ? memchr(line, '\n', text->size - text->start) : NULL;

    if (end == NULL) {
        return NULL;
    }
    *end = '\0';
    *size = (size_t)(end - line);
    text->start = (size_t)(end + 1 - text->bytes);
    return line;
}
