/* yaml_tree.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "yaml_tree.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(const struct yaml_tree *tree, size_t line, const char *remedy, const char *format,
                va_list values)
{
    fprintf(stderr, "%s: %s:%zu: ", tree->command, tree->path, line);
    vfprintf(stderr, format, values);
    fprintf(stderr, ".\nTo do: %s.\n", remedy);
}

bool yaml_fail_at(const struct yaml_tree *tree, size_t line, const char *remedy, const char *format,
                  ...)
{
    va_list values;
    va_start(values, format);
    say(tree, line, remedy, format, values);
    va_end(values);
    return false;
}

bool yaml_fail(const struct yaml_tree *tree, const yaml_node_t *node, const char *remedy,
               const char *format, ...)
{
    va_list values;
    va_start(values, format);
    say(tree, yaml_line(node), remedy, format, values);
    va_end(values);
    return false;
}

static bool load(struct yaml_tree *tree, FILE *file)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return yaml_fail_at(tree, 1, "try again", "there is no memory for it");
    yaml_parser_set_input_file(&parser, file);
    bool good = yaml_parser_load(&parser, &tree->document) != 0;
    if (!good)
        yaml_fail_at(tree, parser.problem_mark.line + 1,
                     "look at the line and the one before it: indentation, quotes, ': ' after keys",
                     "this is not YAML: %s", parser.problem ? parser.problem : "unreadable");
    yaml_parser_delete(&parser);
    return good;
}

bool yaml_tree_read(struct yaml_tree *tree, const char *command, const char *path)
{
    *tree = (struct yaml_tree){.command = command, .path = path};
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "%s: %s: %s.\nTo do: look at its name and permissions.\n", command, path,
                strerror(errno));
        return false;
    }
    bool good = load(tree, file);
    fclose(file);
    return good;
}

void yaml_tree_free(struct yaml_tree *tree)
{
    yaml_document_delete(&tree->document);
}

/* The functions of libyaml take no const, and change nothing. */
static yaml_document_t *document(const struct yaml_tree *tree)
{
    return (yaml_document_t *)(uintptr_t)&tree->document;
}

const yaml_node_t *yaml_root(const struct yaml_tree *tree)
{
    return yaml_document_get_root_node(document(tree));
}

size_t yaml_line(const yaml_node_t *node)
{
    return node ? node->start_mark.line + 1 : 1;
}

const char *yaml_text(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

bool yaml_is_plain(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool yaml_is_list(const yaml_node_t *node)
{
    return node && node->type == YAML_SEQUENCE_NODE;
}

bool yaml_is_map(const yaml_node_t *node)
{
    return node && node->type == YAML_MAPPING_NODE;
}

size_t yaml_count(const yaml_node_t *node)
{
    if (yaml_is_list(node))
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (yaml_is_map(node))
        return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    return 0;
}

const yaml_node_t *yaml_item(const struct yaml_tree *tree, const yaml_node_t *node, size_t index)
{
    return yaml_document_get_node(document(tree), node->data.sequence.items.start[index]);
}

const yaml_node_t *yaml_key(const struct yaml_tree *tree, const yaml_node_t *node, size_t index)
{
    return yaml_document_get_node(document(tree), node->data.mapping.pairs.start[index].key);
}

const yaml_node_t *yaml_value(const struct yaml_tree *tree, const yaml_node_t *node, size_t index)
{
    return yaml_document_get_node(document(tree), node->data.mapping.pairs.start[index].value);
}

const yaml_node_t *yaml_find(const struct yaml_tree *tree, const yaml_node_t *node, const char *key)
{
    for (size_t i = 0; yaml_is_map(node) && i < yaml_count(node); i++) {
        const char *name = yaml_text(yaml_key(tree, node, i));
        if (name && strcmp(name, key) == 0)
            return yaml_value(tree, node, i);
    }
    return NULL;
}
