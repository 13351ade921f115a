/* generate_glue_c.c - glue.c: tables of the endpoints, their copies, functions that know their
 * structs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate_internal.h"

typedef void (*print_part)(FILE *out, const struct dashboard_endpoint *endpoint, size_t index);

static void print_tables_of_one(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    (void)index;
    fprintf(out, "\n/* --- %s --- */\n\n", endpoint->name);
    generate_print_fields(out, endpoint);
    generate_print_copy(out, endpoint);
    generate_print_histories(out, endpoint);
}

static void print_calls_of_one(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    char number[16];
    snprintf(number, sizeof number, "%zu", index);
    if (generate_registration(endpoint) != REGISTER_NONE)
        fputc('\n', out);
    generate_print_calls(out, endpoint, number);
}

/* Returns how many there are. */
static size_t for_each(FILE *out, const struct dashboard *dashboard, print_part print)
{
    size_t index = 0;
    for (size_t i = 0; i < dashboard->endpoint_count; i++)
        if (generate_is_served(&dashboard->endpoints[i])) {
            if (print)
                print(out, &dashboard->endpoints[i], index);
            index++;
        }
    return index;
}

static void print_tables(FILE *out, const struct dashboard *dashboard, size_t count)
{
    for_each(out, dashboard, print_tables_of_one);
    fprintf(out,
            "\n/* --- the table --- */\n\nstatic struct flota_endpoint_state states[%zu] = {\n",
            count);
    for_each(out, dashboard, generate_print_state);
    fprintf(out, "};\n\nstatic struct flota_endpoint endpoints[%zu] = {\n", count);
    for_each(out, dashboard, generate_print_row);
    fputs("};\n\n/* --- registration --- */\n", out);
    for_each(out, dashboard, print_calls_of_one);
}

static void print_access(FILE *out, const struct dashboard *dashboard)
{
    if (dashboard->user_count == 0)
        return;
    fputs("static const struct flota_access_user users[] = {\n", out);
    for (size_t i = 0; i < dashboard->user_count; i++) {
        fputs("    {.name = ", out);
        c_print_text(out, dashboard->users[i].name);
        fprintf(out, ", .level = %u},\n", dashboard->users[i].level);
    }
    fprintf(out,
            "};\nstatic const struct flota_access_rules access_rules = {\n    .users = users, "
            ".user_count = %zu, .open_at_first = %s, .update_level = %u};\n\n",
            dashboard->user_count, dashboard->open_at_first ? "true" : "false",
            dashboard->update_level);
}

static void print_glue(FILE *out, const struct dashboard *dashboard, size_t count)
{
    fputs("\n/* --- all of it --- */\n\n", out);
    print_access(out, dashboard);
    fputs("extern const unsigned char flota_page[]; /* index.html.gz */\n"
          "extern const unsigned long flota_page_size;\n\n"
          "const struct flota_glue flota_glue = {\n",
          out);
    if (count > 0)
        fprintf(out, "    .endpoints = endpoints,\n    .endpoint_count = %zu,\n", count);
    if (dashboard->user_count > 0)
        fputs("    .access = &access_rules,\n", out);
    fputs("    .page = flota_page,\n    .page_size = &flota_page_size,\n};\n", out);
}

struct generated generate_glue_c(const struct dashboard *dashboard)
{
    struct generated_writer writer;
    generated_begin(&writer);
    if (!writer.out)
        return generated_end(&writer);
    size_t count = for_each(writer.out, dashboard, NULL);
    fputs("/* glue.c - made from the dashboard description by flota generate: change it there. */\n"
          "#include \"glue.h\"\n#include <math.h>\n",
          writer.out);
    if (count > 0)
        print_tables(writer.out, dashboard, count);
    print_glue(writer.out, dashboard, count);
    return generated_end(&writer);
}
