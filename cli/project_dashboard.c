/* project_dashboard.c - what a project's dashboard description adds to its build: glue and page,
 * and the configuration keys that its endpoints are bound to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project_dashboard.h"
#include "command.h"
#include "project_write.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool project_has_dashboard(const struct project *project)
{
    const char *dot = project->page ? strrchr(project->page, '.') : NULL;
    return dot && strcmp(dot, ".json") == 0;
}

/* --- libraries --- */

/* Without it the page would be served, and say that the device does not answer: the live events,
 * the update's status among them, are the module's. */
static bool check_modules(const struct project *project)
{
    const yaml_node_t *libs = yaml_find(&project->tree, yaml_root(&project->tree), "libs");
    if (!libs || project->modules[project_module_find("dash")])
        return true;
    return yaml_fail(&project->tree, libs, "add a line  - dash",
                     "libs does not list dash, which serves the values that the page of %s shows",
                     project->page);
}

/* --- configuration keys --- */

static bool is_declared(const struct project *project, const char *key)
{
    for (size_t i = 0; i < project->key_count; i++)
        if (strcmp(project->keys[i].key, key) == 0)
            return true;
    return project_known_key(key) != NULL;
}

static const char *value_text(struct project_dashboard *made, const struct dashboard_value *value)
{
    char number[16];
    if (value->type == DASHBOARD_STRING)
        return value->text;
    if (value->type == DASHBOARD_BOOL)
        return value->truth ? "true" : "false";
    snprintf(number, sizeof number, "%ld", (long)value->number);
    made->texts[made->text_count] = strdup(number);
    return made->texts[made->text_count++];
}

static bool add_key(struct project *project, struct project_dashboard *made,
                    const struct dashboard_endpoint *endpoint,
                    const struct dashboard_attribute *attribute)
{
    char *key = NULL;
    size_t size = strlen(endpoint->config) + strlen(attribute->name) + 2;
    if (made->text_count + 2 > PROJECT_DASHBOARD_TEXTS || !(key = malloc(size)))
        return false;
    snprintf(key, size, "%s.%s", endpoint->config, attribute->name);
    made->texts[made->text_count++] = key;
    if (is_declared(project, key))
        return true;
    if (project->key_count == PROJECT_KEYS_MAX)
        return false;
    project->keys[project->key_count++] =
        (struct project_key){key,
                             attribute->type == DASHBOARD_BOOL  ? 'b'
                             : attribute->type == DASHBOARD_INT ? 'i'
                                                                : 's',
                             value_text(made, &attribute->initial), attribute->secret};
    return true;
}

static bool add_keys(struct project *project, struct project_dashboard *made)
{
    for (size_t i = 0; i < made->dashboard.endpoint_count; i++) {
        const struct dashboard_endpoint *endpoint = &made->dashboard.endpoints[i];
        for (size_t k = 0; endpoint->config && k < endpoint->attribute_count; k++)
            if (!add_key(project, made, endpoint, &endpoint->attributes[k])) {
                fprintf(stderr,
                        "%s: %s: there is no room for more configuration keys than %u.\nTo do: "
                        "bind fewer attributes to the configuration.\n",
                        made->command, project->page, PROJECT_KEYS_MAX);
                return false;
            }
    }
    return true;
}

/* --- life --- */

int project_dashboard_read(const char *command, struct project *project,
                           struct project_dashboard *made)
{
    *made = (struct project_dashboard){.command = command};
    if (!project_has_dashboard(project))
        return EXIT_DONE;
    int result = generate_read(command, project->page, &made->dashboard);
    if (result != EXIT_DONE)
        return result;
    return check_modules(project) && add_keys(project, made) ? EXIT_DONE : EXIT_USAGE;
}

int project_dashboard_write(const struct project *project, const struct project_dashboard *made)
{
    struct generate_result result;
    const struct generate_paths paths = {.folder = PROJECT_GENERATED};
    if (!project_has_dashboard(project))
        return EXIT_DONE;
    return generate_files(made->command, &made->dashboard, &paths, false, &result);
}

void project_dashboard_free(struct project_dashboard *made)
{
    for (size_t i = 0; i < made->text_count; i++)
        free(made->texts[i]);
    dashboard_free(&made->dashboard);
}
