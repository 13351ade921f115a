/* wizard_patch.h - change values of a YAML file and leave the rest, comments too, as it is.
 *
 *     struct wizard_patch patch;
 *     wizard_patch_begin(&patch, "flota wizard", "flota.yml");       // false: said why
 *     wizard_patch_set(&patch, wizard_patch_root(&patch), "version", "1.2.0");
 *     char *text = wizard_patch_end(&patch);
 *
 * Places are those of the file as it was read; each may be changed once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_PATCH_H
#define FLOTA_CLI_WIZARD_PATCH_H

#include "file.h"
#include "yaml_tree.h"

struct wizard_change {
    size_t start, end; /* bytes of the old text */
    char *text;        /* in their place */
};

struct wizard_patch {
    struct yaml_tree tree;
    struct file file;
    struct wizard_change *changes;
    size_t count;
};

bool wizard_patch_begin(struct wizard_patch *patch, const char *command, const char *path);

/* A key's value as YAML text in one line: replaced, or added to the mapping. */
void wizard_patch_set(struct wizard_patch *patch, const yaml_node_t *map, const char *key,
                      const char *value);

/* A value itself. */
void wizard_patch_replace(struct wizard_patch *patch, const yaml_node_t *node, const char *value);

/* Is it written over several lines, without brackets? */
bool wizard_patch_is_block(const yaml_node_t *node);

/* Items of a list: out (of a block), and behind the last one. */
void wizard_patch_remove_item(struct wizard_patch *patch, const yaml_node_t *list, size_t index);
void wizard_patch_add_item(struct wizard_patch *patch, const yaml_node_t *list, const char *value);

/* Text behind the last line. */
void wizard_patch_append(struct wizard_patch *patch, const char *text);

/* The new text, heap; everything else is freed. */
char *wizard_patch_end(struct wizard_patch *patch);

#endif
