/* json_tree.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "json_tree.h"
#include "json_string.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include "jsmn.h"

/* Walks over the tokens and over the text at once, so that no byte between them is overlooked. */
struct walk {
    struct json_tree *tree;
    const jsmntok_t *tokens;
    size_t count, next;      /* tokens */
    struct json_place place; /* all before it is checked */
};

/* --- places --- */

/* Step to an offset at or behind the place. */
static void advance(struct json_place *place, const char *source, size_t offset)
{
    for (; place->offset < offset; place->offset++) {
        unsigned char byte = (unsigned char)source[place->offset];
        if (byte == '\n') {
            place->line++;
            place->column = 1;
        } else if ((byte & 0xC0u) != 0x80u) {
            place->column++;
        }
    }
}

static bool fail_at(struct json_tree *tree, const struct json_place *from, size_t offset,
                    const char *remedy, const char *message)
{
    tree->place = *from;
    advance(&tree->place, tree->source, offset);
    tree->message = message;
    tree->remedy = remedy;
    return false;
}

static bool fail(struct walk *walk, size_t offset, const char *remedy, const char *message)
{
    return fail_at(walk->tree, &walk->place, offset, remedy, message);
}

/* A character as a message shows it. */
static const char *shown(const struct json_tree *tree, size_t offset)
{
    if (offset >= tree->size)
        return "the end";
    unsigned char byte = (unsigned char)tree->source[offset];
    if (byte < ' ' || byte >= 0x7F)
        return arena_print(tree->arena, "the byte 0x%02x", byte);
    return arena_print(tree->arena, "'%c'", byte);
}

/* --- between the tokens --- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void skip_blanks(struct walk *walk)
{
    size_t at = walk->place.offset;
    while (at < walk->tree->size && is_blank(walk->tree->source[at]))
        at++;
    advance(&walk->place, walk->tree->source, at);
}

static char next_byte(const struct walk *walk)
{
    size_t at = walk->place.offset;
    return at < walk->tree->size ? walk->tree->source[at] : '\0';
}

static bool take_byte(struct walk *walk, char byte)
{
    skip_blanks(walk);
    if (walk->place.offset >= walk->tree->size || next_byte(walk) != byte)
        return false;
    advance(&walk->place, walk->tree->source, walk->place.offset + 1);
    return true;
}

static bool fail_here(struct walk *walk, const char *wanted)
{
    skip_blanks(walk);
    size_t at = walk->place.offset;
    return fail(walk, at, "look at this place and just before it: commas, colons, quotes, brackets",
                arena_print(walk->tree->arena, "this is not JSON: %s is expected, not %s", wanted,
                            shown(walk->tree, at)));
}

/* The token that begins here, if one does. */
static const jsmntok_t *take_token(struct walk *walk)
{
    skip_blanks(walk);
    if (walk->next == walk->count)
        return NULL;
    const jsmntok_t *token = &walk->tokens[walk->next];
    size_t start = (size_t)token->start - (token->type == JSMN_STRING);
    if (start != walk->place.offset)
        return NULL;
    walk->next++;
    return token;
}

/* --- values --- */

/* number = [ minus ] int [ frac ] [ exp ], RFC 8259 section 6. */
static bool is_number(const char *text, size_t size)
{
    size_t at = size && text[0] == '-';
    size_t digits = strspn(text + at, "0123456789");
    if (digits == 0 || (text[at] == '0' && digits > 1))
        return false;
    at += digits;
    if (text[at] == '.') {
        digits = strspn(text + at + 1, "0123456789");
        if (digits == 0)
            return false;
        at += 1 + digits;
    }
    if (text[at] == 'e' || text[at] == 'E') {
        at += text[at + 1] == '+' || text[at + 1] == '-' ? 2 : 1;
        digits = strspn(text + at, "0123456789");
        if (digits == 0)
            return false;
        at += digits;
    }
    return at == size;
}

static bool read_primitive(struct walk *walk, const jsmntok_t *token, struct json_node *node)
{
    struct arena *arena = walk->tree->arena;
    const char *text =
        arena_copy(arena, walk->tree->source + token->start, (size_t)(token->end - token->start));
    size_t start = (size_t)token->start;
    node->end = (size_t)token->end;
    node->type = JSON_NUMBER;
    if (strcmp(text, "null") == 0)
        node->type = JSON_NULL;
    else if (strcmp(text, "true") == 0)
        node->type = JSON_TRUE;
    else if (strcmp(text, "false") == 0)
        node->type = JSON_FALSE;
    else if (!is_number(text, strlen(text)))
        return fail(walk, start, "texts stand in double quotes; numbers are like 12, -0.5 or 1e3",
                    arena_print(arena, "this is not JSON: '%.40s' is no value", text));
    else
        node->number = strtod(text, NULL);
    if (node->type == JSON_NUMBER && !isfinite(node->number))
        return fail(walk, start, "write a number up to 1.7e308", "the number is too large");
    return true;
}

static bool read_string(struct walk *walk, const jsmntok_t *token, const char **text, size_t *size)
{
    struct json_string string = {.source = walk->tree->source + token->start,
                                 .size = (size_t)(token->end - token->start)};
    if (json_string_read(&string, walk->tree->arena)) {
        *text = string.text;
        *size = string.text_size;
        return true;
    }
    return fail(walk, (size_t)token->start + string.bad, string.remedy, string.message);
}

static bool read_value(struct walk *walk, struct json_node *node);

static struct json_node *new_node(struct walk *walk, struct json_node *parent)
{
    struct json_node *node = arena_take(walk->tree->arena, sizeof *node);
    node->parent = parent;
    node->index = parent->count++;
    return node;
}

static bool read_key(struct walk *walk, struct json_node *node)
{
    size_t size;
    const jsmntok_t *token = take_token(walk);
    if (!token || token->type != JSMN_STRING)
        return fail_here(walk, "a key in double quotes");
    node->key_place = walk->place;
    if (!read_string(walk, token, &node->key, &size))
        return false;
    if (strlen(node->key) != size)
        return fail(walk, (size_t)token->start, "remove it", "the key has a zero character in it");
    advance(&walk->place, walk->tree->source, (size_t)token->end + 1);
    return take_byte(walk, ':') || fail_here(walk, "':' after the key");
}

static bool read_entries(struct walk *walk, struct json_node *parent)
{
    char closing = parent->type == JSON_OBJECT ? '}' : ']';
    const struct json_node **link = &parent->first;
    while (!take_byte(walk, closing)) {
        if (parent->count && !take_byte(walk, ','))
            return fail_here(walk, closing == '}' ? "',' or '}'" : "',' or ']'");
        struct json_node *node = new_node(walk, parent);
        if (parent->type == JSON_OBJECT && parent->count > JSON_TREE_MEMBERS_MAX)
            return fail(walk, walk->place.offset, "remove some",
                        "the object has more than 256 keys");
        if (parent->type == JSON_OBJECT && !read_key(walk, node))
            return false;
        if (!read_value(walk, node))
            return false;
        *link = node;
        link = &node->next;
    }
    parent->end = walk->place.offset;
    return true;
}

static bool read_value(struct walk *walk, struct json_node *node)
{
    const jsmntok_t *token = take_token(walk);
    if (!token)
        return fail_here(walk, "a value");
    node->place = walk->place;
    if (token->type == JSMN_PRIMITIVE || token->type == JSMN_STRING) {
        bool is_string = token->type == JSMN_STRING;
        node->type = JSON_STRING;
        node->end = (size_t)token->end + is_string;
        if (!(is_string ? read_string(walk, token, &node->text, &node->size)
                        : read_primitive(walk, token, node)))
            return false;
        advance(&walk->place, walk->tree->source, node->end);
        return true;
    }
    node->type = token->type == JSMN_OBJECT ? JSON_OBJECT : JSON_LIST;
    advance(&walk->place, walk->tree->source, walk->place.offset + 1);
    return read_entries(walk, node);
}

/* --- all of it --- */

/* Before jsmn, which takes long over ten thousands of open brackets. */
static bool is_shallow(struct json_tree *tree, const struct json_place *start)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < tree->size; i++) {
        char byte = tree->source[i];
        if (in_string && byte == '\\')
            i++;
        else if (byte == '"')
            in_string = !in_string;
        else if (!in_string && (byte == '{' || byte == '['))
            depth++;
        else if (!in_string && (byte == '}' || byte == ']') && depth)
            depth--;
        if (depth > JSON_TREE_DEPTH_MAX)
            return fail_at(tree, start, i, "remove some of the brackets",
                           "objects and lists stand more than 32 deep in each other");
    }
    return true;
}

static bool explain(struct json_tree *tree, const struct json_place *start, int result,
                    const jsmn_parser *parser, const jsmntok_t *tokens)
{
    if (result == JSMN_ERROR_PART && parser->pos < tree->size)
        return fail_at(tree, start, parser->pos, "close it with a double quote in the same line",
                       "this is not JSON: the text that begins here does not end");
    for (unsigned i = parser->toknext; result == JSMN_ERROR_PART && i-- > 0;)
        if (tokens[i].end == -1)
            return fail_at(tree, start, (size_t)tokens[i].start, "close it",
                           "this is not JSON: the bracket that is opened here is not closed");
    return fail_at(tree, start, parser->pos,
                   "look at this place and just before it: commas, colons, quotes, brackets",
                   arena_print(tree->arena, "this is not JSON: %s does not belong here",
                               shown(tree, parser->pos)));
}

static bool walk_all(struct json_tree *tree, const struct json_place *start,
                     const jsmntok_t *tokens, size_t count)
{
    struct walk walk = {.tree = tree, .tokens = tokens, .count = count, .place = *start};
    struct json_node *root = arena_take(tree->arena, sizeof *root);
    if (!read_value(&walk, root))
        return false;
    skip_blanks(&walk);
    if (walk.place.offset != tree->size)
        return fail_here(&walk, "the end");
    tree->root = root;
    return true;
}

bool json_tree_read(struct json_tree *tree, struct arena *arena, const char *source, size_t size)
{
    const struct json_place start = {0, 1, 1};
    *tree = (struct json_tree){.arena = arena, .source = source, .size = size};
    if (size > JSON_TREE_SIZE_MAX)
        return fail_at(tree, &start, 0, "make it smaller", "the text has more than 1 MB");
    if (size >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0)
        return fail_at(tree, &start, 0, "save the file as UTF-8 without BOM",
                       "the file begins with a byte order mark");
    if (!is_shallow(tree, &start))
        return false;
    size_t room = size / 2 + 2; /* no token is shorter than a byte and a comma */
    jsmntok_t *tokens = arena_take_many(arena, room, sizeof *tokens);
    jsmn_parser parser;
    jsmn_init(&parser);
    int count = jsmn_parse(&parser, source, size, tokens, (unsigned)room);
    if (count < 0)
        return explain(tree, &start, count, &parser, tokens);
    return walk_all(tree, &start, tokens, (size_t)count);
}
