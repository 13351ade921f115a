/* dashboard.c - from a text or a file to a description.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard.h"
#include "dashboard_internal.h"
#include <errno.h>
#include <string.h>

/* Each second of two keys of the same name. What it holds is not looked at. */
static void refuse_twins(struct reader *reader, const struct json_node *node)
{
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        if (node->type == JSON_OBJECT && json_find(node, entry->key) != entry)
            wrong_key(reader, entry, "keep one of them", "the key '%.40s' stands here twice",
                      entry->key);
        refuse_twins(reader, entry);
    }
}

static void list_helpers(struct reader *reader)
{
    static const enum expression_helpers all[] = {EXPRESSION_PAD, EXPRESSION_TIME,
                                                  EXPRESSION_BYTES};
    struct dashboard_helper *helpers = arena_take_many(reader->arena, 3, sizeof *helpers);
    struct dashboard *dashboard = reader->dashboard;
    for (size_t i = 0; i < 3; i++)
        if (reader->helpers & all[i])
            helpers[dashboard->helper_count++] = (struct dashboard_helper){
                expression_helper_name(all[i]), expression_helper_code(all[i])};
    dashboard->helpers = helpers;
}

static struct reader start(struct dashboard *dashboard, const char *folder)
{
    *dashboard = (struct dashboard){.memory = arena_new()};
    return (struct reader){.dashboard = dashboard,
                           .arena = dashboard->memory,
                           .folder = folder ? arena_print(dashboard->memory, "%s", folder) : NULL};
}

static bool read_text(struct reader *reader, const char *text, size_t size)
{
    if (!json_tree_read(&reader->tree, reader->arena, text, size))
        return wrong_syntax(reader);
    refuse_twins(reader, reader->tree.root);
    take_top(reader, reader->tree.root);
    list_helpers(reader);
    sort_mistakes(reader->dashboard);
    return reader->dashboard->mistake_count == 0;
}

bool dashboard_read(struct dashboard *dashboard, const char *text, size_t size, const char *folder)
{
    struct reader reader = start(dashboard, folder);
    return read_text(&reader, text, size);
}

/* --- files --- */

static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : arena_copy(arena, path, (size_t)(slash - path));
}

bool dashboard_read_file(struct dashboard *dashboard, const char *path)
{
    struct reader reader = start(dashboard, NULL);
    const struct json_node whole = {.place = {0, 1, 1}};
    reader.folder = folder_of(reader.arena, path);
    FILE *file = fopen(path, "rb");
    char *text = arena_take(reader.arena, DASHBOARD_SIZE_MAX + 1);
    size_t size = file ? fread(text, 1, DASHBOARD_SIZE_MAX + 1, file) : 0;
    bool failed = !file || ferror(file);
    int error = errno;
    if (file)
        fclose(file);
    if (failed)
        return wrong(&reader, &whole, "look at its name and permissions", "it can't be read: %s",
                     strerror(error));
    return read_text(&reader, text, size);
}

void dashboard_free(struct dashboard *dashboard)
{
    arena_free(dashboard->memory);
    dashboard->memory = NULL;
}
