/* page_kit.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_kit.h"
#include "generate.h"
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KIT_VERSION 1
#define ICONS_MAX   64u

/* Made from build/web/kit.json by cmake/embed.cmake. */
extern const unsigned char flota_kit[];
extern const unsigned long flota_kit_size;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static cJSON *kit;
static const char *icon_names[ICONS_MAX + 1];

/* A kit of another version is a mistake of our own build, not of a user's. */
static void read_kit(void)
{
    kit = cJSON_ParseWithLength((const char *)flota_kit, flota_kit_size);
    const cJSON *version = cJSON_GetObjectItem(kit, "version");
    if (!cJSON_IsNumber(version) || version->valueint != KIT_VERSION) {
        fputs("flota: the page kit in this program is not one of version 1: make web host\n",
              stderr);
        abort();
    }
    size_t count = 0;
    for (const cJSON *icon = cJSON_GetObjectItem(kit, "icons")->child; icon && count < ICONS_MAX;
         icon = icon->next)
        icon_names[count++] = icon->string;
}

static const cJSON *member(const char *name)
{
    pthread_once(&once, read_kit);
    return cJSON_GetObjectItem(kit, name);
}

static const char *text_member(const char *name)
{
    const char *text = cJSON_GetStringValue(member(name));
    return text ? text : "";
}

/* --- needs --- */

bool page_needs_it(const struct page_needs *needs, const char *feature)
{
    if (strcmp(feature, "*") == 0)
        return true;
    for (size_t i = 0; i < needs->count; i++)
        if (strcmp(needs->names[i], feature) == 0)
            return true;
    return false;
}

void page_need(struct page_needs *needs, const char *feature)
{
    if (!page_needs_it(needs, feature) && needs->count < PAGE_NEEDS_MAX)
        needs->names[needs->count++] = feature;
}

static bool takes(const struct page_needs *needs, const cJSON *piece)
{
    const cJSON *need;
    cJSON_ArrayForEach(need, cJSON_GetObjectItem(piece, "needs"))
    {
        if (page_needs_it(needs, need->valuestring))
            return true;
    }
    return false;
}

/* --- pieces --- */

void page_kit_print(enum page_pieces kind, const struct page_needs *needs, FILE *out)
{
    const cJSON *piece;
    cJSON_ArrayForEach(piece, member(kind == PAGE_SCRIPTS ? "scripts" : "styles"))
    {
        if (takes(needs, piece))
            fputs(cJSON_GetObjectItem(piece, "text")->valuestring, out);
    }
}

const char *page_kit_html(void)
{
    return text_member("html");
}

const char *page_kit_start(void)
{
    return text_member("start");
}

/* --- icons --- */

const char *page_kit_icon(const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(member("icons"), name));
}

const char *generate_icon(const char *name)
{
    return page_kit_icon(name);
}

const char *const *generate_icon_names(void)
{
    member("icons");
    return icon_names;
}
