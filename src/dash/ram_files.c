/* ram_files.c - files in RAM, until the application registers a place for them.
 *
 * Bytes of all files lie one behind the other, in the order of the list; those of the file that is
 * being written stand at the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/dash.h"
#include "flota/error.h"
#include <stdio.h>
#include <string.h>

/* Where it stands in the list, or count. */
static size_t find(const struct flota_dash_ram *ram, const char *name, uint32_t *start)
{
    size_t i = 0;
    *start = 0;
    for (; i < ram->count && strcmp(ram->files[i].name, name) != 0; i++)
        *start += ram->files[i].size;
    return i;
}

int flota_dash_ram_list(void *context, size_t index, char name[32], uint32_t *size)
{
    const struct flota_dash_ram *ram = context;
    if (index >= ram->count)
        return 0;
    memcpy(name, ram->files[index].name, 32);
    *size = ram->files[index].size;
    return 1;
}

int flota_dash_ram_read(void *context, const char *name, uint32_t offset, void *data, size_t size)
{
    const struct flota_dash_ram *ram = context;
    uint32_t start;
    size_t index = find(ram, name, &start);
    if (index == ram->count)
        return FLOTA_ERR_FILE_NOT_THERE;
    uint32_t left = ram->files[index].size > offset ? ram->files[index].size - offset : 0;
    if (size > left)
        size = left;
    memcpy(data, ram->bytes + start + offset, size);
    return (int)size;
}

/* Those behind it move up, also those of a file that is being written. */
static void drop(struct flota_dash_ram *ram, size_t index, uint32_t start)
{
    uint32_t size = ram->files[index].size, end = ram->used + ram->size;
    memmove(ram->bytes + start, ram->bytes + start + size, end - start - size);
    memmove(&ram->files[index], &ram->files[index + 1],
            (ram->count - index - 1) * sizeof ram->files[0]);
    ram->count--;
    ram->used -= size;
}

int flota_dash_ram_remove(void *context, const char *name)
{
    struct flota_dash_ram *ram = context;
    uint32_t start;
    size_t index = find(ram, name, &start);
    if (index == ram->count)
        return FLOTA_ERR_FILE_NOT_THERE;
    drop(ram, index, start);
    return 0;
}

int flota_dash_ram_begin(void *context, const char *name, uint32_t size)
{
    struct flota_dash_ram *ram = context;
    uint32_t start;
    bool is_new = find(ram, name, &start) == ram->count;
    if (ram->is_writing)
        return FLOTA_ERR_NOT_READY;
    if ((is_new && ram->count == FLOTA_DASH_RAM_FILES_MAX) ||
        (size != UINT32_MAX && size > FLOTA_DASH_RAM_SIZE - ram->used))
        return FLOTA_ERR_FILE_NO_ROOM;
    snprintf(ram->name, sizeof ram->name, "%s", name);
    ram->is_writing = true;
    ram->size = 0;
    return 0;
}

int flota_dash_ram_write(void *context, const void *data, size_t size)
{
    struct flota_dash_ram *ram = context;
    if (size > FLOTA_DASH_RAM_SIZE - ram->used - ram->size)
        return FLOTA_ERR_FILE_NO_ROOM;
    memcpy(ram->bytes + ram->used + ram->size, data, size);
    ram->size += (uint32_t)size;
    return (int)size;
}

int flota_dash_ram_end(void *context, bool good)
{
    struct flota_dash_ram *ram = context;
    ram->is_writing = false;
    if (good) {
        flota_dash_ram_remove(ram, ram->name); /* the one that it replaces, if there is one */
        struct flota_dash_ram_file *file = &ram->files[ram->count++];
        memcpy(file->name, ram->name, sizeof file->name);
        file->size = ram->size;
        ram->used += ram->size;
    }
    ram->size = 0;
    return 0;
}
