/* generate_functions.c - functions of an endpoint as a start, for the wizard to show.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate_internal.h"

/* The type of each field's value is in its struct: a line per field shows what is to be done. */
static void print_gets(FILE *out, const struct dashboard_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->attribute_count; i++) {
        const char *name = endpoint->attributes[i].name;
        if (endpoint->attributes[i].type == DASHBOARD_STRING)
            fprintf(out, "    snprintf(data->%s, sizeof data->%s, \"%%s\", ...);\n", name, name);
        else
            fprintf(out, "    data->%s = ...;\n", name);
    }
}

static void print_sets(FILE *out, const struct dashboard_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (!endpoint->attributes[i].read_only)
            fprintf(out, "    ... = data->%s;\n", endpoint->attributes[i].name);
}

static void print_pair(FILE *out, const struct dashboard_endpoint *endpoint, const char *row)
{
    fprintf(out, "static void my_get_%s(%sstruct %s *data)\n{\n", endpoint->name, row,
            endpoint->name);
    print_gets(out, endpoint);
    fprintf(out, "}\n\nstatic void my_set_%s(%sstruct %s *data)\n{\n", endpoint->name, row,
            endpoint->name);
    print_sets(out, endpoint);
    fputs("}\n", out);
}

static void print_action(FILE *out, const struct dashboard_endpoint *endpoint)
{
    fprintf(out, "static void my_start_%s(struct %s *data)\n{\n", endpoint->name, endpoint->name);
    if (endpoint->hold)
        fputs("    ... = data->pressed;\n", out);
    print_sets(out, endpoint);
    fprintf(out,
            "}\n\nstatic enum flota_action_state my_state_%s(void)\n{\n"
            "    return FLOTA_ACTION_DONE;\n}\n",
            endpoint->name);
}

static void print_all(FILE *out, const struct dashboard_endpoint *endpoint)
{
    const char *name = endpoint->name;
    switch (generate_registration(endpoint)) {
    case REGISTER_DATA:
        print_pair(out, endpoint, "");
        break;
    case REGISTER_ARRAY:
        fprintf(out, "static size_t my_count_%s(void)\n{\n    return %u;\n}\n\n", name,
                endpoint->rows);
        print_pair(out, endpoint, "size_t row, ");
        break;
    case REGISTER_ACTION:
        print_action(out, endpoint);
        break;
    case REGISTER_EVENTS:
        fprintf(out, "struct %s entry = {0};\n", name);
        break;
    case REGISTER_FILE:
        fprintf(out, "static const struct flota_files my_files_%s = {...};\n", name);
        break;
    case REGISTER_CUSTOM:
        fprintf(out, "static const struct flota_http_handler my_handler_%s = {...};\n", name);
        break;
    case REGISTER_NONE:
        break;
    }
}

struct generated generate_functions(const struct dashboard_endpoint *endpoint)
{
    struct generated_writer writer;
    generated_begin(&writer);
    if (writer.out)
        print_all(writer.out, endpoint);
    return generated_end(&writer);
}
