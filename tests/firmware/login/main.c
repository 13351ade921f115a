/* main.c - a dashboard with users whose first start sets a password: a table and a file that are
 * longer than the device's memory, for slow readers; all else is the glue's own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "glue.h"
#include <stdio.h>
#include <string.h>

#define FILE_NAME "long.txt"
#define FILE_SIZE (1024u * 1024u)
#define LINE_SIZE 16u

static struct leds leds;

static void get_leds(struct leds *data)
{
    *data = leds;
}

static void set_leds(struct leds *data)
{
    leds = *data;
}

/* --- the table: long while the LED is on --- */

static size_t count_table(void)
{
    return leds.state ? 64 : 1;
}

/* Control characters: six bytes each in JSON. */
static void get_table(size_t row, struct table *data)
{
    memset(data->name, 1, sizeof data->name - 1);
    memset(data->text, 2, sizeof data->text - 1);
    data->count = (int32_t)row;
}

/* --- the file: lines that say where they stand --- */

static int list(void *context, size_t index, char name[32], uint32_t *size)
{
    (void)context;
    if (index > 0)
        return 0;
    snprintf(name, 32, FILE_NAME);
    *size = FILE_SIZE;
    return 1;
}

static int read_file(void *context, const char *name, uint32_t offset, void *data, size_t size)
{
    char line[LINE_SIZE + 1];
    (void)context;
    if (strcmp(name, FILE_NAME) != 0)
        return FLOTA_ERR_FILE_NOT_THERE;
    for (size_t i = 0; i < size; i++) {
        uint32_t at = offset + (uint32_t)i;
        if (i == 0 || at % LINE_SIZE == 0)
            snprintf(line, sizeof line, "%15lu\n", (unsigned long)(at / LINE_SIZE));
        ((char *)data)[i] = line[at % LINE_SIZE];
    }
    return (int)size;
}

static const struct flota_files papers_files = {.list = list, .read = read_file};

int main(void)
{
    flota_init();
    flota_set_http_handlers(leds, get_leds, set_leds);
    flota_set_array_handlers(table, count_table, get_table, NULL);
    flota_set_file_handlers(papers, &papers_files);
    for (;;)
        flota_poll();
}
