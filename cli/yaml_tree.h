/* yaml_tree.h - a YAML file as a tree of nodes, each of which knows its line.
 *
 * libyaml's documents, not libcyaml's schemas: a project file has rows of mixed types, lists whose
 * items are a name or a mapping, and errors that must name a line long after the text was read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_YAML_TREE_H
#define FLOTA_CLI_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

struct yaml_tree {
    const char *command; /* in whose name errors are said */
    const char *path;    /* as errors name the file */
    yaml_document_t document;
};

/* Read a file. Returns true; or false after having said what is wrong, and where. */
bool yaml_tree_read(struct yaml_tree *tree, const char *command, const char *path);
void yaml_tree_free(struct yaml_tree *tree);

/* Say what is wrong with a node, and what to do. Returns false. */
bool yaml_fail(const struct yaml_tree *tree, const yaml_node_t *node, const char *remedy,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
bool yaml_fail_at(const struct yaml_tree *tree, size_t line, const char *remedy, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

const yaml_node_t *yaml_root(const struct yaml_tree *tree);
size_t yaml_line(const yaml_node_t *node); /* from 1 */

/* A scalar's text, valid as long as the tree; NULL: it is none. */
const char *yaml_text(const yaml_node_t *node);
bool yaml_is_plain(const yaml_node_t *node); /* without quotes */

/* Items of a sequence; the pairs of a mapping. */
bool yaml_is_list(const yaml_node_t *node);
bool yaml_is_map(const yaml_node_t *node);
size_t yaml_count(const yaml_node_t *node);
const yaml_node_t *yaml_item(const struct yaml_tree *tree, const yaml_node_t *node, size_t index);
const yaml_node_t *yaml_key(const struct yaml_tree *tree, const yaml_node_t *node, size_t index);
const yaml_node_t *yaml_value(const struct yaml_tree *tree, const yaml_node_t *node, size_t index);

/* The value of a mapping's key; NULL: it has none. */
const yaml_node_t *yaml_find(const struct yaml_tree *tree, const yaml_node_t *node,
                             const char *key);

#endif
