/* wizard_template.c - see wizard_template.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "wizard_template.h"
#include "file.h"
#include "project.h"
#include "templates.h"
#include "wizard_settings.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

cJSON *wizard_template_list(void)
{
    cJSON *list = cJSON_CreateArray();
    char path[PROCESS_PATH_SIZE];
    for (const struct template *template = templates; template->id; template ++) {
        if (!template_path(template, "dashboard.json", path))
            continue;
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "id", template->id);
        cJSON_AddStringToObject(object, "title", template->title);
        cJSON_AddStringToObject(object, "text", template->text);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

bool wizard_template_exists(const char *id)
{
    return template_find(id) != NULL;
}

char *wizard_template_file(const char *id, const char *name, const char *project, const char *board)
{
    char path[PROCESS_PATH_SIZE];
    struct file file;
    const struct template *template = template_find(id);
    if (!template || !template_path(template, name, path) ||
        !file_read("flota wizard", path, &file))
        return NULL;
    file.bytes[file.size] = '\0';
    char *text = template_fill_in((const char *)file.bytes, project, board);
    free(file.bytes);
    return text;
}

/* --- settings: project_read() reads the present folder, so there is one for a moment --- */

static cJSON *read_in(const char *folder, const char *text)
{
    char *problem = NULL;
    const struct file file = {(uint8_t *)(uintptr_t)text, (uint32_t)strlen(text)};
    if (chdir(folder) != 0 || !file_write("flota wizard", PROJECT_FILE, &file))
        return NULL;
    cJSON *settings = wizard_settings_read(&problem);
    free(problem);
    unlink(PROJECT_FILE);
    return settings;
}

cJSON *wizard_template_settings(const char *id, const char *project, const char *board)
{
    char folder[] = "/tmp/flota-template-XXXXXX";
    char *text = wizard_template_file(id, PROJECT_FILE, project, board);
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cJSON *settings = NULL;
    if (text && here >= 0 && mkdtemp(folder)) {
        settings = read_in(folder, text);
        if (fchdir(here) != 0)
            abort(); /* it was open: the folder we work in is gone */
        rmdir(folder);
    }
    if (here >= 0)
        close(here);
    free(text);
    return settings;
}
