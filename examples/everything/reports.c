/* reports.c - files that nobody stored: their text is made where it is read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "everything.h"
#include "flota/error.h"
#include <stdio.h>
#include <string.h>

#define LINE_SIZE                                                                                  \
    32u /* each line has as many bytes, so that any place of a file is found at once */
#define FILE_COUNT 3u

static const struct {
    const char *name;
    uint32_t lines;
} reports[FILE_COUNT] = {{"today.txt", 4}, {"week.csv", 64}, {"year.csv", 1000}};

static int find(const char *name)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (strcmp(reports[i].name, name) == 0)
            return (int)i;
    return FLOTA_ERR_FILE_NOT_THERE;
}

static int list(void *context, size_t index, char name[32], uint32_t *size)
{
    (void)context;
    if (index >= FILE_COUNT)
        return 0;
    snprintf(name, 32, "%s", reports[index].name);
    *size = reports[index].lines * LINE_SIZE;
    return 1;
}

static size_t copy_line(uint32_t line, uint32_t skip, char *data, size_t room)
{
    char text[LINE_SIZE + 1];
    snprintf(text, sizeof text, "%-31s\n", "");
    int size = snprintf(text, sizeof text, "%u;%u", (unsigned)line, (unsigned)(line * line % 97u));
    text[size] = ' ';
    size_t count = LINE_SIZE - skip < room ? LINE_SIZE - skip : room;
    memcpy(data, text + skip, count);
    return count;
}

static int read_report(void *context, const char *name, uint32_t offset, void *data, size_t size)
{
    (void)context;
    int index = find(name);
    size_t done = 0;
    if (index < 0)
        return index;
    while (done < size && offset < reports[index].lines * LINE_SIZE) {
        size_t count =
            copy_line(offset / LINE_SIZE, offset % LINE_SIZE, (char *)data + done, size - done);
        done += count;
        offset += (uint32_t)count;
    }
    return (int)done;
}

const struct flota_files reports_files = {.list = list, .read = read_report};
