/* fuzz_wizard_patch.c - any bytes as a flota.yml that the wizard edits: never a crash; and where
 * the file is a plain block of keys, the new value stands there and every other key has its old
 * one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* memfd_create */
#include "wizard_patch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATH_SIZE 64

/* A file of its own for each text; its path names it as long as it is open. */
static int make_file(const void *data, size_t size, char path[PATH_SIZE])
{
    int file = memfd_create("flota.yml", MFD_CLOEXEC);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    snprintf(path, PATH_SIZE, "/proc/self/fd/%d", file);
    return file;
}

/* No quotes, anchors, comments, brackets: what one can reason about. */
static bool is_plain(const struct wizard_patch *patch)
{
    const yaml_node_t *root = yaml_root(&patch->tree);
    if (!yaml_is_map(root) || !wizard_patch_is_block(root) ||
        strpbrk((const char *)patch->file.bytes, "?&*!|>%@`\"'#[]{}\t\r,"))
        return false;
    for (size_t i = 0; i < yaml_count(root); i++)
        if (!yaml_text(yaml_key(&patch->tree, root, i)) ||
            !yaml_text(yaml_value(&patch->tree, root, i)) ||
            yaml_find(&patch->tree, root, yaml_text(yaml_key(&patch->tree, root, i))) !=
                yaml_value(&patch->tree, root, i))
            return false;
    return memchr(patch->file.bytes, 0, patch->file.size) == NULL &&
           !strstr((const char *)patch->file.bytes, "---") &&
           !strstr((const char *)patch->file.bytes, "...");
}

static void check(const struct yaml_tree *before, const char *text)
{
    char path[PATH_SIZE];
    struct yaml_tree after;
    int file = make_file(text, strlen(text), path);
    if (!yaml_tree_read(&after, "fuzz", path))
        abort();
    const yaml_node_t *old = yaml_root(before), *root = yaml_root(&after);
    const char *value = yaml_text(yaml_find(&after, root, "name"));
    if (!value || strcmp(value, "new") != 0)
        abort();
    for (size_t i = 0; i < yaml_count(old); i++) {
        const char *key = yaml_text(yaml_key(before, old, i));
        const char *kept = yaml_text(yaml_find(&after, root, key));
        bool changed = strcmp(key, "name") == 0;
        if (!kept || (!changed && strcmp(kept, yaml_text(yaml_value(before, old, i))) != 0))
            abort();
    }
    yaml_tree_free(&after);
    close(file);
}

/* All that the wizard does to a file, whatever it is. */
static void change_all(struct wizard_patch *patch)
{
    static const char *const lists[] = {"libs", "config_schema"};
    static const char *const maps[] = {"confirm", "signatures"};
    const yaml_node_t *root = yaml_root(&patch->tree);
    for (size_t i = 0; i < 2; i++) {
        const yaml_node_t *list = yaml_find(&patch->tree, root, lists[i]);
        const yaml_node_t *map = yaml_find(&patch->tree, root, maps[i]);
        if (list && yaml_is_list(list)) {
            for (size_t k = 0; wizard_patch_is_block(list) && k < yaml_count(list); k += 2)
                wizard_patch_remove_item(patch, list, k);
            wizard_patch_add_item(patch, list, "item");
        }
        if (map && yaml_is_map(map))
            wizard_patch_set(patch, map, "policy", "explicit");
    }
    wizard_patch_append(patch, "page: dashboard.json\n");
}

static void try_patch(const char *path, bool everything)
{
    struct wizard_patch patch;
    struct yaml_tree before;
    if (!wizard_patch_begin(&patch, "fuzz", path))
        return;
    bool judged = !everything && is_plain(&patch);
    if (yaml_is_map(yaml_root(&patch.tree)))
        wizard_patch_set(&patch, yaml_root(&patch.tree), "name", "new");
    if (everything && yaml_is_map(yaml_root(&patch.tree)))
        change_all(&patch);
    char *text = wizard_patch_end(&patch);
    if (judged && yaml_tree_read(&before, "fuzz", path)) {
        check(&before, text);
        yaml_tree_free(&before);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[PATH_SIZE];
    static FILE *nowhere;
    if (!nowhere)
        nowhere = stderr = fopen("/dev/null", "w"); /* its words are another test's */
    int file = make_file(data, size, path);
    try_patch(path, false);
    try_patch(path, true);
    close(file);
    return 0;
}
