/* dashboard_rules.c - objects by rules, and the values that many keys have.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "json_string.h"
#include "nearest.h"
#include <math.h>
#include <string.h>

#define KEYS_MAX 40u

/* --- objects --- */

static const struct rule *find_rule(const struct rule *rules, const char *name)
{
    for (; rules && rules->name; rules++)
        if (strcmp(rules->name, name) == 0)
            return rules;
    return NULL;
}

static void list_rules(const struct rule *rules, const char **names, size_t *count)
{
    for (; rules && rules->name && *count < KEYS_MAX; rules++)
        names[(*count)++] = rules->name;
}

static bool wrong_unknown(struct reader *reader, const struct json_node *node, const char *what,
                          const struct rule *rules, const struct rule *more)
{
    const char *names[KEYS_MAX + 1] = {0};
    size_t count = 0;
    list_rules(rules, names, &count);
    list_rules(more, names, &count);
    const char *nearest = nearest_word(node->key, names);
    const char *remedy =
        arena_print(reader->arena, "remove it; known here: %s", list_words(reader->arena, names));
    if (nearest)
        return wrong_key(reader, node, remedy, "%s has no key '%.40s'; did you mean '%s'?", what,
                         node->key, nearest);
    return wrong_key(reader, node, remedy, "%s has no key '%.40s'", what, node->key);
}

static bool check_required(struct reader *reader, const struct json_node *node, const char *what,
                           const struct rule *rules)
{
    bool good = true;
    for (; rules && rules->name; rules++)
        if (rules->is_required && !json_find(node, rules->name))
            good = wrong(reader, node, arena_print(reader->arena, "add \"%s\"", rules->name),
                         "%s needs the key '%s'", what, rules->name);
    return good;
}

static bool take_entry(struct reader *reader, const struct json_node *node, const char *what,
                       const struct rule *rules, const struct rule *more, void *into)
{
    const struct rule *rule = find_rule(rules, node->key);
    if (!rule)
        rule = find_rule(more, node->key);
    if (!rule)
        return wrong_unknown(reader, node, what, rules, more);
    if (json_find(node->parent, node->key) != node || !rule->take)
        return true; /* one that stands twice has been said */
    return rule->take(reader, node, rule, (char *)into + rule->offset);
}

bool take_object(struct reader *reader, const struct json_node *node, const char *what,
                 const struct rule *rules, const struct rule *more, void *into)
{
    if (node->type != JSON_OBJECT)
        return wrong(reader, node, "write {...}", "%s must be an object, not %s", what,
                     json_type_words(node));
    bool good = check_required(reader, node, what, rules);
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        good &= take_entry(reader, entry, what, rules, more, into);
    return good;
}

bool check_list(struct reader *reader, const struct json_node *node, size_t least, size_t most)
{
    if (node->type != JSON_LIST)
        return wrong(reader, node, "write [...]", "a list is expected, not %s",
                     json_type_words(node));
    if (node->count < least)
        return wrong(reader, node, "add one", "the list has no entry");
    if (node->count > most)
        return wrong(reader, node, "remove some", "the list has %zu entries, at most %zu are taken",
                     node->count, most);
    return true;
}

/* --- words --- */

int find_word(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

int take_word(struct reader *reader, const struct json_node *node, const char *what,
              const char *const *words)
{
    if (!check_text(reader, node))
        return -1;
    int index = find_word(node->text, words);
    if (index < 0)
        wrong_word(reader, node, what, node->text, words);
    return index;
}

bool take_icon(struct reader *reader, const struct json_node *node, const struct rule *rule,
               void *into)
{
    (void)rule;
    *(const char **)into = node->text;
    return take_word(reader, node, "icon", dashboard_icon_names) >= 0;
}

/* --- texts --- */

static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

bool check_text(struct reader *reader, const struct json_node *node)
{
    if (node->type != JSON_STRING)
        return wrong(reader, node, "write it in double quotes", "a text is expected, not %s",
                     json_type_words(node));
    if (node->size == 0)
        return wrong(reader, node, "remove the key, or write something", "the text is empty");
    if (node->size > TEXT_MAX)
        return wrong(reader, node, "shorten it", "the text has %zu bytes, at most %u are taken",
                     node->size, TEXT_MAX);
    uint32_t character;
    for (size_t at = 0; at < node->size;
         at += utf8_read(node->text + at, node->size - at, &character))
        if (utf8_read(node->text + at, node->size - at, &character) && is_control(character))
            return wrong_in(reader, node, at, "remove it; lines are elements of their own",
                            "the text has a control character");
    return true;
}

bool take_plain(struct reader *reader, const struct json_node *node, const struct rule *rule,
                void *into)
{
    (void)rule;
    if (!check_text(reader, node))
        return false;
    *(const char **)into = node->text;
    return true;
}

bool take_text(struct reader *reader, const struct json_node *node, const struct rule *rule,
               void *into)
{
    (void)rule;
    return check_text(reader, node) && compile_text(reader, node, into);
}

bool take_plain_text(struct reader *reader, const struct json_node *node, const struct rule *rule,
                     void *into)
{
    struct dashboard_text *text = into;
    if (!take_text(reader, node, rule, into))
        return false;
    return text->is_plain ||
           wrong(reader, node, "write it without ${...}",
                 "this text is not computed: it stands before any value is known");
}

/* --- numbers and truths --- */

bool take_bool(struct reader *reader, const struct json_node *node, const struct rule *rule,
               void *into)
{
    (void)rule;
    *(bool *)into = node->type == JSON_TRUE;
    return node->type == JSON_TRUE || node->type == JSON_FALSE ||
           wrong(reader, node, "write one of them, without quotes",
                 "true or false is expected, not %s", json_type_words(node));
}

bool take_unsigned(struct reader *reader, const struct json_node *node, const struct rule *rule,
                   void *into)
{
    double number = node->number;
    if (node->type != JSON_NUMBER || number < rule->min || number > rule->max ||
        number != floor(number))
        return wrong(reader, node, "write such a number",
                     "'%s' takes a whole number from %.0f to %.0f", rule->name, rule->min,
                     rule->max);
    *(unsigned *)into = (unsigned)number;
    return true;
}

bool take_double(struct reader *reader, const struct json_node *node, const struct rule *rule,
                 void *into)
{
    if (node->type != JSON_NUMBER)
        return wrong(reader, node, "write a number, without quotes", "'%s' takes a number, not %s",
                     rule->name, json_type_words(node));
    *(double *)into = node->number;
    return true;
}

/* --- what any element may have --- */

static const char *const style_words[] = {"wide", "large", "center", "quiet", "accent",
                                          "good", "warn",  "bad",    NULL};

static bool check_styles(struct reader *reader, const struct json_node *node)
{
    const char *word = node->text;
    while (*(word += strspn(word, " "))) {
        size_t size = strcspn(word, " ");
        const char *one = arena_copy(reader->arena, word, size);
        if (find_word(one, style_words) < 0)
            return wrong_word(reader, node, "style", one, style_words);
        word += size;
    }
    return true;
}

bool take_style(struct reader *reader, const struct json_node *node, const struct rule *rule,
                void *into)
{
    struct dashboard_text *text = into;
    return take_text(reader, node, rule, into) && (!text->is_plain || check_styles(reader, node));
}

bool take_disabled(struct reader *reader, const struct json_node *node, const struct rule *rule,
                   void *into)
{
    (void)rule;
    const char **code = into;
    if (node->type == JSON_TRUE)
        *code = "1";
    if (node->type == JSON_TRUE || node->type == JSON_FALSE)
        return true;
    if (node->type == JSON_STRING)
        return check_text(reader, node) && compile_value(reader, node, EXPRESSION_ANY, code);
    return wrong(reader, node, "write true, or an expression in quotes like \"${leds.state}\"",
                 "'disabled' takes true, false or an expression, not %s", json_type_words(node));
}
