/* wizard_save.c - dashboard.json, flota.yml and, when there is no C file yet, main.c: whole or not
 * at all, and never over somebody else's change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* asprintf */
#include "file.h"
#include "project.h"
#include "wizard.h"
#include "wizard_settings.h"
#include "wizard_template.h"
#include "wizard_words.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS 1000u

static const char *const watched[2] = {WIZARD_DESCRIPTION, PROJECT_FILE};

/* --- digests --- */

/* FNV-1a: tells one's own files from changed ones; nobody is to be kept out. */
static uint64_t digest_of(const char *path)
{
    uint64_t digest = 0xcbf29ce484222325u;
    struct file file;
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
        !file_read("flota wizard", path, &file))
        return 0;
    for (uint32_t i = 0; i < file.size; i++)
        digest = (digest ^ file.bytes[i]) * 0x100000001b3u;
    free(file.bytes);
    return digest ? digest : 1;
}

void wizard_digests(uint64_t digests[2])
{
    for (size_t i = 0; i < 2; i++)
        digests[i] = digest_of(watched[i]);
}

void wizard_digest_text(const uint64_t digests[2], char text[40])
{
    snprintf(text, 40, "%016llx-%016llx", (unsigned long long)digests[0],
             (unsigned long long)digests[1]);
}

void wizard_watch_files(struct wizard *wizard, uint32_t now_ms)
{
    uint64_t digests[2];
    if (now_ms - wizard->looked_ms < LOOK_MS)
        return;
    wizard->looked_ms = now_ms;
    wizard_digests(digests);
    if (memcmp(digests, wizard->seen, sizeof digests) == 0)
        return;
    cJSON *object = cJSON_CreateObject();
    cJSON *files = cJSON_AddArrayToObject(object, "files");
    for (size_t i = 0; i < 2; i++)
        if (digests[i] != wizard->seen[i])
            cJSON_AddItemToArray(files, cJSON_CreateString(watched[i]));
    memcpy(wizard->seen, digests, sizeof digests);
    wizard_events_add(&wizard->events, object);
}

/* Which of the files are not those that the page has. NULL: none, or it wants to save all the
 * same. */
static cJSON *changed_files(const cJSON *asked)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "digest"));
    uint64_t digests[2];
    unsigned long long known[2] = {0, 0};
    if (cJSON_IsTrue(cJSON_GetObjectItem(asked, "overwrite")))
        return NULL;
    bool read = text && sscanf(text, "%16llx-%16llx", &known[0], &known[1]) == 2;
    cJSON *list = cJSON_CreateArray();
    wizard_digests(digests);
    for (size_t i = 0; i < 2; i++)
        if (!read || digests[i] != known[i])
            cJSON_AddItemToArray(list, cJSON_CreateString(watched[i]));
    if (cJSON_GetArraySize(list) > 0)
        return list;
    cJSON_Delete(list);
    return NULL;
}

/* --- writing --- */

/* What a save has done, to be told or undone. */
struct save {
    struct wizard *wizard;
    cJSON *written;
    char *words; /* what is wrong; NULL: nothing */
};

static bool is_same(const char *path, const char *text)
{
    struct file file;
    if (access(path, F_OK) != 0 || !file_read("flota wizard", path, &file))
        return false;
    bool same = file.size == strlen(text) && memcmp(file.bytes, text, file.size) == 0;
    free(file.bytes);
    return same;
}

static void note_written(struct save *save, const char *path)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, save->written) if (strcmp(item->valuestring, path) == 0) return;
    cJSON_AddItemToArray(save->written, cJSON_CreateString(path));
}

static bool write_text(struct save *save, const char *path, const char *text)
{
    const struct file file = {(uint8_t *)(uintptr_t)text, (uint32_t)strlen(text)};
    struct wizard_words words;
    if (is_same(path, text))
        return true;
    wizard_words_begin(&words);
    bool good = file_write("flota wizard", path, &file);
    char *said = wizard_words_end(&words);
    if (good) {
        note_written(save, path);
        free(said);
        return true;
    }
    if (asprintf(&save->words, "%sTo do: give yourself write permission in %s, or make room there",
                 said, save->wizard->folder) < 0)
        save->words = NULL;
    free(said);
    return false;
}

/* A new project begins with the template's file: it explains each key. */
static bool begin_settings(struct save *save, const cJSON *settings)
{
    char name[32];
    const char *board = cJSON_GetStringValue(cJSON_GetObjectItem(settings, "board"));
    wizard_project_name(save->wizard, name);
    char *text =
        wizard_template_file("minimal", PROJECT_FILE, name, board ? board : "stm32h745i-disco");
    bool good = text && write_text(save, PROJECT_FILE, text);
    if (!text)
        save->words = strdup("Flota's templates are not there.\nTo do: export FLOTA_HOME=FOLDER, "
                             "the one with Flota's templates");
    free(text);
    return good;
}

/* The project file as it was; NULL: there was none. */
static char *read_before(void)
{
    struct file file;
    if (access(PROJECT_FILE, F_OK) != 0 || !file_read("flota wizard", PROJECT_FILE, &file))
        return NULL;
    file.bytes[file.size] = '\0';
    return (char *)file.bytes;
}

static void restore(const char *before)
{
    const struct file file = {(uint8_t *)(uintptr_t)before,
                              (uint32_t)(before ? strlen(before) : 0)};
    if (before)
        file_write("flota wizard", PROJECT_FILE, &file);
    else
        unlink(PROJECT_FILE);
}

/* A new project gets what the page shows, also where the request leaves it out. */
static cJSON *complete(const cJSON *settings)
{
    char *problem = NULL;
    cJSON *all = wizard_settings_read(&problem);
    const cJSON *item;
    free(problem);
    cJSON_ArrayForEach(item, settings)
        cJSON_ReplaceItemInObject(all, item->string, cJSON_Duplicate(item, true));
    return all;
}

static bool write_settings(struct save *save, const cJSON *settings)
{
    char *text = wizard_settings_text(settings, &save->words);
    bool good = text && write_text(save, PROJECT_FILE, text);
    free(text);
    return good;
}

/* What was written is read as a build would; when that fails the file from before comes back. */
static bool save_settings(struct save *save, const cJSON *settings)
{
    char *before = read_before();
    cJSON *all = before ? NULL : complete(settings);
    save->words = wizard_settings_check(settings);
    bool good = !save->words && (before || begin_settings(save, settings));
    good = good && write_settings(save, all ? all : settings);
    if (good) {
        cJSON_Delete(wizard_settings_read(&save->words));
        good = !save->words;
    }
    if (!good)
        restore(before);
    cJSON_Delete(all);
    free(before);
    return good;
}

/* Its author says where they are, or there are some in the usual places. */
static bool has_sources(void)
{
    char *settings = read_before();
    bool says =
        settings && (strncmp(settings, "sources:", 8) == 0 || strstr(settings, "\nsources:"));
    free(settings);
    return says || wizard_has_sources();
}

static bool save_main(struct save *save)
{
    char name[32];
    struct stat status;
    if (has_sources())
        return true;
    wizard_project_name(save->wizard, name);
    char *text = wizard_template_file("minimal", "src/main.c", name, "");
    bool in_src = stat("src", &status) == 0 || mkdir("src", 0777) == 0;
    bool good = !text || write_text(save, in_src ? "src/main.c" : "main.c", text);
    free(text);
    return good;
}

/* --- the request --- */

static void respond_changed(struct flota_http_connection *connection, cJSON *changed)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *error = cJSON_AddObjectToObject(answer, "error");
    cJSON_AddStringToObject(error, "cause", "a file was changed on disk meanwhile");
    cJSON_AddStringToObject(error, "remedy",
                            "load it again, or save all the same and lose that change");
    cJSON_AddItemToObject(answer, "changed", changed);
    wizard_respond_json(connection, 409, answer);
}

static void respond_saved(struct save *save, struct flota_http_connection *connection)
{
    cJSON *answer = cJSON_CreateObject();
    char digest[40];
    wizard_digests(save->wizard->seen);
    wizard_digest_text(save->wizard->seen, digest);
    cJSON_AddItemToObject(answer, "written", save->written);
    cJSON_AddStringToObject(answer, "digest", digest);
    wizard_respond_json(connection, 200, answer);
}

static void save_all(struct wizard *wizard, struct flota_http_connection *connection,
                     const char *description, const cJSON *settings)
{
    struct save save = {.wizard = wizard, .written = cJSON_CreateArray()};
    bool good = (!settings || save_settings(&save, settings)) &&
                write_text(&save, WIZARD_DESCRIPTION, description) && save_main(&save);
    if (good) {
        respond_saved(&save, connection);
        return;
    }
    cJSON_Delete(save.written);
    wizard_digests(wizard->seen);
    wizard_refuse_words(connection, 400, save.words ? save.words : "there is no memory");
    free(save.words);
}

void wizard_post_save(struct wizard *wizard, struct flota_http_connection *connection,
                      const char *body, size_t size)
{
    cJSON *asked = wizard_read_object(connection, body, size);
    const char *description = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "description"));
    if (!asked)
        return;
    cJSON *changed = changed_files(asked);
    if (!description) {
        cJSON_Delete(changed);
        wizard_refuse(connection, 400, "there is no description to save", "see web/wizard/API.md");
    } else if (changed) {
        respond_changed(connection, changed);
    } else {
        save_all(wizard, connection, description, cJSON_GetObjectItem(asked, "settings"));
    }
    cJSON_Delete(asked);
}
