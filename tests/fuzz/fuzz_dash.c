/* fuzz_dash.c - any bytes as the body of a POST, and as a whole request: values stay within their
 * limits, what is taken comes back as JSON that is taken again, and no place is lost.
 *
 * An input that begins with '{' is a body of POST /api/values; another one is "METHOD PATH", a line
 * feed, and the body.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/dash.h"
#include "flota/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct values {
    bool state; /* an action's: pressed */
    int32_t count;
    double ratio;
    char name[12];
    char mode[8];
};

static const char *const modes[] = {"", "auto", "off", NULL};
static const struct flota_field fields[] = {
    {.name = "state",
     .type = FLOTA_FIELD_BOOL,
     .offset = offsetof(struct values, state),
     .size = 1},
    {.name = "count",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct values, count),
     .size = 4,
     .is_limited = true,
     .min = -1000,
     .max = 1000},
    {.name = "ratio",
     .type = FLOTA_FIELD_DOUBLE,
     .offset = offsetof(struct values, ratio),
     .size = 8},
    {.name = "name",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct values, name),
     .size = 12},
    {.name = "mode",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct values, mode),
     .size = 8,
     .options = modes},
};

enum { VALUES, ROWS, ACTION, HELD, EVENTS, FILES, CUSTOM, COUNT };

/* A device, made anew for each input. */
struct device {
    struct values values[3], rows[3], action, held, events[4], scratch;
    char text[512];
    float points[5];
    struct flota_history history;
    struct flota_dash_ram ram;
    struct flota_files files;
    struct flota_endpoint_state states[COUNT];
    struct flota_endpoint endpoints[COUNT];
    struct flota_dash dash;
    struct flota_http_route route;
    struct flota_http_server server;
    struct flota_http_connection connection;
};

static void add(struct device *device, size_t index, const char *name,
                enum flota_endpoint_type type, void *data, uint16_t rows)
{
    device->endpoints[index] = (struct flota_endpoint){
        .name = name,
        .type = type,
        .fields = fields,
        .field_count = sizeof fields / sizeof *fields,
        .size = sizeof(struct values),
        .rows = rows,
        .keep = rows,
        .data = data,
        .scratch = &device->scratch,
        .may_upload = true,
        .may_delete = true,
        .hold = index == HELD,
        .size_max = 1000,
        .state = &device->states[index],
    };
}

static void make(struct device *device)
{
    memset(device, 0, sizeof *device);
    add(device, VALUES, "values", FLOTA_ENDPOINT_DATA, device->values, 1);
    add(device, ROWS, "rows", FLOTA_ENDPOINT_ARRAY, device->rows, 3);
    add(device, ACTION, "action", FLOTA_ENDPOINT_ACTION, &device->action, 1);
    add(device, HELD, "held", FLOTA_ENDPOINT_ACTION, &device->held, 1);
    add(device, EVENTS, "log", FLOTA_ENDPOINT_EVENTS, device->events, 4);
    add(device, FILES, "files", FLOTA_ENDPOINT_FILES, NULL, 1);
    add(device, CUSTOM, "custom", FLOTA_ENDPOINT_CUSTOM, device->text, 1);
    device->endpoints[CUSTOM].size = sizeof device->text;
    device->states[ROWS].count = 3;
    device->files = (struct flota_files)FLOTA_DASH_RAM_FILES(&device->ram);
    device->states[FILES].calls.files = &device->files;
    device->history = (struct flota_history){
        .field = 1, .points = 5, .interval_ms = 1000, .values = device->points};
    device->endpoints[VALUES].histories = &device->history;
    device->endpoints[VALUES].history_count = 1;
    const struct flota_dash_config config = {.endpoints = device->endpoints,
                                             .endpoint_count = COUNT};
    flota_dash_init(&device->dash, &config);
    device->route = (struct flota_http_route){"/api/", "*", &flota_dash_handler, &device->dash};
    device->server = (struct flota_http_server){.routes = &device->route, .route_count = 1};
}

/* --- over HTTP --- */

static void collect(struct device *device)
{
    const uint8_t *bytes;
    size_t size;
    for (int i = 0; i < 100 && (size = flota_http_output(&device->connection, &bytes)) > 0; i++) {
        flota_http_sent(&device->connection, size);
        flota_http_acked(&device->connection, size, 1000);
    }
}

static void deliver(struct device *device, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (int i = 0; size > 0 && i < 1000; i++) {
        size_t piece = size < 61 ? size : 61;
        size_t taken = flota_http_receive(&device->connection, bytes, piece, 1000);
        collect(device);
        flota_http_poll(&device->connection, 1000);
        bytes += taken;
        size -= taken;
    }
}

static void request(struct device *device, const char *method, const uint8_t *path,
                    size_t path_size, const uint8_t *body, size_t size)
{
    char head[1400];
    int head_size = snprintf(head, sizeof head,
                             "%s /api/%.*s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
                             method, (int)path_size, (const char *)path, size);
    flota_http_open(&device->connection, &device->server, "a", 1000);
    deliver(device, head, (size_t)head_size);
    deliver(device, body, size);
    for (uint32_t i = 0; i < 60; i++)
        flota_dash_poll(&device->dash, 1000 + i);
    flota_http_close(&device->connection);
}

/* --- what must hold --- */

static void check_values(const struct values *values)
{
    bool is_mode = false;
    for (size_t i = 0; modes[i]; i++)
        is_mode |= strncmp(values->mode, modes[i], sizeof values->mode) == 0;
    if (values->count < -1000 || values->count > 1000 || !is_mode ||
        !memchr(values->name, 0, sizeof values->name))
        abort();
}

static void check(const struct device *device)
{
    check_values(device->values);
    for (size_t i = 0; i < 3; i++)
        check_values(&device->rows[i]);
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++)
        if (device->dash.writers[i].endpoint)
            abort();
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++)
        if (device->dash.streams[i].connection)
            abort();
    for (size_t i = 0; i < FLOTA_DASH_ANSWERS; i++)
        if (device->dash.answers[i].connection)
            abort();
    if (device->ram.is_writing || device->ram.used > sizeof device->ram.bytes)
        abort();
}

/* What is answered is taken again, and is the same. */
static void check_round_trip(struct device *device)
{
    char json[FLOTA_HTTP_TEXT_MAX], again[FLOTA_HTTP_TEXT_MAX];
    struct flota_endpoint *endpoint = &device->endpoints[VALUES];
    int length = flota_dash_to_json(&device->dash, endpoint, 0, json, sizeof json);
    if (length <= 0 || json[length] != '\0')
        abort();
    if (length > (int)FLOTA_DASH_BODY_MAX)
        return;
    if (flota_dash_from_json(&device->dash, endpoint, 0, json, (size_t)length, NULL) != 0)
        abort();
    if (flota_dash_to_json(&device->dash, endpoint, 0, again, sizeof again) <= 0)
        abort();
}

static void try_body(struct device *device, const uint8_t *data, size_t size)
{
    struct flota_dash_fault fault = {0};
    struct values before = device->values[0];
    int result = flota_dash_from_json(&device->dash, &device->endpoints[VALUES], 0,
                                      (const char *)data, size, &fault);
    if (result == 0)
        return;
    if (result != FLOTA_ERR_BAD_VALUE || !fault.cause[0] || !fault.remedy[0] ||
        memcmp(&before, device->values, sizeof before) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct device device;
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", "HEAD"};
    make(&device);
    if (size > 0 && data[0] == '{') {
        try_body(&device, data, size);
    } else if (size > 1) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t path_size = end ? (size_t)(end - data) - 1 : size - 1;
        if (end && path_size > size)
            path_size = 0;
        if (path_size > 1000)
            path_size = 1000;
        const uint8_t *body = end ? end + 1 : data + size;
        request(&device, methods[data[0] % 5], data + 1, path_size, body,
                (size_t)(data + size - body));
    }
    check(&device);
    check_round_trip(&device);
    return 0;
}
