/* generate_calls.c - the functions of glue.c that know an endpoint's struct, and register others.
 *
 * Calling a function through a pointer of another type is undefined in C: one that knows the struct
 * stands between.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate_internal.h"

static void print_data_calls(FILE *out, const char *name, const char *index)
{
    fprintf(out,
            "static void (*get_%s)(struct %s *);\n"
            "static void (*set_%s)(struct %s *);\n\n"
            "static void call_get_%s(size_t row, void *data)\n{\n    (void)row;\n"
            "    get_%s(data);\n}\n\n"
            "static void call_set_%s(size_t row, void *data)\n{\n    (void)row;\n"
            "    set_%s(data);\n}\n\n"
            "void flota_glue_set_%s(void (*get)(struct %s *), void (*set)(struct %s *))\n{\n"
            "    get_%s = get;\n    set_%s = set;\n"
            "    states[%s].calls.get = get ? call_get_%s : NULL;\n"
            "    states[%s].calls.set = set ? call_set_%s : NULL;\n}\n",
            name, name, name, name, name, name, name, name, name, name, name, name, name, index,
            name, index, name);
}

static void print_array_calls(FILE *out, const char *name, const char *index)
{
    fprintf(out,
            "static void (*get_%s)(size_t, struct %s *);\n"
            "static void (*set_%s)(size_t, struct %s *);\n\n"
            "static void call_get_%s(size_t row, void *data)\n{\n    get_%s(row, data);\n}\n\n"
            "static void call_set_%s(size_t row, void *data)\n{\n    set_%s(row, data);\n}\n\n"
            "void flota_glue_set_%s(size_t (*count)(void), void (*get)(size_t, struct %s *),\n"
            "    void (*set)(size_t, struct %s *))\n{\n"
            "    get_%s = get;\n    set_%s = set;\n"
            "    states[%s].calls.count = count;\n"
            "    states[%s].calls.get = get ? call_get_%s : NULL;\n"
            "    states[%s].calls.set = set ? call_set_%s : NULL;\n}\n",
            name, name, name, name, name, name, name, name, name, name, name, name, name, index,
            index, name, index, name);
}

static void print_action_calls(FILE *out, const char *name, const char *index)
{
    fprintf(out,
            "static void (*set_%s)(struct %s *);\n\n"
            "static void call_set_%s(size_t row, void *data)\n{\n    (void)row;\n"
            "    set_%s(data);\n}\n\n"
            "void flota_glue_set_%s(void (*start)(struct %s *), enum flota_action_state "
            "(*state)(void))\n{\n"
            "    set_%s = start;\n"
            "    states[%s].calls.set = start ? call_set_%s : NULL;\n"
            "    states[%s].calls.state = state;\n}\n",
            name, name, name, name, name, name, name, index, name, index);
}

void generate_print_calls(FILE *out, const struct dashboard_endpoint *endpoint, const char *index)
{
    const char *name = endpoint->name;
    switch (generate_registration(endpoint)) {
    case REGISTER_DATA:
        print_data_calls(out, name, index);
        break;
    case REGISTER_ARRAY:
        print_array_calls(out, name, index);
        break;
    case REGISTER_ACTION:
        print_action_calls(out, name, index);
        break;
    case REGISTER_EVENTS:
        fprintf(out,
                "void flota_glue_report_%s(const struct %s *entry)\n{\n"
                "    flota_dash_report(&endpoints[%s], entry);\n}\n",
                name, name, index);
        break;
    case REGISTER_FILE:
        fprintf(out,
                "void flota_glue_set_%s(const struct flota_files *files)\n{\n"
                "    states[%s].calls.files = files ? files : &files_%s;\n}\n",
                name, index, name);
        break;
    case REGISTER_CUSTOM:
        fprintf(out,
                "void flota_glue_set_%s(const struct flota_http_handler *handler, void *context)\n"
                "{\n    states[%s].calls.custom = handler;\n"
                "    states[%s].calls.custom_context = context;\n}\n",
                name, index, index);
        break;
    case REGISTER_NONE:
        break;
    }
}
