/* json_tree.h - a JSON text as a tree of nodes, each of which knows its place.
 *
 * Exactly RFC 8259, in UTF-8: nothing is guessed and nothing is forgiven. jsmn finds the tokens;
 * what stands between them, numbers, escapes and encoding are checked here. Keys that stand twice
 * are left to the reader of the tree.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_JSON_TREE_H
#define FLOTA_CLI_JSON_TREE_H

#include "arena.h"
#include <stdbool.h>
#include <stddef.h>

#define JSON_TREE_SIZE_MAX    (1024u * 1024u)
#define JSON_TREE_DEPTH_MAX   32u
#define JSON_TREE_MEMBERS_MAX 256u /* of one object: looking for keys stays quick */

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_LIST,
    JSON_OBJECT
};

struct json_place {
    size_t offset;         /* bytes */
    unsigned line, column; /* from 1; columns count characters */
};

struct json_node {
    enum json_type type;
    struct json_place place;
    size_t end; /* offset behind it */
    const struct json_node *parent, *first, *next;
    size_t count;                /* of a list's or object's entries */
    size_t index;                /* its own place in its parent */
    const char *key;             /* in an object, else NULL */
    struct json_place key_place; /* in an object */
    const char *text;            /* string: without escapes; may hold \0 when size is more */
    size_t size;                 /* of text, bytes */
    double number;
};

struct json_tree {
    struct arena *arena;
    const char *source;
    size_t size;
    const struct json_node *root;

    /* When it is no JSON: */
    struct json_place place;
    const char *message, *remedy;
};

/* Returns true; or false with place, message and remedy. source is borrowed as long as the tree. */
bool json_tree_read(struct json_tree *tree, struct arena *arena, const char *source, size_t size);

/* The value of an object's key, the first one; NULL: it has none. node may be NULL. */
const struct json_node *json_find(const struct json_node *node, const char *key);

/* "pages/0/title"; "" for the root. In the arena. */
const char *json_path(struct arena *arena, const struct json_node *node);

/* Where a byte of a string's text stands in the source. */
struct json_place json_place_in(const struct json_tree *tree, const struct json_node *string,
                                size_t byte);

/* What a node is, in words: "a text", "a list". */
const char *json_type_words(const struct json_node *node);

#endif
