/* dashboard_mistakes.c - what is wrong with a description, in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "nearest.h"
#include <string.h>

static bool note(struct reader *reader, const struct json_place *place,
                 const struct json_node *node, const char *message, const char *remedy)
{
    struct dashboard *dashboard = reader->dashboard;
    if (dashboard->mistake_count == DASHBOARD_MISTAKES_MAX) {
        dashboard->more_mistakes = true;
        return false;
    }
    dashboard->mistakes[dashboard->mistake_count++] =
        (struct dashboard_mistake){.line = place->line,
                                   .column = place->column,
                                   .offset = place->offset,
                                   .path = json_path(reader->arena, node),
                                   .message = message,
                                   .remedy = remedy};
    return false;
}

bool wrong(struct reader *reader, const struct json_node *node, const char *remedy,
           const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const char *message = arena_print_list(reader->arena, format, values);
    va_end(values);
    return note(reader, &node->place, node, message, remedy);
}

bool wrong_key(struct reader *reader, const struct json_node *node, const char *remedy,
               const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const char *message = arena_print_list(reader->arena, format, values);
    va_end(values);
    return note(reader, node->key ? &node->key_place : &node->place, node, message, remedy);
}

bool wrong_in(struct reader *reader, const struct json_node *node, size_t byte, const char *remedy,
              const char *message)
{
    struct json_place place = json_place_in(&reader->tree, node, byte);
    return note(reader, &place, node, message, remedy);
}

bool wrong_syntax(struct reader *reader)
{
    const struct json_tree *tree = &reader->tree;
    return note(reader, &tree->place, NULL, tree->message, tree->remedy);
}

const char *list_words(struct arena *arena, const char *const *words)
{
    const char *list = "";
    for (size_t i = 0; words[i]; i++)
        list = arena_print(arena, "%s%s%s", list, i ? ", " : "", words[i]);
    return list;
}

bool wrong_word(struct reader *reader, const struct json_node *node, const char *what,
                const char *word, const char *const *words)
{
    const char *nearest = nearest_word(word, words);
    const char *remedy =
        words[0] ? arena_print(reader->arena, "write one of: %s", list_words(reader->arena, words))
                 : "remove it";
    if (nearest)
        return wrong(reader, node, remedy, "there is no %s '%.40s'; did you mean '%s'?", what, word,
                     nearest);
    return wrong(reader, node, remedy, "there is no %s '%.40s'", what, word);
}

bool wrong_member(struct reader *reader, const struct json_node *node, const char *owner,
                  const char *what, const char *word, const char *const *words)
{
    const char *nearest = nearest_word(word, words);
    const char *remedy =
        words[0] ? arena_print(reader->arena, "write one of: %s", list_words(reader->arena, words))
                 : "remove it";
    if (nearest)
        return wrong(reader, node, remedy, "'%s' has no %s '%.40s'; did you mean '%s'?", owner,
                     what, word, nearest);
    return wrong(reader, node, remedy, "'%s' has no %s '%.40s'", owner, what, word);
}

/* By place; of one place the first one found first. Insertion: there are few. */
void sort_mistakes(struct dashboard *dashboard)
{
    struct dashboard_mistake *mistakes = dashboard->mistakes;
    for (size_t i = 1; i < dashboard->mistake_count; i++) {
        struct dashboard_mistake mistake = mistakes[i];
        size_t at = i;
        for (; at && mistakes[at - 1].offset > mistake.offset; at--)
            mistakes[at] = mistakes[at - 1];
        mistakes[at] = mistake;
    }
}

void dashboard_print_mistakes(const struct dashboard *dashboard, FILE *file, const char *command,
                              const char *path)
{
    for (size_t i = 0; i < dashboard->mistake_count; i++) {
        const struct dashboard_mistake *mistake = &dashboard->mistakes[i];
        const char *end = strrchr(mistake->message, '?');
        fprintf(file, "%s: %s:%u:%u: %s%s\nTo do: %s.\n", command, path, mistake->line,
                mistake->column, mistake->message, end && !end[1] ? "" : ".", mistake->remedy);
    }
    if (dashboard->more_mistakes)
        fprintf(file, "%s: %s: there are more mistakes than these %u.\nTo do: begin with them.\n",
                command, path, DASHBOARD_MISTAKES_MAX);
}
