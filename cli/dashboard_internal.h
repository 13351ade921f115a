/* dashboard_internal.h - what the readers of a description share.
 *
 * A description is read top down by rules: one row per key, which says who reads its value and
 * where to it goes. What goes wrong is noted and reading goes on, so that all mistakes are told at
 * once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DASHBOARD_INTERNAL_H
#define FLOTA_CLI_DASHBOARD_INTERNAL_H

#include "arena.h"
#include "dashboard.h"
#include "expression.h"
#include "json_tree.h"

#define TEXT_MAX 1000u

struct reader {
    struct dashboard *dashboard;
    struct arena *arena;
    struct json_tree tree;
    const char *folder; /* of images, or NULL */

    struct dashboard_endpoint *endpoints;
    bool api_is_broken; /* as a whole */
    bool *broken;       /* has mistakes: what refers to it is not judged */
    size_t endpoint_count;
    const struct dashboard_endpoint *row; /* that a container around repeats */
    bool row_is_broken;                   /* repeat itself was wrong */
    unsigned containers;                  /* around */
    unsigned helpers;                     /* enum expression_helpers */
};

/* --- mistakes: dashboard_mistakes.c. All return false --- */

bool wrong(struct reader *reader, const struct json_node *node, const char *remedy,
           const char *format, ...) __attribute__((format(printf, 4, 5)));
/* At a key, not at its value. */
bool wrong_key(struct reader *reader, const struct json_node *node, const char *remedy,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Inside a text. */
bool wrong_in(struct reader *reader, const struct json_node *node, size_t byte, const char *remedy,
              const char *message);
bool wrong_syntax(struct reader *reader);
/* "there is no icon 'bord'; did you mean 'board'?" words ends with NULL. */
bool wrong_word(struct reader *reader, const struct json_node *node, const char *what,
                const char *word, const char *const *words);
/* "'leds' has no attribute 'stat'; did you mean 'state'?" */
bool wrong_member(struct reader *reader, const struct json_node *node, const char *owner,
                  const char *what, const char *word, const char *const *words);
/* "a, b, c" of a list that ends with NULL. */
const char *list_words(struct arena *arena, const char *const *words);
void sort_mistakes(struct dashboard *dashboard);

/* --- rules: dashboard_rules.c --- */

struct rule {
    const char *name; /* NULL: the last one */
    bool is_required;
    /* Reads a value into the structure. NULL: read by whoever reads the object. */
    bool (*take)(struct reader *reader, const struct json_node *node, const struct rule *rule,
                 void *into);
    size_t offset; /* of the member in the structure; `into` is the member */
    double min, max;
};

/* An object's keys by rules, and more rules (may be NULL). what: "a toggle". Goes on after
 * mistakes. */
bool take_object(struct reader *reader, const struct json_node *node, const char *what,
                 const struct rule *rules, const struct rule *more, void *into);
/* A list of at least `least` and at most `most`; else false, said. */
bool check_list(struct reader *reader, const struct json_node *node, size_t least, size_t most);
bool check_text(struct reader *reader, const struct json_node *node); /* a text without controls */
int find_word(const char *word, const char *const *words);            /* index or -1 */
/* A member that is one of some words; -1 and said when not. */
int take_word(struct reader *reader, const struct json_node *node, const char *what,
              const char *const *words);

/* Takers; `into`: */
bool take_plain(struct reader *, const struct json_node *, const struct rule *,
                void *into); /* const char * */
bool take_text(struct reader *, const struct json_node *, const struct rule *,
               void *into); /* struct dashboard_text */
bool take_plain_text(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_bool(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_unsigned(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_double(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_icon(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_style(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_disabled(struct reader *, const struct json_node *, const struct rule *, void *into);

/* --- names: dashboard_names.c --- */

bool check_name(struct reader *reader, const struct json_node *node, bool is_endpoint);

/* --- endpoints: dashboard_api.c, dashboard_attribute.c, dashboard_config.c --- */

void take_api(struct reader *reader, const struct json_node *node);
void take_attributes(struct reader *reader, const struct json_node *node,
                     struct dashboard_endpoint *endpoint);
/* A value of an attribute, within its limits. */
bool take_value(struct reader *reader, const struct json_node *node,
                const struct dashboard_attribute *attribute, struct dashboard_value *value);
void check_config(struct reader *reader, const struct json_node *node,
                  const struct dashboard_endpoint *endpoint);
/* The endpoint of a name: broken ones too. NULL: none, and said. */
const struct dashboard_endpoint *find_endpoint(struct reader *reader, const struct json_node *node,
                                               const char *name, bool *is_broken);
const struct dashboard_attribute *find_attribute(const struct dashboard_endpoint *endpoint,
                                                 const char *name);

/* --- the page: dashboard_page.c, dashboard_element.c, dashboard_reference.c,
 * dashboard_inputs.c, dashboard_views.c, dashboard_parameter.c, dashboard_image.c --- */

void take_pages(struct reader *reader, const struct json_node *node);
void take_toolbar(struct reader *reader, const struct json_node *node);
void take_elements(struct reader *reader, const struct json_node *node,
                   const struct dashboard_element **elements, size_t *count);
bool take_image(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_reference(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_parameters(struct reader *reader, const struct json_node *node,
                     struct dashboard_element *element);

/* The endpoint that a key names, of a type; NULL: said, or broken. */
const struct dashboard_endpoint *named_endpoint(struct reader *reader, const struct json_node *node,
                                                enum dashboard_endpoint_type type);

/* Of an element's attribute: dashboard_inputs.c. */
bool is_number_type(const struct dashboard_attribute *attribute);
const char *type_phrase(const struct dashboard_attribute *attribute); /* "an int" */
bool want_type(struct reader *reader, const struct json_node *node, bool is_good,
               const struct dashboard_element *element, const char *wanted);
bool take_limits(struct reader *reader, const struct json_node *node,
                 struct dashboard_element *element, bool writes);

/* What an element's keys must fit together to; by type. */
typedef void check_element(struct reader *reader, const struct json_node *node,
                           struct dashboard_element *element);
check_element check_toggle, check_input, check_slider, check_dropdown, check_button, check_ota,
    check_file, check_graph, check_gauge, check_progress, check_container, check_password;

/* A text of the description, with its expressions. */
bool compile_text(struct reader *reader, const struct json_node *node, struct dashboard_text *text);
/* A text that is one expression of these types. */
bool compile_value(struct reader *reader, const struct json_node *node, unsigned types,
                   const char **code);

/* --- the rest: dashboard_access.c, dashboard_top.c --- */

bool take_access(struct reader *, const struct json_node *, const struct rule *, void *into);
bool take_top(struct reader *reader, const struct json_node *node);

#endif
