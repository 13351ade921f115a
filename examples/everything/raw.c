/* raw.c - HTTP by the application: a note that is kept, and how often somebody asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "everything.h"
#include <stdio.h>
#include <string.h>

static void begin(void *context, struct flota_http_connection *connection)
{
    struct raw *raw = context;
    raw->requests++;
    if (!flota_http_is_method(connection, "GET"))
        raw->size = 0;
}

/* What does not fit is dropped. */
static size_t body(void *context, struct flota_http_connection *connection, const uint8_t *data,
                   size_t size)
{
    struct raw *raw = context;
    size_t room = sizeof raw->note - 1 - raw->size;
    size_t count = size < room ? size : room;
    (void)connection;
    memcpy(raw->note + raw->size, data, count);
    raw->size += count;
    raw->note[raw->size] = '\0';
    return size;
}

static void end(void *context, struct flota_http_connection *connection)
{
    const struct raw *raw = context;
    char text[128];
    snprintf(text, sizeof text, "%u requests, note: %s\n", raw->requests, raw->note);
    flota_http_respond_text(connection, 200, "text/plain", NULL, text);
}

const struct flota_http_handler raw_handler = {.begin = begin, .body = body, .end = end};
