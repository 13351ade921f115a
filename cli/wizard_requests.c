/* wizard_requests.c - what the wizard's page may ask: web/wizard/API.md.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard.h"
#include <stdlib.h>
#include <string.h>

/* The page is built by web/wizard.mjs and compiled in (cmake/embed.cmake). */
extern const unsigned char flota_wizard_page[];
extern const unsigned long flota_wizard_page_size;

static void get_page(struct wizard *wizard, struct flota_http_connection *connection,
                     const char *body, size_t size)
{
    (void)wizard;
    (void)body;
    (void)size;
    if (flota_wizard_page_size == 0)
        wizard_refuse(connection, 500, "this flota was built without the wizard's page",
                      "build it again with Node.js: make host");
    else
        flota_http_respond(connection, 200, "text/html; charset=utf-8",
                           WIZARD_HEADERS "Content-Encoding: gzip\r\n", flota_wizard_page,
                           flota_wizard_page_size);
}

static void get_events(struct wizard *wizard, struct flota_http_connection *connection,
                       const char *body, size_t size)
{
    cJSON *first = cJSON_CreateObject();
    (void)body;
    (void)size;
    wizard_jobs_describe(&wizard->jobs, first);
    wizard_events_serve(&wizard->events, connection, first);
}

cJSON *wizard_read_object(struct flota_http_connection *connection, const char *body, size_t size)
{
    cJSON *object = strlen(body) == size ? cJSON_ParseWithLength(body, size) : NULL;
    if (cJSON_IsObject(object))
        return object;
    cJSON_Delete(object);
    wizard_refuse(connection, 400, "the body is no JSON object", "see web/wizard/API.md");
    return NULL;
}

/* --- who looks at the live page --- */

/* -1: there is no such user. */
static int level_of(const struct wizard *wizard, const cJSON *asked)
{
    const cJSON *user = cJSON_GetObjectItem(asked, "user"),
                *level = cJSON_GetObjectItem(asked, "level");
    const struct dashboard *dashboard = wizard_preview_dashboard(wizard->preview);
    if (cJSON_IsNumber(level))
        return level->valueint;
    if (cJSON_IsNull(user))
        return 0;
    for (size_t i = 0; dashboard && cJSON_IsString(user) && i < dashboard->user_count; i++)
        if (strcmp(dashboard->users[i].name, user->valuestring) == 0)
            return (int)dashboard->users[i].level;
    return -1;
}

static void post_preview(struct wizard *wizard, struct flota_http_connection *connection,
                         const char *body, size_t size)
{
    cJSON *object = wizard_read_object(connection, body, size);
    if (!object)
        return;
    int level = level_of(wizard, object);
    if (level < 0 || !wizard_preview_set_level(wizard->preview, (unsigned)level)) {
        cJSON_Delete(object);
        wizard_refuse(connection, 400, "the live page has no such user or level",
                      "name one of access.users, null, or a level from 0 to 9");
        return;
    }
    wizard_respond_json(connection, 200, object);
}

const struct wizard_request wizard_requests[] = {{"", "GET", get_page},
                                                 {"api/project", "GET", wizard_get_project},
                                                 {"api/check", "POST", wizard_post_check},
                                                 {"api/template", "POST", wizard_post_template},
                                                 {"api/save", "POST", wizard_post_save},
                                                 {"api/run", "POST", wizard_post_run},
                                                 {"api/preview", "POST", post_preview},
                                                 {"api/export", "POST", wizard_post_export},
                                                 {"api/events", "GET", get_events},
                                                 {NULL, NULL, NULL}};
