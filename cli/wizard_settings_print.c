/* wizard_settings_print.c - settings as YAML, each in one line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_settings_print.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_plain(const char *text)
{
    static const char *const special[] = {"true", "false", "null", "yes", "no", "on", "off"};
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
            return false;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcasecmp(text, special[i]) == 0)
            return false;
    return isalnum((unsigned char)text[0]);
}

/* A JSON string is one of YAML, too. */
static char *quote(const char *text)
{
    cJSON *string = is_plain(text) ? NULL : cJSON_CreateString(text);
    char *quoted = string ? cJSON_PrintUnformatted(string) : strdup(text);
    cJSON_Delete(string);
    return quoted;
}

static const char *text_in(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return text ? text : "";
}

/* "{ip: 192.168.0.10, ...}": those that are not empty. names: of the settings, and of the file. */
static char *print_map(const cJSON *object, const char *const names[][2])
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    const char *comma = "{";
    for (size_t i = 0; names[i][0]; i++) {
        const char *value = text_in(object, names[i][0]);
        char *quoted = quote(value);
        if (value[0])
            fprintf(out, "%s%s: %s", comma, names[i][1], quoted);
        comma = value[0] ? ", " : comma;
        free(quoted);
    }
    fputs(comma[0] == '{' ? "{}" : "}", out);
    fclose(out);
    return text;
}

char *settings_print_text(const cJSON *value)
{
    return quote(cJSON_IsString(value) ? value->valuestring : "");
}

char *settings_print_address(const cJSON *value)
{
    static const char *const names[][2] = {
        {"ip", "ip"}, {"mask", "mask"}, {"gateway", "gateway"}, {"dns", "dns"}, {NULL, NULL}};
    return cJSON_IsObject(value) ? print_map(value, names) : settings_print_text(value);
}

char *settings_print_auth(const cJSON *value)
{
    static const char *const token[][2] = {{"secret", "token"}, {NULL, NULL}};
    static const char *const basic[][2] = {{"user", "user"}, {"secret", "password"}, {NULL, NULL}};
    const char *kind = text_in(value, "kind");
    if (strcmp(kind, "token") == 0)
        return print_map(value, token);
    return strcmp(kind, "basic") == 0 ? print_map(value, basic) : strdup("none");
}

char *settings_print_modules(const cJSON *value)
{
    char *text = NULL;
    size_t size = 0;
    const cJSON *item;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    cJSON_ArrayForEach(item, value)
        fprintf(out, "%s%s", item == value->child ? "[" : ", ", item->valuestring);
    fputs(value->child ? "]" : "[]", out);
    fclose(out);
    return text;
}

char *settings_print_interval(const cJSON *value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value->valueint);
    return strdup(text);
}
