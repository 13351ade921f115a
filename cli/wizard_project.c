/* wizard_project.c - what there is: the project of the folder, templates, words of the editor.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "file.h"
#include "home.h"
#include "project.h"
#include "wizard.h"
#include "wizard_settings.h"
#include "wizard_template.h"
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void wizard_project_name(const struct wizard *wizard, char name[32])
{
    const char *slash = strrchr(wizard->folder, '/'), *from = slash ? slash + 1 : wizard->folder;
    size_t used = 0;
    for (; *from && used < 31; from++)
        if (isalnum((unsigned char)*from) || (used > 0 && strchr("._-", *from)))
            name[used++] = *from;
    name[used] = '\0';
    if (used == 0)
        strcpy(name, "firmware");
}

/* One empty page; the name can hold nothing that JSON would have to escape. */
static char *smallest_description(const struct wizard *wizard)
{
    char name[32], text[256];
    wizard_project_name(wizard, name);
    snprintf(text, sizeof text,
             "{\n  \"brand\": \"%s\",\n  \"api\": {},\n  \"pages\": [\n    { \"title\": \"Home\", "
             "\"icon\": \"home\", \"panels\": [] }\n  ]\n}\n",
             name);
    return strdup(text);
}

char *wizard_description(const struct wizard *wizard)
{
    struct file file;
    if (access(WIZARD_DESCRIPTION, F_OK) != 0 ||
        !file_read(wizard->command, WIZARD_DESCRIPTION, &file))
        return smallest_description(wizard);
    file.bytes[file.size] = '\0';
    return (char *)file.bytes;
}

/* --- the parts of the answer --- */

/* Without main.c a project may have its C files under other names. */
bool wizard_has_sources(void)
{
    glob_t found;
    bool has = glob("*.c", 0, NULL, &found) == 0;
    globfree(&found);
    if (!has) {
        has = glob("src/*.c", 0, NULL, &found) == 0;
        globfree(&found);
    }
    return has;
}

static void add_files(cJSON *project)
{
    cJSON *files = cJSON_AddObjectToObject(project, "files");
    cJSON_AddBoolToObject(files, WIZARD_DESCRIPTION, access(WIZARD_DESCRIPTION, F_OK) == 0);
    cJSON_AddBoolToObject(files, PROJECT_FILE, access(PROJECT_FILE, F_OK) == 0);
    cJSON_AddBoolToObject(files, "main.c", wizard_has_sources());
}

static void add_settings(cJSON *project)
{
    char *problem = NULL;
    cJSON *settings = wizard_settings_read(&problem);
    cJSON *words = problem ? wizard_error_of(problem) : NULL;
    cJSON_AddItemToObject(project, "settings", settings);
    cJSON_AddItemToObject(project, "problem",
                          words ? cJSON_DetachItemFromObject(words, "error") : cJSON_CreateNull());
    cJSON_Delete(words);
    free(problem);
}

static void add_schema(cJSON *project)
{
    char path[PROCESS_PATH_SIZE];
    struct file file = {0};
    cJSON *schema = NULL;
    if (home_path("web/dashboard.schema.json", path) && file_read("flota wizard", path, &file)) {
        file.bytes[file.size] = '\0';
        schema = cJSON_Parse((const char *)file.bytes);
        free(file.bytes);
    }
    cJSON_AddItemToObject(project, "schema", schema ? schema : cJSON_CreateObject());
}

static void add_icons(cJSON *project)
{
    cJSON *icons = cJSON_AddObjectToObject(project, "icons");
    for (const char *const *name = generate_icon_names(); *name; name++) {
        const char *icon = generate_icon(*name);
        cJSON_AddStringToObject(icons, *name, icon ? icon : "");
    }
}

static void add_boards(cJSON *project)
{
    static const char *const boards[] = {"stm32h745i-disco", "host"};
    cJSON_AddItemToObject(project, "boards", cJSON_CreateStringArray(boards, 2));
}

static void add_identity(cJSON *project, const struct wizard *wizard)
{
    char name[32], digest[40], address[64];
    uint64_t digests[2];
    wizard_project_name(wizard, name);
    wizard_digests(digests);
    wizard_digest_text(digests, digest);
    snprintf(address, sizeof address, "http://127.0.0.1:%u/",
             (unsigned)wizard_preview_port(wizard->preview));
    cJSON_AddStringToObject(project, "folder", wizard->folder);
    cJSON_AddStringToObject(project, "name", name);
    cJSON_AddStringToObject(project, "digest", digest);
    cJSON_AddStringToObject(project, "preview", address);
}

void wizard_get_project(struct wizard *wizard, struct flota_http_connection *connection,
                        const char *body, size_t size)
{
    cJSON *project = cJSON_CreateObject();
    char *description = wizard_description(wizard);
    (void)body;
    (void)size;
    add_identity(project, wizard);
    cJSON_AddStringToObject(project, "description", description ? description : "");
    free(description);
    add_settings(project);
    add_files(project);
    cJSON_AddItemToObject(project, "templates", wizard_template_list());
    add_boards(project);
    add_schema(project);
    add_icons(project);
    wizard_jobs_describe(&wizard->jobs, project);
    wizard_respond_json(connection, 200, project);
}

/* --- a template --- */

static const char *board_of(const cJSON *settings)
{
    const char *board = cJSON_GetStringValue(cJSON_GetObjectItem(settings, "board"));
    return board ? board : "stm32h745i-disco";
}

void wizard_post_template(struct wizard *wizard, struct flota_http_connection *connection,
                          const char *body, size_t size)
{
    cJSON *asked = wizard_read_object(connection, body, size), *answer = cJSON_CreateObject();
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "id"));
    char name[32], *problem = NULL;
    cJSON *present = wizard_settings_read(&problem);
    free(problem);
    wizard_project_name(wizard, name);
    char *description = id && wizard_template_exists(id)
                            ? wizard_template_file(id, WIZARD_DESCRIPTION, name, board_of(present))
                            : NULL;
    if (description) {
        cJSON_AddStringToObject(answer, "description", description);
        cJSON_AddItemToObject(answer, "settings",
                              wizard_template_settings(id, name, board_of(present)));
        wizard_respond_json(connection, 200, answer);
    } else {
        cJSON_Delete(answer);
        if (asked)
            wizard_refuse(connection, 404, "there is no such template",
                          "take one of those that api/project lists");
    }
    free(description);
    cJSON_Delete(present);
    cJSON_Delete(asked);
}
