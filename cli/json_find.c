/* json_find.c - questions to a JSON tree.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "json_string.h"
#include "json_tree.h"
#include <string.h>

const struct json_node *json_find(const struct json_node *node, const char *key)
{
    if (!node || node->type != JSON_OBJECT)
        return NULL;
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

const char *json_path(struct arena *arena, const struct json_node *node)
{
    if (!node || !node->parent)
        return "";
    const char *parent = json_path(arena, node->parent);
    const char *slash = *parent ? "/" : "";
    if (node->key)
        return arena_print(arena, "%s%s%s", parent, slash, node->key);
    return arena_print(arena, "%s%s%zu", parent, slash, node->index);
}

struct json_place json_place_in(const struct json_tree *tree, const struct json_node *node,
                                size_t byte)
{
    struct json_place place = node->place;
    struct json_string string = {.source = tree->source + place.offset + 1,
                                 .size = node->end - place.offset - 2,
                                 .stop = byte};
    if (byte)
        json_string_read(&string, tree->arena);
    for (size_t i = 0; i < string.at + 1; i++) /* and the quote */
        place.column += ((unsigned char)tree->source[place.offset + i] & 0xC0u) != 0x80u;
    place.offset += string.at + 1;
    return place;
}

const char *json_type_words(const struct json_node *node)
{
    static const char *const words[] = {"null",   "false",  "true",     "a number",
                                        "a text", "a list", "an object"};
    return words[node->type];
}
