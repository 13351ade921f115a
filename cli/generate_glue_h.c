/* generate_glue_h.c - glue.h: a struct per endpoint, and what registers its functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate_internal.h"

/* --- registration --- */

static void print_declaration(FILE *out, const struct dashboard_endpoint *endpoint)
{
    const char *name = endpoint->name;
    switch (generate_registration(endpoint)) {
    case REGISTER_DATA:
        fprintf(out,
                "void flota_glue_set_%s(void (*get)(struct %s *), void (*set)(struct %s *));\n",
                name, name, name);
        break;
    case REGISTER_ARRAY:
        fprintf(out,
                "void flota_glue_set_%s(size_t (*count)(void), void (*get)(size_t, struct %s *),\n"
                "    void (*set)(size_t, struct %s *));\n",
                name, name, name);
        break;
    case REGISTER_ACTION:
        fprintf(out,
                "void flota_glue_set_%s(void (*start)(struct %s *),\n"
                "    enum flota_action_state (*state)(void));\n",
                name, name);
        break;
    case REGISTER_EVENTS:
        fprintf(out, "void flota_glue_report_%s(const struct %s *entry);\n", name, name);
        break;
    case REGISTER_FILE:
        fprintf(out, "void flota_glue_set_%s(const struct flota_files *files);\n", name);
        break;
    case REGISTER_CUSTOM:
        fprintf(
            out,
            "void flota_glue_set_%s(const struct flota_http_handler *handler, void *context);\n",
            name);
        break;
    case REGISTER_NONE:
        break;
    }
}

/* A main.c for an endpoint that is gone, or of another type now, fails with this name: "... has
 * data ... undeclared". */
static void print_presence(FILE *out, const struct dashboard_endpoint *endpoint)
{
    if (generate_registration(endpoint) != REGISTER_NONE)
        fprintf(out, "enum { dashboard_json_has_%s_%s };\n",
                dashboard_endpoint_word(endpoint->type), endpoint->name);
}

static const char *about(const struct dashboard_endpoint *endpoint)
{
    if (endpoint->config)
        return "; kept in the configuration by the device itself";
    return endpoint->restarts ? "; the device's own restart" : "";
}

static void print_endpoint(FILE *out, const struct dashboard *dashboard,
                           const struct dashboard_endpoint *endpoint)
{
    fprintf(out, "/* /api/%s: %s%s */\n", endpoint->name, dashboard_endpoint_word(endpoint->type),
            about(endpoint));
    generate_print_struct(out, dashboard, endpoint);
    print_presence(out, endpoint);
    print_declaration(out, endpoint);
    fputc('\n', out);
}

struct generated generate_glue_h(const struct dashboard *dashboard)
{
    struct generated_writer writer;
    generated_begin(&writer);
    if (!writer.out)
        return generated_end(&writer);
    fputs("/* glue.h - made from the dashboard description by flota generate: change it there.\n"
          " *\n * What flota_set_http_handlers() and its relatives (flota/flota.h) take and call.\n"
          " */\n#ifndef GLUE_H\n#define GLUE_H\n\n#include \"flota/flota.h\"\n\n",
          writer.out);
    for (size_t i = 0; i < dashboard->endpoint_count; i++)
        if (generate_is_served(&dashboard->endpoints[i]))
            print_endpoint(writer.out, dashboard, &dashboard->endpoints[i]);
    fputs("#endif\n", writer.out);
    return generated_end(&writer);
}

/* --- for the wizard --- */

struct generated generate_register(const struct dashboard_endpoint *endpoint)
{
    const char *name = endpoint->name;
    struct generated_writer writer;
    generated_begin(&writer);
    FILE *out = writer.out;
    if (!out)
        return generated_end(&writer);
    switch (generate_registration(endpoint)) {
    case REGISTER_DATA:
        fprintf(out, "flota_set_http_handlers(%s, my_get_%s, my_set_%s);", name, name, name);
        break;
    case REGISTER_ARRAY:
        fprintf(out, "flota_set_array_handlers(%s, my_count_%s, my_get_%s, my_set_%s);", name, name,
                name, name);
        break;
    case REGISTER_ACTION:
        fprintf(out, "flota_set_action_handlers(%s, my_start_%s, my_state_%s);", name, name, name);
        break;
    case REGISTER_EVENTS:
        fprintf(out, "flota_report(%s, &entry);", name);
        break;
    case REGISTER_FILE:
        fprintf(out, "flota_set_file_handlers(%s, &my_files_%s);", name, name);
        break;
    case REGISTER_CUSTOM:
        fprintf(out, "flota_set_custom_handler(%s, &my_handler_%s, NULL);", name, name);
        break;
    case REGISTER_NONE:
        break;
    }
    return generated_end(&writer);
}
