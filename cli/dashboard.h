/* dashboard.h - dashboard.json, read and checked: docs/dashboard.md says what it may hold.
 *
 * All of it is resolved here: defaults are filled in, names are pointers, expressions are
 * JavaScript. Who writes glue, page or schema from it has nothing left to check. A description with
 * mistakes gives all of them (up to DASHBOARD_MISTAKES_MAX), each with its place and what to do.
 *
 *     struct dashboard dashboard;
 *     if (!dashboard_read_file(&dashboard, "dashboard.json"))
 *         dashboard_print_mistakes(&dashboard, stderr, "flota generate", "dashboard.json");
 *     dashboard_free(&dashboard);
 *
 * Allocation: one arena, which dashboard_free() gives back. All pointers hold until then.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DASHBOARD_H
#define FLOTA_CLI_DASHBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DASHBOARD_SIZE_MAX       (1024u * 1024u)
#define DASHBOARD_DEPTH_MAX      32u
#define DASHBOARD_MISTAKES_MAX   50u
#define DASHBOARD_ENDPOINTS_MAX  32u
#define DASHBOARD_ATTRIBUTES_MAX 32u
#define DASHBOARD_STRUCT_MAX     256u   /* bytes of an endpoint's struct */
#define DASHBOARD_NAME_MAX       31u    /* bytes of a name of C */
#define DASHBOARD_IMAGE_MAX      16384u /* bytes of an image that goes into the page */

/* --- mistakes --- */

struct dashboard_mistake {
    unsigned line, column; /* from 1; columns count characters */
    size_t offset;         /* in the text, bytes */
    const char *path;      /* "pages/0/panels/1/elements/0/value"; "": the whole */
    const char *message;   /* "there is no endpoint 'ledz'; did you mean 'leds'?" */
    const char *remedy;    /* "write ...", without a dot at the end */
};

/* --- texts --- */

/* A text that may hold ${...}. Absent: source is NULL, and code too. */
struct dashboard_text {
    const char *source; /* as it was written */
    const char *code;   /* JavaScript: "text" in quotes, or v=>... when it has expressions */
    bool is_plain;      /* no expressions: source is what is shown */
};

/* --- endpoints --- */

enum dashboard_type { DASHBOARD_BOOL, DASHBOARD_INT, DASHBOARD_DOUBLE, DASHBOARD_STRING };

struct dashboard_value {
    enum dashboard_type type;
    bool truth;       /* of a bool */
    double number;    /* of int and double */
    const char *text; /* of a string */
    const char *code; /* JavaScript and JSON alike */
};

struct dashboard_attribute {
    const char *name;
    enum dashboard_type type;
    unsigned offset, size; /* bytes in the C struct, as C lays it out; a string's with its zero */
    bool read_only, secret;
    bool has_min, has_max;
    double min, max; /* absent: INT32_MIN and INT32_MAX, or of a double -DBL_MAX and DBL_MAX */
    struct dashboard_value initial; /* absent: false, 0, ""; else within min, max and options */
    const struct dashboard_value *options; /* NULL: none */
    size_t option_count;
    unsigned history_points, history_seconds; /* 0: none */
    unsigned line, column;
};

enum dashboard_endpoint_type {
    DASHBOARD_DATA,
    DASHBOARD_ARRAY,
    DASHBOARD_ACTION,
    DASHBOARD_OTA,
    DASHBOARD_FILE,
    DASHBOARD_EVENTS,
    DASHBOARD_CUSTOM,
    DASHBOARD_LOCAL
};

struct dashboard_endpoint {
    const char *name;
    enum dashboard_endpoint_type type;
    unsigned read_level, write_level;
    const struct dashboard_attribute *attributes;
    size_t attribute_count;
    unsigned size;      /* bytes of the struct; an action's begins with bool pressed */
    unsigned rows;      /* array: at most; events: how many the device keeps, 0 to 32; else 1 */
    const char *config; /* data: section of the configuration, or NULL */
    bool hold;          /* action: runs while pressed */
    bool restarts;      /* action: "does": "restart" */
    uint32_t size_max;  /* file: bytes */
    bool can_upload, can_delete; /* file */
    unsigned line, column;
};

/* --- the page --- */

enum dashboard_element_type {
    DASHBOARD_TEXT_ELEMENT,
    DASHBOARD_CONTAINER,
    DASHBOARD_TOGGLE,
    DASHBOARD_INPUT,
    DASHBOARD_SLIDER,
    DASHBOARD_DROPDOWN,
    DASHBOARD_SAVE,
    DASHBOARD_LOGIN,
    DASHBOARD_LOGOUT,
    DASHBOARD_PASSWORD,
    DASHBOARD_BUTTON,
    DASHBOARD_OTA_ELEMENT,
    DASHBOARD_FILE_ELEMENT,
    DASHBOARD_GRAPH,
    DASHBOARD_GAUGE,
    DASHBOARD_PROGRESS,
    DASHBOARD_ICON,
    DASHBOARD_IMAGE,
    DASHBOARD_ELEMENT_TYPES
};

enum dashboard_kind {
    DASHBOARD_KIND_TEXT,
    DASHBOARD_KIND_NUMBER,
    DASHBOARD_KIND_PASSWORD,
    DASHBOARD_KIND_MULTILINE
};

/* "leds.state", or "row.name" inside a repeated container. */
struct dashboard_reference {
    const struct dashboard_endpoint *endpoint; /* NULL: absent. Of a row: the repeated one */
    const struct dashboard_attribute *attribute;
    bool is_row; /* the page says v.row, not v.NAME */
};

struct dashboard_option {
    struct dashboard_value value; /* of the attribute's type */
    struct dashboard_text label;  /* absent: the value itself */
};

struct dashboard_zone {
    double to;
    const char *style; /* "good", "warn", "bad", "accent", "quiet" */
};

/* A parameter that a button gives. */
struct dashboard_parameter {
    const struct dashboard_attribute *attribute;
    struct dashboard_value value; /* without an expression */
    const char *code;             /* JavaScript: the value, or v=>... of the attribute's type */
    bool is_plain;
};

struct dashboard_image {
    const char *src; /* as written; NULL: absent */
    const char
        *path; /* the file to put into the page; NULL: src is a path of the device, /api/... */
    const char *mime_type; /* "image/png" */
    size_t size;           /* bytes of the file; 0: dashboard_read() had no folder */
};

/* An element. What its type does not have is absent: NULL, 0, false, or source NULL.
 * What it takes from its attribute is filled in: kind, min, max, options; autosave by its type. */
struct dashboard_element {
    enum dashboard_element_type type;
    unsigned line, column;
    const char *path; /* "pages/0/panels/1/elements/0" */

    /* any */
    struct dashboard_text title, text, tooltip;
    struct dashboard_text style; /* words, or code that gives them */
    const char *disabled;        /* JavaScript: "1", or v=>... that gives a truth; NULL: never */
    unsigned level;              /* seen from this level on */

    /* what it is about */
    struct dashboard_reference value; /* toggle input slider dropdown gauge progress */
    const struct dashboard_endpoint
        *endpoint; /* button (action), ota, file, container (repeat); of value: the same as there */
    bool autosave; /* toggle slider dropdown input; false for all when nothing can be written */

    /* container */
    const struct dashboard_element *elements;
    size_t element_count;

    /* numbers: input slider graph gauge progress */
    bool has_min, has_max, has_step;
    double min, max, step;
    struct dashboard_text unit;

    /* input */
    enum dashboard_kind kind;
    const char *pattern; /* a regular expression of the browser, anchored by it */
    struct dashboard_text message, placeholder;

    /* dropdown */
    const struct dashboard_option *options;
    size_t option_count;

    /* button */
    const struct dashboard_parameter *parameters; /* "values" */
    size_t parameter_count;
    struct dashboard_text confirm;

    /* button, icon */
    const char *icon; /* NULL: none */

    /* file */
    const char *accept;

    /* graph: 1 to 4 */
    const struct dashboard_reference *values;
    const struct dashboard_text *labels; /* as many as values; NULL: none */
    size_t value_count;
    unsigned points;

    /* gauge */
    unsigned ticks; /* 0: none */
    const struct dashboard_zone *zones;
    size_t zone_count;

    /* image */
    struct dashboard_image image;
    struct dashboard_text alt;
};

struct dashboard_panel {
    struct dashboard_text title, style;
    const struct dashboard_element *elements;
    size_t element_count;
    unsigned line, column;
};

struct dashboard_page {
    struct dashboard_text title;
    const char *icon;
    unsigned level;
    const struct dashboard_panel *panels;
    size_t panel_count;
    unsigned line, column;
};

/* --- all of it --- */

enum dashboard_mode { DASHBOARD_MODE_AUTO, DASHBOARD_MODE_LIGHT, DASHBOARD_MODE_DARK };

struct dashboard_user {
    const char *name;
    unsigned level;
};

/* A function that compiled expressions call; JavaScript, a whole statement: "const
 * $pad=(x,w)=>...;". To stand before the description in the page's script. */
struct dashboard_helper {
    const char *name, *code;
};

struct dashboard {
    struct dashboard_text brand;
    const char *logo; /* an icon's name */
    enum dashboard_mode mode;
    const char *accent, *accent_dark; /* "#0b6770"; NULL: the page's own */

    bool has_access;
    const struct dashboard_user *users;
    size_t user_count;
    bool open_at_first;    /* "first_start": "open" */
    unsigned update_level; /* of the ota endpoint; without one 7 with access, else 0 */

    const struct dashboard_endpoint *endpoints;
    size_t endpoint_count;
    const struct dashboard_element *toolbar;
    size_t toolbar_count;
    const struct dashboard_page *pages;
    size_t page_count;

    const struct dashboard_helper *helpers; /* those that are used, in their order */
    size_t helper_count;

    struct dashboard_mistake mistakes[DASHBOARD_MISTAKES_MAX];
    size_t mistake_count;
    bool more_mistakes; /* than there is room for */

    void *memory; /* private */
};

/* Read a description. text: size bytes, borrowed until return. folder: where its images are, or
 * NULL: they are not looked for.
 *
 * Returns true when it is right. Else dashboard has mistakes, sorted by place, and nothing else may
 * be read of it. dashboard_free() either way. */
bool dashboard_read(struct dashboard *dashboard, const char *text, size_t size, const char *folder);

/* The same of a file, with images beside it. A file that can't be read is a mistake too. */
bool dashboard_read_file(struct dashboard *dashboard, const char *path);

void dashboard_free(struct dashboard *dashboard);

/* One mistake after the other as the tool says them:
 *
 *     flota generate: dashboard.json:12:20: there is no endpoint 'ledz'; did you mean 'leds'?
 *     To do: write the name of one in "api". */
void dashboard_print_mistakes(const struct dashboard *dashboard, FILE *file, const char *command,
                              const char *path);

/* --- words --- */

/* As a description writes them: "data", "bool", "toggle", "multiline". */
const char *dashboard_endpoint_word(enum dashboard_endpoint_type type);
const char *dashboard_type_word(enum dashboard_type type);
const char *dashboard_element_word(enum dashboard_element_type type);
const char *dashboard_kind_word(enum dashboard_kind kind);

/* Their names, NULL at the end: what the page's kit must have. */
extern const char *const dashboard_icon_names[];

#endif
