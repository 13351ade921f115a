/* dashboard_element.c - elements: the keys of each type.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <string.h>

#define AT(member) offsetof(struct dashboard_element, member)
#define NEEDS(key, take, into)                                                                     \
    {                                                                                              \
        key, true, take, into, 0, 0                                                                \
    }
#define MAY(key, take, into)                                                                       \
    {                                                                                              \
        key, false, take, into, 0, 0                                                               \
    }
#define LATER(key)                                                                                 \
    {                                                                                              \
        key, false, NULL, 0, 0, 0                                                                  \
    }
#define TITLE    MAY("title", take_text, AT(title))
#define TEXT     MAY("text", take_text, AT(text))
#define VALUE    NEEDS("value", take_reference, AT(value))
#define AUTOSAVE MAY("autosave", take_bool, AT(autosave))
#define UNIT     MAY("unit", take_text, AT(unit))
#define LIMITS   MAY("min", take_double, AT(min)), MAY("max", take_double, AT(max))
#define STEP     MAY("step", take_double, AT(step))

#define CONTAINERS_MAX 4u
#define ELEMENTS_MAX   64u

/* --- values of keys --- */

static bool take_kind(struct reader *reader, const struct json_node *node, const struct rule *rule,
                      void *into)
{
    static const char *const words[] = {"text", "number", "password", "multiline", NULL};
    int index = take_word(reader, node, "kind of input", words);
    (void)rule;
    if (index >= 0)
        *(enum dashboard_kind *)into = (enum dashboard_kind)index;
    return index >= 0;
}

/* The browser compiles it; what is plainly open is told here. */
static bool take_pattern(struct reader *reader, const struct json_node *node,
                         const struct rule *rule, void *into)
{
    bool in_class = false;
    int depth = 0;
    if (!take_plain(reader, node, rule, into))
        return false;
    for (const char *letter = node->text; *letter && depth >= 0; letter++) {
        if (*letter == '\\' && !*++letter)
            return wrong(reader, node, "write \\\\\\\\ for a backslash",
                         "the pattern ends with a backslash");
        else if (in_class)
            in_class = *letter != ']';
        else if (*letter == '[')
            in_class = true;
        else
            depth += (*letter == '(') - (*letter == ')');
    }
    return (!in_class && depth == 0) ||
           wrong(reader, node, "close each ( and [; \\\\( stands for the letter",
                 "the brackets of the pattern do not match");
}

static bool take_accept(struct reader *reader, const struct json_node *node,
                        const struct rule *rule, void *into)
{
    if (!take_plain(reader, node, rule, into))
        return false;
    const char *text = node->text;
    size_t size = 0;
    while (*text == '.' && (size = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz"
                                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))) {
        text += 1 + size;
        if (!*text)
            return true;
        text += *text == ',';
    }
    return wrong(reader, node, "write endings with commas between, like \".txt,.csv\"",
                 "'%.40s' is no list of file endings", node->text);
}

/* --- the types --- */

static const struct rule common_rules[] = {NEEDS("type", NULL, 0),
                                           MAY("tooltip", take_text, AT(tooltip)),
                                           MAY("disabled", take_disabled, AT(disabled)),
                                           MAY("style", take_style, AT(style)),
                                           {"level", false, take_unsigned, AT(level), 0, 9},
                                           {0}};
static const struct rule text_rules[] = {NEEDS("text", take_text, AT(text)), {0}};
static const struct rule container_rules[] = {
    NEEDS("elements", NULL, 0), TITLE, LATER("repeat"), {0}};
static const struct rule toggle_rules[] = {VALUE, TITLE, TEXT, AUTOSAVE, {0}};
static const struct rule input_rules[] = {VALUE,
                                          TITLE,
                                          MAY("kind", take_kind, AT(kind)),
                                          LIMITS,
                                          STEP,
                                          MAY("pattern", take_pattern, AT(pattern)),
                                          MAY("message", take_text, AT(message)),
                                          MAY("placeholder", take_text, AT(placeholder)),
                                          UNIT,
                                          AUTOSAVE,
                                          {0}};
static const struct rule slider_rules[] = {VALUE, TITLE, LIMITS, STEP, UNIT, TEXT, AUTOSAVE, {0}};
static const struct rule dropdown_rules[] = {VALUE, TITLE, LATER("options"), AUTOSAVE, {0}};
static const struct rule title_rules[] = {TITLE, {0}};
static const struct rule button_rules[] = {NEEDS("action", NULL, 0),
                                           TITLE,
                                           LATER("values"),
                                           MAY("confirm", take_text, AT(confirm)),
                                           MAY("icon", take_icon, AT(icon)),
                                           {0}};
static const struct rule ota_rules[] = {NEEDS("endpoint", NULL, 0), {0}};
static const struct rule file_rules[] = {
    NEEDS("endpoint", NULL, 0), TITLE, MAY("accept", take_accept, AT(accept)), {0}};
static const struct rule graph_rules[] = {NEEDS("values", NULL, 0),
                                          TITLE,
                                          LATER("labels"),
                                          {"points", false, take_unsigned, AT(points), 2, 600},
                                          LIMITS,
                                          UNIT,
                                          {0}};
static const struct rule gauge_rules[] = {
    VALUE,          LIMITS, TITLE, UNIT, {"ticks", false, take_unsigned, AT(ticks), 2, 20},
    LATER("zones"), {0}};
static const struct rule progress_rules[] = {
    VALUE, TITLE, MAY("max", take_double, AT(max)), TEXT, {0}};
static const struct rule icon_rules[] = {NEEDS("icon", take_icon, AT(icon)), TEXT, {0}};
static const struct rule image_rules[] = {
    NEEDS("src", take_image, AT(image)), MAY("alt", take_text, AT(alt)), {0}};

struct element_type {
    const char *what;
    const struct rule *rules;
    check_element *check;
};

static const struct element_type types[] = {{"a text element", text_rules, NULL},
                                            {"a container", container_rules, check_container},
                                            {"a toggle", toggle_rules, check_toggle},
                                            {"an input", input_rules, check_input},
                                            {"a slider", slider_rules, check_slider},
                                            {"a dropdown", dropdown_rules, check_dropdown},
                                            {"a save element", title_rules, NULL},
                                            {"a login element", title_rules, NULL},
                                            {"a logout element", title_rules, NULL},
                                            {"a password element", title_rules, check_password},
                                            {"a button", button_rules, check_button},
                                            {"an ota element", ota_rules, check_ota},
                                            {"a file element", file_rules, check_file},
                                            {"a graph", graph_rules, check_graph},
                                            {"a gauge", gauge_rules, check_gauge},
                                            {"a progress element", progress_rules, check_progress},
                                            {"an icon", icon_rules, NULL},
                                            {"an image", image_rules, NULL}};

static const char *const element_words[] = {"text",     "container", "toggle", "input",  "slider",
                                            "dropdown", "save",      "login",  "logout", "password",
                                            "button",   "ota",       "file",   "graph",  "gauge",
                                            "progress", "icon",      "image",  NULL};

const char *dashboard_element_word(enum dashboard_element_type type)
{
    return element_words[type];
}

const char *dashboard_kind_word(enum dashboard_kind kind)
{
    static const char *const words[] = {"text", "number", "password", "multiline"};
    return words[kind];
}

/* --- elements --- */

static void set_defaults(struct dashboard_element *element)
{
    element->autosave = element->type == DASHBOARD_TOGGLE || element->type == DASHBOARD_SLIDER ||
                        element->type == DASHBOARD_DROPDOWN;
    element->points = element->type == DASHBOARD_GRAPH ? 120 : 0;
}

static bool wrong_type(struct reader *reader, const struct json_node *node)
{
    const char *remedy = arena_print(reader->arena, "add \"type\", one of: %s",
                                     list_words(reader->arena, element_words));
    return wrong(reader, node, remedy, "an element needs the key 'type'");
}

static void take_element(struct reader *reader, const struct json_node *node,
                         struct dashboard_element *element)
{
    const struct json_node *type = json_find(node, "type");
    element->line = node->place.line;
    element->column = node->place.column;
    element->path = json_path(reader->arena, node);
    if (node->type != JSON_OBJECT) {
        wrong(reader, node, "write {\"type\": \"text\", \"text\": \"...\"}",
              "an element must be an object, not %s", json_type_words(node));
        return;
    }
    if (!type) {
        wrong_type(reader, node);
        return;
    }
    int index = take_word(reader, type, "type of element", element_words);
    if (index < 0)
        return;
    element->type = (enum dashboard_element_type)index;
    set_defaults(element);
    bool is_repeat =
        element->type == DASHBOARD_CONTAINER; /* its own texts are outside of the rows */
    bool good =
        take_object(reader, node, types[index].what, types[index].rules, common_rules, element);
    if (types[index].check && (good || is_repeat))
        types[index].check(reader, node, element);
}

void take_elements(struct reader *reader, const struct json_node *node,
                   const struct dashboard_element **elements, size_t *count)
{
    if (!check_list(reader, node, 0, ELEMENTS_MAX))
        return;
    struct dashboard_element *all = arena_take_many(reader->arena, node->count, sizeof *all);
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        take_element(reader, entry, &all[entry->index]);
    *elements = all;
    *count = node->count;
}

/* --- containers --- */

/* Returns the endpoint to repeat; NULL and *is_broken when that can't be told. */
static const struct dashboard_endpoint *find_repeated(struct reader *reader,
                                                      const struct json_node *node, bool *is_broken)
{
    *is_broken = true;
    if (!check_text(reader, node))
        return NULL;
    bool endpoint_is_broken;
    const struct dashboard_endpoint *endpoint =
        find_endpoint(reader, node, node->text, &endpoint_is_broken);
    if (!endpoint || endpoint_is_broken)
        return NULL;
    if (endpoint->type != DASHBOARD_ARRAY && endpoint->type != DASHBOARD_EVENTS) {
        wrong(reader, node, "name an array or an events endpoint",
              "'%s' is of type %s and has no rows", endpoint->name,
              dashboard_endpoint_word(endpoint->type));
        return NULL;
    }
    *is_broken = false;
    return endpoint;
}

static void take_rows(struct reader *reader, const struct json_node *repeat,
                      struct dashboard_element *element)
{
    if (reader->row || reader->row_is_broken) {
        wrong_key(reader, repeat, "repeat one of the two containers",
                  "a container is repeated inside a repeated one");
        return;
    }
    element->endpoint = find_repeated(reader, repeat, &reader->row_is_broken);
    reader->row = element->endpoint;
}

void check_container(struct reader *reader, const struct json_node *node,
                     struct dashboard_element *element)
{
    const struct dashboard_endpoint *row = reader->row;
    bool row_is_broken = reader->row_is_broken;
    const struct json_node *repeat = json_find(node, "repeat");
    const struct json_node *elements = json_find(node, "elements");
    if (!elements)
        return;
    if (++reader->containers > CONTAINERS_MAX) {
        wrong(reader, node, "take one away", "containers stand more than %u deep in each other",
              CONTAINERS_MAX);
    } else {
        if (repeat)
            take_rows(reader, repeat, element);
        take_elements(reader, elements, &element->elements, &element->element_count);
    }
    reader->containers--;
    reader->row = row;
    reader->row_is_broken = row_is_broken;
}
