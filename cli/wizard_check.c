/* wizard_check.c - a description judged, shown live, and explained endpoint by endpoint.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- mistakes --- */

static cJSON *mistake_object(unsigned line, unsigned column, const char *path, const char *message,
                             const char *remedy)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "line", line);
    cJSON_AddNumberToObject(object, "column", column);
    cJSON_AddStringToObject(object, "path", path ? path : "");
    cJSON_AddStringToObject(object, "message", message);
    cJSON_AddStringToObject(object, "remedy", remedy ? remedy : "");
    return object;
}

static cJSON *mistakes_of(const struct dashboard *dashboard)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < dashboard->mistake_count; i++) {
        const struct dashboard_mistake *mistake = &dashboard->mistakes[i];
        cJSON_AddItemToArray(list, mistake_object(mistake->line, mistake->column, mistake->path,
                                                  mistake->message, mistake->remedy));
    }
    return list;
}

static void respond_mistakes(struct flota_http_connection *connection, cJSON *mistakes)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddItemToObject(answer, "errors", mistakes);
    cJSON_AddNullToObject(answer, "page");
    cJSON_AddArrayToObject(answer, "endpoints");
    wizard_respond_json(connection, 200, answer);
}

/* --- an endpoint's REST, with what one would type --- */

static void add_request(cJSON *list, const char *method, const struct dashboard_endpoint *endpoint,
                        const char *below, const char *example)
{
    cJSON *object = cJSON_CreateObject();
    char path[96];
    snprintf(path, sizeof path, "/api/%s%s", endpoint->name, below);
    cJSON_AddStringToObject(object, "method", method);
    cJSON_AddStringToObject(object, "path", path);
    cJSON_AddStringToObject(object, "example", example);
    cJSON_AddItemToArray(list, object);
}

/* {"state":false}: what the endpoint begins with; only what a client may write, or all. */
static char *example_of(const struct dashboard_endpoint *endpoint, bool writes)
{
    char *text = NULL;
    size_t size = 0;
    const char *comma = "{";
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    for (size_t i = 0; i < endpoint->attribute_count; i++) {
        const struct dashboard_attribute *attribute = &endpoint->attributes[i];
        if (writes && attribute->read_only)
            continue;
        const char *code = attribute->secret && !writes ? "\"\"" : attribute->initial.code;
        fprintf(out, "%s\"%s\":%s", comma, attribute->name, code);
        comma = ",";
    }
    fputs(comma[0] == '{' ? "{}" : "}", out);
    fclose(out);
    return text;
}

static bool has_history(const struct dashboard_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (endpoint->attributes[i].history_points)
            return true;
    return false;
}

static void add_value_requests(cJSON *list, const struct dashboard_endpoint *endpoint)
{
    char *all = example_of(endpoint, false), *some = example_of(endpoint, true);
    const char *row = endpoint->type == DASHBOARD_ARRAY ? "/0" : "";
    char *rows = malloc(strlen(all) + 8);
    if (!rows)
        abort();
    sprintf(rows, "[%s]", all);
    if (row[0])
        add_request(list, "GET", endpoint, "", rows);
    add_request(list, "GET", endpoint, row, all);
    if (strcmp(some, "{}") != 0)
        add_request(list, "POST", endpoint, row, some);
    if (has_history(endpoint))
        add_request(list, "GET", endpoint, "/history", "");
    free(rows);
    free(all);
    free(some);
}

static void add_action_requests(cJSON *list, const struct dashboard_endpoint *endpoint)
{
    char *parameters = example_of(endpoint, true);
    bool none = strcmp(parameters, "{}") == 0;
    add_request(list, "GET", endpoint, "", "{\"state\":\"idle\"}");
    add_request(list, "POST", endpoint, "", none ? "" : parameters);
    if (endpoint->hold)
        add_request(list, "POST", endpoint, "", "{\"pressed\":false}");
    free(parameters);
}

static void add_event_requests(cJSON *list, const struct dashboard_endpoint *endpoint)
{
    char *entry = example_of(endpoint, false);
    char *entries = malloc(strlen(entry) + 8);
    if (!entries)
        abort();
    sprintf(entries, "[%s]", entry);
    add_request(list, "GET", endpoint, "", entries);
    free(entries);
    free(entry);
}

static void add_file_requests(cJSON *list, const struct dashboard_endpoint *endpoint)
{
    add_request(list, "GET", endpoint, "", "[{\"name\":\"log.txt\",\"size\":120}]");
    add_request(list, "GET", endpoint, "/log.txt", "");
    if (endpoint->can_upload)
        add_request(list, "PUT", endpoint, "/log.txt", "the file's bytes");
    if (endpoint->can_delete)
        add_request(list, "DELETE", endpoint, "/log.txt", "");
}

static cJSON *requests_of(const struct dashboard_endpoint *endpoint)
{
    cJSON *list = cJSON_CreateArray();
    switch (endpoint->type) {
    case DASHBOARD_DATA:
    case DASHBOARD_ARRAY:
        add_value_requests(list, endpoint);
        break;
    case DASHBOARD_ACTION:
        add_action_requests(list, endpoint);
        break;
    case DASHBOARD_EVENTS:
        add_event_requests(list, endpoint);
        break;
    case DASHBOARD_FILE:
        add_file_requests(list, endpoint);
        break;
    case DASHBOARD_OTA:
        add_request(list, "GET", endpoint, "", "");
        add_request(list, "POST", endpoint, "", "the firmware's bytes");
        break;
    case DASHBOARD_CUSTOM:
        add_request(list, "GET", endpoint, "", "");
        break;
    case DASHBOARD_LOCAL:
        break;
    }
    return list;
}

/* --- all of them --- */

static void add_generated(cJSON *object, const char *name, struct generated text)
{
    cJSON_AddStringToObject(object, name, text.text ? text.text : "");
    free(text.text);
}

static cJSON *endpoint_object(const struct dashboard *dashboard,
                              const struct dashboard_endpoint *endpoint)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", endpoint->name);
    cJSON_AddStringToObject(object, "type", dashboard_endpoint_word(endpoint->type));
    cJSON_AddItemToObject(object, "rest", requests_of(endpoint));
    add_generated(object, "struct", generate_struct(dashboard, endpoint));
    add_generated(object, "register", generate_register(endpoint));
    add_generated(object, "code", generate_functions(endpoint));
    return object;
}

/* Of the device's page: the one that is shown here has more in it. */
static size_t page_size(const struct dashboard *dashboard)
{
    struct generated_page page;
    char *wrong = generate_page(dashboard, GENERATE_FAST, false, &page);
    size_t size = wrong ? 0 : page.gzip.size;
    if (!wrong)
        generate_page_free(&page);
    free(wrong);
    return size;
}

static cJSON *good_answer(const struct dashboard *dashboard)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddArrayToObject(answer, "errors");
    cJSON *sizes = cJSON_AddObjectToObject(answer, "page");
    cJSON_AddNumberToObject(sizes, "bytes", (double)page_size(dashboard));
    cJSON *list = cJSON_AddArrayToObject(answer, "endpoints");
    for (size_t i = 0; i < dashboard->endpoint_count; i++)
        cJSON_AddItemToArray(list, endpoint_object(dashboard, &dashboard->endpoints[i]));
    return answer;
}

/* Compose and show; the dashboard is taken. Returns NULL, or what is wrong with the page. */
static char *show(struct wizard *wizard, struct dashboard *dashboard, cJSON **answer)
{
    struct generated_page page;
    char *wrong = generate_page(dashboard, GENERATE_FAST, true, &page);
    if (wrong) {
        dashboard_free(dashboard);
        return wrong;
    }
    if (answer)
        *answer = good_answer(dashboard);
    wizard_preview_show(wizard->preview, dashboard, &page);
    return NULL;
}

void wizard_post_check(struct wizard *wizard, struct flota_http_connection *connection,
                       const char *body, size_t size)
{
    static struct dashboard dashboard; /* large; shown, it is copied */
    cJSON *answer = NULL;
    if (!dashboard_read(&dashboard, body, size, ".")) {
        cJSON *mistakes = mistakes_of(&dashboard);
        dashboard_free(&dashboard);
        respond_mistakes(connection, mistakes);
        return;
    }
    char *wrong = show(wizard, &dashboard, &answer);
    if (!wrong) {
        wizard_respond_json(connection, 200, answer);
        return;
    }
    cJSON *mistakes = cJSON_CreateArray();
    cJSON_AddItemToArray(mistakes, mistake_object(1, 1, "", wrong, ""));
    free(wrong);
    respond_mistakes(connection, mistakes);
}

void wizard_show_saved(struct wizard *wizard)
{
    static struct dashboard dashboard;
    char *text = wizard_description(wizard);
    bool good = text && dashboard_read(&dashboard, text, strlen(text), ".");
    if (good)
        free(show(wizard, &dashboard, NULL));
    else
        dashboard_free(&dashboard);
    free(text);
}
