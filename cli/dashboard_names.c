/* dashboard_names.c - may an endpoint or an attribute be called so?
 *
 * A name becomes a struct or a member in C, a path of the REST API, and a property in the page's
 * JavaScript.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "dashboard_words.h"
#include <ctype.h>
#include <string.h>

/* Paths below /api/ that the device has itself, and what expressions know. */
static const char *const own_names[] = {"login",  "logout",        "password", "events", "session",
                                        "device", "firmware_keys", "row",      "user",   NULL};
/* Every object of JavaScript has these: one that is missing would look as if it were there. */
static const char *const script_names[] = {
    "constructor",    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
    "toLocaleString", "toString",       "valueOf",       NULL};

static bool is_of_c(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return size && !name[size] && isalpha((unsigned char)name[0]);
}

static bool begins(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

static bool ends(const char *name, const char *end)
{
    size_t size = strlen(name), end_size = strlen(end);
    return size > end_size && strcmp(name + size - end_size, end) == 0;
}

static bool is_macro(const char *name)
{
    for (size_t i = 0; dashboard_macro_starts[i]; i++)
        if (begins(name, dashboard_macro_starts[i]))
            return true;
    for (size_t i = 0; dashboard_macro_ends[i]; i++)
        if (ends(name, dashboard_macro_ends[i]))
            return true;
    return ends(name, "_t") || find_word(name, dashboard_c_words) >= 0;
}

static bool check_form(struct reader *reader, const struct json_node *node)
{
    if (!is_of_c(node->key))
        return wrong_key(reader, node, "use letters, digits and _, a letter first",
                         "'%.40s' is no name of C", node->key);
    if (strlen(node->key) > DASHBOARD_NAME_MAX)
        return wrong_key(reader, node, "shorten it", "the name '%.40s...' has more than %u letters",
                         node->key, DASHBOARD_NAME_MAX);
    return true;
}

bool check_name(struct reader *reader, const struct json_node *node, bool is_endpoint)
{
    const char *name = node->key;
    if (!check_form(reader, node))
        return false;
    if (is_macro(name))
        return wrong_key(reader, node, "take another name, for example with _ at its end",
                         "'%s' is a word of C, or of its library", name);
    if (find_word(name, script_names) >= 0)
        return wrong_key(reader, node, "take another name, for example with _ at its end",
                         "'%s' is a name that JavaScript has in every object", name);
    if (is_endpoint && find_word(name, own_names) >= 0)
        return wrong_key(reader, node, "take another name",
                         "'%s' is something that the device has itself", name);
    if (is_endpoint && find_word(name, dashboard_tags) >= 0)
        return wrong_key(reader, node, "take another name, for example with _ at its end",
                         "'struct %s' is in the C library's headers", name);
    return true;
}
