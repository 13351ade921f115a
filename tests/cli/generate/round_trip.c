/* round_trip.c - round_trip SEED FOLDER...: each endpoint of generated glue, over HTTP in memory.
 *
 * FOLDER has glue.so and dashboard.json. The glue is loaded and served by src/dash as a device
 * serves it. It must say what the description says; then each field gets a good and a bad value by
 * POST, and GET must show the one and not the other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "round_trip.h"
#include <dlfcn.h>
#include <stdio.h>

/* A loaded glue needs these of this program. */
extern const void *const round_trip_keep[];
const void *const round_trip_keep[] = {
    (const void *)(uintptr_t)flota_dash_report,     (const void *)(uintptr_t)flota_dash_ram_list,
    (const void *)(uintptr_t)flota_dash_ram_read,   (const void *)(uintptr_t)flota_dash_ram_begin,
    (const void *)(uintptr_t)flota_dash_ram_write,  (const void *)(uintptr_t)flota_dash_ram_end,
    (const void *)(uintptr_t)flota_dash_ram_remove,
};
extern const unsigned char flota_page[];
extern const unsigned long flota_page_size;
const unsigned char flota_page[] = {0};
const unsigned long flota_page_size = 1;

/* --- fields --- */

static int post_field(const char *path, const char *name, const cJSON *value)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemReferenceToObject(object, name, (cJSON *)(uintptr_t)value);
    char *text = cJSON_PrintUnformatted(object);
    int status = request("POST", path, text);
    cJSON_free(text);
    cJSON_Delete(object);
    return status;
}

static void check_good(const char *path, const struct flota_field *field)
{
    cJSON *value = pick_good(field), *before = get(path);
    int status = post_field(path, field->name, value);
    cJSON *after = get(path);
    const cJSON *was = cJSON_GetObjectItem(before, field->name);
    const cJSON *is = cJSON_GetObjectItem(after, field->name);
    expect(was && is, "it has the field", field->name);
    if (field->read_only)
        expect(status / 100 == 4 && same(is, was), "read only", field->name);
    else if (field->is_secret)
        expect(status == 200 && is && is->valuestring && !is->valuestring[0], "a secret",
               field->name);
    else
        expect(status == 200 && same(is, value), "a good value", field->name);
    cJSON_Delete(before);
    cJSON_Delete(after);
    cJSON_Delete(value);
}

static void check_bad(const char *path, const struct flota_field *field)
{
    cJSON *value = pick_bad(field), *before = get(path);
    int status = post_field(path, field->name, value);
    expect(status == 400 && strstr(answer_body(), "\"remedy\""), "a bad value", run.client.output);
    cJSON *after = get(path);
    expect(cJSON_Compare(before, after, true), "it changes nothing", field->name);
    cJSON_Delete(before);
    cJSON_Delete(after);
    cJSON_Delete(value);
}

static void check_fields(const char *path, const struct flota_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->field_count; i++) {
        check_good(path, &endpoint->fields[i]);
        check_bad(path, &endpoint->fields[i]);
    }
    expect(request("POST", path, "{\"no such\":1}") == 400, "a field that there is not",
           run.client.output);
    expect(request("POST", path, "[") == 400, "no JSON", run.client.output);
}

/* --- endpoints --- */

static void check_data(const struct flota_endpoint *endpoint)
{
    char path[64];
    check_fields(endpoint->name, endpoint);
    snprintf(path, sizeof path, "%s/history", endpoint->name);
    if (endpoint->history_count == 0)
        return;
    cJSON *history = get(path);
    expect(cJSON_GetArraySize(history) == endpoint->history_count, "its histories", path);
    cJSON_Delete(history);
}

static void check_array(const struct flota_endpoint *endpoint)
{
    char path[64];
    cJSON *rows = get(endpoint->name);
    expect(cJSON_GetArraySize(rows) == endpoint->rows, "its rows", endpoint->name);
    cJSON_Delete(rows);
    snprintf(path, sizeof path, "%s/%u", endpoint->name, (unsigned)chance(endpoint->rows));
    check_fields(path, endpoint);
    snprintf(path, sizeof path, "%s/%u", endpoint->name, (unsigned)endpoint->rows);
    expect(request("GET", path, "") == 404, "a row behind the last", run.client.output);
}

static void check_action(const struct flota_endpoint *endpoint)
{
    cJSON *state = get(endpoint->name);
    expect(cJSON_IsString(cJSON_GetObjectItem(state, "state")), "its state", endpoint->name);
    cJSON_Delete(state);
    for (size_t i = 0; i < endpoint->field_count; i++) {
        cJSON *bad = pick_bad(&endpoint->fields[i]);
        expect(post_field(endpoint->name, endpoint->fields[i].name, bad) == 400, "a bad parameter",
               endpoint->fields[i].name);
        cJSON_Delete(bad);
    }
    cJSON *parameters = cJSON_CreateObject();
    for (size_t i = 0; i < endpoint->field_count; i++)
        if (strcmp(endpoint->fields[i].name, "pressed") != 0 && !endpoint->fields[i].read_only)
            cJSON_AddItemToObject(parameters, endpoint->fields[i].name,
                                  pick_good(&endpoint->fields[i]));
    char *text = cJSON_PrintUnformatted(parameters);
    expect(request("POST", endpoint->name, text) == 200, "started", run.client.output);
    cJSON_free(text);
    cJSON_Delete(parameters);
    if (endpoint->hold)
        expect(request("POST", endpoint->name, "{\"pressed\":false}") == 200, "let go",
               run.client.output);
}

static void check_events(struct flota_endpoint *endpoint)
{
    unsigned char entry[FLOTA_DASH_SCRATCH_MAX] = {0};
    for (unsigned i = 0; i < endpoint->keep + 3u; i++)
        flota_dash_report(endpoint, entry);
    cJSON *entries = get(endpoint->name);
    expect(cJSON_GetArraySize(entries) == endpoint->keep, "what is kept", run.client.output);
    cJSON_Delete(entries);
}

static void check_files(const struct flota_endpoint *endpoint)
{
    char path[64];
    snprintf(path, sizeof path, "%s/a.txt", endpoint->name);
    int status = request("PUT", path, "content");
    bool fits = endpoint->size_max >= 7;
    expect(endpoint->may_upload && fits ? status == 200 : status / 100 == 4, "upload",
           run.client.output);
    status = request("GET", path, "");
    if (endpoint->may_upload && fits)
        expect(status == 200 && strcmp(answer_body(), "content") == 0, "download",
               run.client.output);
    status = request("DELETE", path, "");
    expect(endpoint->may_delete && endpoint->may_upload && fits ? status == 200 : status / 100 == 4,
           "delete", run.client.output);
    snprintf(path, sizeof path, "%s/..%%2fa", endpoint->name);
    expect(request("GET", path, "") / 100 == 4, "a path is no name", run.client.output);
}

static void check_custom(const struct flota_endpoint *endpoint)
{
    expect(request("POST", endpoint->name, "hello") == 200, "POST", run.client.output);
    expect(request("GET", endpoint->name, "") == 200 && strstr(answer_body(), "hello"), "GET",
           run.client.output);
}

static void check_endpoint(struct flota_endpoint *endpoint)
{
    run.endpoint = endpoint->name;
    switch (endpoint->type) {
    case FLOTA_ENDPOINT_DATA:
        check_data(endpoint);
        break;
    case FLOTA_ENDPOINT_ARRAY:
        check_array(endpoint);
        break;
    case FLOTA_ENDPOINT_ACTION:
        check_action(endpoint);
        break;
    case FLOTA_ENDPOINT_EVENTS:
        check_events(endpoint);
        break;
    case FLOTA_ENDPOINT_FILES:
        check_files(endpoint);
        break;
    case FLOTA_ENDPOINT_CUSTOM:
        check_custom(endpoint);
        break;
    }
}

static void serve(const struct flota_glue *glue)
{
    const struct flota_dash_config config = {.endpoints = glue->endpoints,
                                             .endpoint_count = glue->endpoint_count};
    flota_dash_init(&run.dash, &config);
    run.route = (struct flota_http_route){"/api/", "*", &flota_dash_handler, &run.dash};
    run.server = (struct flota_http_server){.routes = &run.route, .route_count = 1};
}

static cJSON *read_description(const char *folder)
{
    static char text[1 << 20];
    char path[4096];
    snprintf(path, sizeof path, "%s/dashboard.json", folder);
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    return cJSON_ParseWithLength(text, size);
}

static void check_folder(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/glue.so", folder);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct flota_glue *glue = library ? dlsym(library, "flota_glue") : NULL;
    cJSON *description = read_description(folder);
    run.path = folder;
    run.endpoint = "";
    expect(glue && description, "glue and description", glue ? "" : dlerror());
    if (glue && description) {
        serve(glue);
        check_description(glue, description);
        for (size_t i = 0; i < glue->endpoint_count; i++)
            check_endpoint(&glue->endpoints[i]);
    }
    cJSON_Delete(description);
    if (library)
        dlclose(library);
}

int main(int argc, char **argv)
{
    run.random = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    run.now_ms = 1000;
    for (int i = 2; i < argc; i++)
        check_folder(argv[i]);
    printf("round trip: %u of %u ok, %d folders, seed %s\n", run.checks - run.failures, run.checks,
           argc - 2, argc > 1 ? argv[1] : "1");
    return run.failures ? 1 : 0;
}
