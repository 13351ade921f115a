/* wizard_settings.c - settings out of flota.yml. The way back: wizard_settings_write.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_settings.h"
#include "command.h"
#include "project.h"
#include "wizard_words.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND "flota wizard"

static void add_ip(cJSON *object, const char *name, uint32_t address)
{
    char text[INET_ADDRSTRLEN] = "";
    const struct in_addr ip = {htonl(address)};
    if (address)
        inet_ntop(AF_INET, &ip, text, sizeof text);
    cJSON_AddStringToObject(object, name, text);
}

static void add_address(cJSON *settings, const struct project *project)
{
    if (!project->has_address) {
        cJSON_AddStringToObject(settings, "address", "dhcp");
        return;
    }
    cJSON *address = cJSON_AddObjectToObject(settings, "address");
    add_ip(address, "ip", project->address);
    add_ip(address, "mask", project->mask);
    add_ip(address, "gateway", project->gateway);
    add_ip(address, "dns", project->dns);
}

static void add_auth(cJSON *settings, const struct project *project)
{
    static const char *const kinds[] = {"none", "token", "basic"};
    cJSON *auth = cJSON_AddObjectToObject(settings, "auth");
    cJSON_AddStringToObject(auth, "kind", kinds[project->auth]);
    cJSON_AddStringToObject(auth, "user", project->user ? project->user : "");
    cJSON_AddStringToObject(auth, "secret", project->secret ? project->secret : "");
}

static const char *key_value(const struct project *project, const char *key)
{
    for (size_t i = 0; i < project->key_count; i++)
        if (strcmp(project->keys[i].key, key) == 0)
            return project->keys[i].value;
    return "";
}

static cJSON *settings_of(const struct project *project)
{
    cJSON *settings = cJSON_CreateObject();
    cJSON_AddStringToObject(settings, "name", project->name);
    cJSON_AddStringToObject(settings, "product",
                            project->product ? project->product : project->name);
    cJSON_AddStringToObject(settings, "version", project->version);
    cJSON_AddStringToObject(settings, "board", project->board);
    add_address(settings, project);
    add_auth(settings, project);
    cJSON_AddStringToObject(settings, "confirm",
                            project->confirm_explicit ? "explicit" : "automatic");
    cJSON_AddStringToObject(settings, "signatures",
                            project->signatures_required ? "required" : "optional");
    cJSON_AddStringToObject(settings, "update_url", key_value(project, "update.url"));
    cJSON_AddNumberToObject(settings, "update_interval",
                            atoi(key_value(project, "update.interval")));
    cJSON *modules = cJSON_AddArrayToObject(settings, "modules");
    for (size_t i = 0; i < PROJECT_MODULE_COUNT; i++)
        if (project->modules[i])
            cJSON_AddItemToArray(modules, cJSON_CreateString(project_module_names[i]));
    return settings;
}

/* What project_read() has set before it looked for the file is what a project without one has. */
cJSON *wizard_settings_read(char **problem)
{
    struct wizard_words words;
    static struct project project; /* large, and used by one thread */
    wizard_words_begin(&words);
    int result = project_read(COMMAND, &project);
    char *said = wizard_words_end(&words);
    bool is_new = !project_exists();
    *problem = result == EXIT_DONE || is_new ? NULL : said;
    if (!*problem)
        free(said);
    if (!*problem && project.is_mos && !is_new)
        *problem =
            strdup("this project has a mos.yml, which the wizard does not write.\nTo do: make "
                   "a flota.yml with what it says; flota new NAME shows one");
    cJSON *settings = settings_of(&project);
    project_free(&project);
    return settings;
}
