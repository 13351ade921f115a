/* wizard_patch.c - see wizard_patch.h.
 *
 * libyaml's marks count lines and characters; from them come bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_patch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- places --- */

static const char *text_of(const struct wizard_patch *patch)
{
    return (const char *)patch->file.bytes;
}

static size_t line_start(const struct wizard_patch *patch, size_t line)
{
    const char *text = text_of(patch), *at = text;
    for (; line > 0; line--) {
        const char *end = strchr(at, '\n');
        if (!end)
            return patch->file.size;
        at = end + 1;
    }
    return (size_t)(at - text);
}

/* Just behind the line's end. */
static size_t line_end(const struct wizard_patch *patch, size_t at)
{
    const char *end = strchr(text_of(patch) + at, '\n');
    return end ? (size_t)(end - text_of(patch)) + 1 : patch->file.size;
}

static size_t place_of(const struct wizard_patch *patch, const yaml_mark_t *mark)
{
    const char *text = text_of(patch);
    size_t at = line_start(patch, mark->line);
    for (size_t left = mark->column; left > 0 && text[at]; left--) {
        at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80) /* UTF-8: the rest of a character */
            at++;
    }
    return at;
}

bool wizard_patch_is_block(const yaml_node_t *node)
{
    return (node->type == YAML_MAPPING_NODE &&
            node->data.mapping.style == YAML_BLOCK_MAPPING_STYLE) ||
           (node->type == YAML_SEQUENCE_NODE &&
            node->data.sequence.style == YAML_BLOCK_SEQUENCE_STYLE);
}

static size_t start_of(const struct wizard_patch *patch, const yaml_node_t *node)
{
    return place_of(patch, &node->start_mark);
}

/* A block ends with the last thing in it; its own mark is behind the comments that follow. */
static size_t end_of(const struct wizard_patch *patch, const yaml_node_t *node)
{
    while (wizard_patch_is_block(node) && yaml_count(node) > 0) {
        size_t last = yaml_count(node) - 1;
        node = yaml_is_map(node) ? yaml_value(&patch->tree, node, last)
                                 : yaml_item(&patch->tree, node, last);
    }
    return place_of(patch, &node->end_mark);
}

/* --- changes --- */

static void change(struct wizard_patch *patch, size_t start, size_t end, char *text)
{
    size_t size = (patch->count + 1) * sizeof *patch->changes;
    struct wizard_change *changes = realloc(patch->changes, size);
    if (!changes || !text)
        abort();
    changes[patch->count++] = (struct wizard_change){start, end > start ? end : start, text};
    patch->changes = changes;
}

static char *join(const char *a, const char *b, const char *c, const char *d)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + 1;
    char *text = malloc(size);
    if (!text)
        abort();
    snprintf(text, size, "%s%s%s%s", a, b, c, d);
    return text;
}

bool wizard_patch_begin(struct wizard_patch *patch, const char *command, const char *path)
{
    *patch = (struct wizard_patch){.count = 0};
    if (!file_read(command, path, &patch->file))
        return false;
    patch->file.bytes[patch->file.size] = '\0';
    if (yaml_tree_read(&patch->tree, command, path))
        return true;
    yaml_tree_free(&patch->tree);
    free(patch->file.bytes);
    return false;
}

/* Behind the colon of the key whose value this is. */
static size_t after_colon(const struct wizard_patch *patch, const yaml_node_t *map,
                          const yaml_node_t *value)
{
    for (size_t i = 0; i < yaml_count(map); i++)
        if (yaml_value(&patch->tree, map, i) == value) {
            size_t at = end_of(patch, yaml_key(&patch->tree, map, i));
            const char *colon = strchr(text_of(patch) + at, ':');
            return colon ? (size_t)(colon - text_of(patch)) + 1 : at;
        }
    return start_of(patch, value);
}

void wizard_patch_replace(struct wizard_patch *patch, const yaml_node_t *node, const char *value)
{
    change(patch, start_of(patch, node), end_of(patch, node), join(value, "", "", ""));
}

static void add_key(struct wizard_patch *patch, const yaml_node_t *map, const char *key,
                    const char *value)
{
    size_t start = start_of(patch, map);
    char indent[64];
    if (!wizard_patch_is_block(map)) {
        bool empty = yaml_count(map) == 0;
        char *text = join(key, ": ", value, empty ? "" : ", ");
        change(patch, start + 1, start + 1, text);
        return;
    }
    snprintf(indent, sizeof indent, "\n%*s", (int)(map->start_mark.column & 31), "");
    change(patch, start, start, join(key, ": ", value, indent));
}

void wizard_patch_set(struct wizard_patch *patch, const yaml_node_t *map, const char *key,
                      const char *value)
{
    const yaml_node_t *old = yaml_find(&patch->tree, map, key);
    bool is_page =
        map == yaml_root(&patch->tree) && wizard_patch_is_block(map) && map->start_mark.column == 0;
    if (!old && is_page) {
        char *line = join(key, ": ", value, "\n");
        wizard_patch_append(patch, line);
        free(line);
    } else if (!old) {
        add_key(patch, map, key, value);
    } else if (!wizard_patch_is_block(old) && end_of(patch, old) > start_of(patch, old)) {
        wizard_patch_replace(patch, old, value);
    } else {
        size_t start = after_colon(patch, map, old), end = end_of(patch, old);
        change(patch, start, end > start ? end : start, join(" ", value, "", ""));
    }
}

/* --- lists --- */

void wizard_patch_remove_item(struct wizard_patch *patch, const yaml_node_t *list, size_t index)
{
    const yaml_node_t *item = yaml_item(&patch->tree, list, index);
    size_t start = line_start(patch, item->start_mark.line);
    change(patch, start, line_end(patch, end_of(patch, item)), join("", "", "", ""));
}

void wizard_patch_add_item(struct wizard_patch *patch, const yaml_node_t *list, const char *value)
{
    size_t start = start_of(patch, list), end = end_of(patch, list), count = yaml_count(list);
    char indent[64];
    if (!wizard_patch_is_block(list)) {
        change(patch, end - 1, end - 1, join(count ? ", " : "", value, "", ""));
        return;
    }
    size_t line = line_start(patch, list->start_mark.line), last = line_end(patch, end);
    bool ends = last > 0 && text_of(patch)[last - 1] == '\n';
    snprintf(indent, sizeof indent, "%s%*s- ", ends ? "" : "\n", (int)((start - line) & 31), "");
    change(patch, last, last, join(indent, value, "\n", ""));
}

void wizard_patch_append(struct wizard_patch *patch, const char *text)
{
    size_t size = patch->file.size;
    bool ends = size == 0 || text_of(patch)[size - 1] == '\n';
    for (size_t i = 0; i < patch->count; i++) /* the first one has ended the line */
        ends = ends || patch->changes[i].start == size;
    change(patch, size, size, join(ends ? "" : "\n", text, "", ""));
}

/* --- the new text --- */

/* The first place first; those at one place in the order they came. */
static void sort(struct wizard_patch *patch)
{
    for (size_t i = 1; i < patch->count; i++)
        for (size_t j = i; j > 0; j--) {
            struct wizard_change *a = &patch->changes[j - 1], *b = &patch->changes[j];
            if (a->start <= b->start)
                break;
            struct wizard_change moved = *a;
            *a = *b;
            *b = moved;
        }
}

static void print(const struct wizard_patch *patch, FILE *out)
{
    size_t at = 0;
    for (size_t i = 0; i < patch->count; i++) {
        const struct wizard_change *one = &patch->changes[i];
        if (one->start > at)
            fwrite(patch->file.bytes + at, 1, one->start - at, out);
        fputs(one->text, out);
        at = one->end > at ? one->end : at;
    }
    fwrite(patch->file.bytes + at, 1, patch->file.size - at, out);
}

char *wizard_patch_end(struct wizard_patch *patch)
{
    char *text = NULL;
    size_t size = 0;
    sort(patch);
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    print(patch, out);
    fclose(out);
    for (size_t i = 0; i < patch->count; i++)
        free(patch->changes[i].text);
    free(patch->changes);
    yaml_tree_free(&patch->tree);
    free(patch->file.bytes);
    return text;
}
