/* arena.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "arena.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of its own each: sanitizers then see a step beyond any of them. */
struct block {
    struct block *next;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *blocks;
};

static void *take(size_t size)
{
    void *memory = calloc(1, size);
    if (memory)
        return memory;
    fprintf(stderr, "flota: there is no memory left.\n");
    exit(EXIT_FAILURE);
}

struct arena *arena_new(void)
{
    return take(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    struct block *block = arena ? arena->blocks : NULL;
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(arena);
}

void *arena_take(struct arena *arena, size_t size)
{
    struct block *block = take(sizeof *block + size);
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

void *arena_take_many(struct arena *arena, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2) / size)
        count = (SIZE_MAX / 2) / size; /* more than there is: take() says so */
    return arena_take(arena, count * size);
}

char *arena_copy(struct arena *arena, const char *text, size_t size)
{
    char *copy = arena_take(arena, size + 1);
    memcpy(copy, text, size);
    return copy;
}

char *arena_print_list(struct arena *arena, const char *format, va_list values)
{
    va_list again;
    va_copy(again, values);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size < 0)
        size = 0;
    char *text = arena_take(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, values);
    return text;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = arena_print_list(arena, format, values);
    va_end(values);
    return text;
}
