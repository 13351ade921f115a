/* device_config.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_config.h"
#include "file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blank out what the compiler takes out before it reads directives: lines that are continued, and
 * comments. Source: C11 5.1.1.2, translation phases 2 and 3. */
static void join_lines(char *text)
{
    for (char *at = text; (at = strchr(at, '\\')) != NULL; at++)
        if (at[1] == '\n')
            memcpy(at, "  ", 2);
}

static char *blank_comment(char *at)
{
    bool block = at[1] == '*';
    char *end = strstr(at + 2, block ? "*/" : "\n");
    end = end ? end + (block ? 2 : 0) : at + strlen(at);
    for (; at < end; at++)
        *at = *at == '\n' ? '\n' : ' ';
    return end;
}

static void blank_comments(char *text)
{
    bool quoted = false;
    for (char *at = text; *at;) {
        if (!quoted && at[0] == '/' && (at[1] == '*' || at[1] == '/')) {
            at = blank_comment(at);
            continue;
        }
        quoted = *at == '"' ? !quoted : quoted && *at != '\n';
        at++;
    }
}

/* The string literals of a line, put together. Returns false when it does not fit. */
static bool read_strings(const char *line, char text[DEVICE_CONFIG_TEXT])
{
    size_t size = 0;
    bool quoted = false;
    for (; *line; line++) {
        if (*line == '"')
            quoted = !quoted;
        else if (quoted && size == DEVICE_CONFIG_TEXT - 1)
            return false;
        else if (quoted)
            text[size++] = *line;
    }
    text[size] = '\0';
    return true;
}

static char *place_of(struct device_config *config, const char *name)
{
    static const char prefix[] = "FLOTA_KEY_";
    size_t size = sizeof prefix - 1;
    if (strcmp(name, "FLOTA_PRODUCT") == 0)
        return config->product;
    if (strncmp(name, prefix, size) != 0 || name[size] < '0' ||
        name[size] >= '0' + (int)FLOTA_KEY_SLOTS || name[size + 1] != '\0')
        return NULL;
    return config->keys[name[size] - '0'];
}

/* A file that is being read, and those that include it. */
struct source {
    const char *command;
    const char *path;
    unsigned depth;
};

#define DEPTH_MAX 8u

static bool read_source(const struct source *source, struct device_config *config);

/* #include "path", seen from the folder of the file that says so. */
static bool read_included(const struct source *from, const char *name, struct device_config *config)
{
    char path[1024];
    const char *slash = strrchr(from->path, '/');
    int folder = slash ? (int)(slash - from->path + 1) : 0;
    if (from->depth == DEPTH_MAX)
        return true;
    if (snprintf(path, sizeof path, "%.*s%s", folder, from->path, name) >= (int)sizeof path)
        return false;
    const struct source source = {from->command, path, from->depth + 1};
    return read_source(&source, config);
}

static bool define(const char *name, const char *value, struct device_config *config)
{
    if (strcmp(name, "FLOTA_SIGNATURE_POLICY") == 0)
        config->required = strstr(value, "FLOTA_SIGNATURES_REQUIRED") != NULL;
    char *place = place_of(config, name);
    return !place || read_strings(value, place);
}

static bool read_line(const struct source *source, const char *line, struct device_config *config)
{
    char name[512];
    int end = 0;
    if (sscanf(line, " # include \"%511[^\"]", name) == 1)
        return read_included(source, name, config);
    if (sscanf(line, " # undef %63[A-Z0-9_]", name) == 1)
        return define(name, "", config);
    if (sscanf(line, " # define %63[A-Z0-9_]%n", name, &end) != 1)
        return true;
    return define(name, line + end, config);
}

static bool read_lines(const struct source *source, char *text, struct device_config *config)
{
    char *rest;
    bool good = true;
    for (char *line = strtok_r(text, "\n", &rest); line && good; line = strtok_r(NULL, "\n", &rest))
        good = read_line(source, line, config);
    return good;
}

static bool read_source(const struct source *source, struct device_config *config)
{
    struct file file;
    if (!file_read(source->command, source->path, &file))
        return false;
    char *text = (char *)file.bytes;
    text[file.size] = '\0';
    join_lines(text);
    blank_comments(text);
    bool good = read_lines(source, text, config);
    free(file.bytes);
    return good;
}

bool device_config_read(const char *command, const char *path, struct device_config *config)
{
    const struct source source = {command, path, 0};
    memset(config, 0, sizeof *config);
    if (read_source(&source, config))
        return true;
    fprintf(stderr,
            "%s: %s: not read.\nTo do: see that the files that it includes are there, and "
            "that keys and product have at most %u characters.\n",
            command, path, DEVICE_CONFIG_TEXT - 1);
    return false;
}
