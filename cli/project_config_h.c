/* project_config_h.c - build/generated/flota_config.h from the project.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "c_text.h"
#include "command.h"
#include "flota/image.h"
#include "key_file.h"
#include "project_write.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void define_text(FILE *out, const char *name, const char *text)
{
    fprintf(out, "#define %s ", name);
    c_print_text(out, text);
    fputc('\n', out);
}

static void define_modules(FILE *out, const struct project *project)
{
    const char *separator = "";
    fputs("#define FLOTA_MODULES ", out);
    for (size_t i = 0; i < PROJECT_MODULE_COUNT; i++) {
        if (!project->modules[i])
            continue;
        fprintf(out, "%s&flota_module_", separator);
        for (const char *letter = project_module_names[i]; *letter; letter++)
            fputc(*letter == '-' ? '_' : *letter, out);
        separator = ", ";
    }
    fputs(separator[0] ? "\n" : "NULL\n", out);
}

static void define_keys(FILE *out, const struct project *project)
{
    fputs("#define FLOTA_CONFIG_KEYS", out);
    for (size_t i = 0; i < project->key_count; i++) {
        const struct project_key *key = &project->keys[i];
        fputs(" \\\n    {", out);
        c_print_text(out, key->key);
        fprintf(out, ", FLOTA_CONFIG_%s, ",
                key->type == 'b'   ? "BOOLEAN"
                : key->type == 'i' ? "INTEGER"
                                   : "STRING");
        c_print_text(out, key->value);
        fprintf(out, ", %s},", key->is_secret ? "true" : "false");
    }
    fputc('\n', out);
}

static void define_ipv4(FILE *out, const char *name, uint32_t address)
{
    fprintf(out, "#define %s FLOTA_IPV4(%u, %u, %u, %u)\n", name, (unsigned)(address >> 24),
            (unsigned)(address >> 16 & 255), (unsigned)(address >> 8 & 255),
            (unsigned)(address & 255));
}

static void define_network(FILE *out, const struct project *project)
{
    if (!project->has_address)
        return;
    define_ipv4(out, "FLOTA_TCPIP_IP", project->address);
    define_ipv4(out, "FLOTA_TCPIP_MASK", project->mask);
    define_ipv4(out, "FLOTA_TCPIP_GW", project->gateway);
    if (project->dns)
        define_ipv4(out, "FLOTA_TCPIP_DNS", project->dns);
}

static void define_auth(FILE *out, const struct project *project)
{
    if (project->auth == PROJECT_AUTH_NONE) {
        fputs("#define FLOTA_AUTH FLOTA_AUTH_NONE\n", out);
        return;
    }
    bool basic = project->auth == PROJECT_AUTH_BASIC;
    fprintf(out, "#define FLOTA_AUTH FLOTA_AUTH_%s(", basic ? "BASIC" : "TOKEN");
    if (basic) {
        c_print_text(out, project->user);
        fputs(", ", out);
    }
    c_print_text(out, project->secret);
    fputs(")\n", out);
}

static void define_trial(FILE *out, const struct project *project)
{
    if (project->confirm_explicit)
        fputs("#define FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_EXPLICIT\n", out);
    if (project->commit_timeout_s)
        fprintf(out, "#define FLOTA_COMMIT_TIMEOUT_MS %uu\n",
                (unsigned)project->commit_timeout_s * 1000u);
    if (project->confirm_after_s)
        fprintf(out, "#define FLOTA_CONFIRM_AFTER_MS %uu\n",
                (unsigned)project->confirm_after_s * 1000u);
}

/* The public half as the device takes it: given as such, or in a file. */
static bool define_trusted(const char *command, FILE *out, const struct project *project)
{
    if (project->signatures_required)
        fputs("#define FLOTA_SIGNATURE_POLICY FLOTA_SIGNATURES_REQUIRED\n", out);
    for (size_t i = 0; i < project->trusted.count; i++) {
        const char *value = project->trusted.values[i];
        char text[KEY_TEXT_SIZE], name[16];
        struct crypto_key key;
        if (strncmp(value, "MFkw", 4) != 0) { /* SubjectPublicKeyInfo begins so in base64 */
            if (!key_file_read(command, value, &key))
                return false;
            key_text(&key, text);
            crypto_forget(&key, sizeof key);
            value = text;
        }
        snprintf(name, sizeof name, "FLOTA_KEY_%u", (unsigned)i);
        define_text(out, name, value);
    }
    return true;
}

static bool define_all(const char *command, FILE *out, const struct project *project)
{
    fprintf(out,
            "/* Made from %s by flota build: change it there. */\n#ifndef FLOTA_CONFIG_H\n"
            "#define FLOTA_CONFIG_H\n\n",
            project->tree.path);
    define_text(out, "FLOTA_PRODUCT", project->product);
    define_text(out, "FLOTA_NAME", project->name);
    define_text(out, "FLOTA_VERSION", project->version);
    fprintf(out, "#define FLOTA_SECURITY_EPOCH %uu\n", (unsigned)project->security_epoch);
    define_modules(out, project);
    define_keys(out, project);
    define_auth(out, project);
    define_network(out, project);
    define_trial(out, project);
    bool good = define_trusted(command, out, project);
    fputs("\n#endif\n", out);
    return good;
}

int project_write_config(const char *command, const struct project *project)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return EXIT_OTHER;
    bool good = define_all(command, out, project);
    good = fclose(out) == 0 && good;
    good = good && project_write_file(command, PROJECT_CONFIG, text, size, NULL);
    free(text);
    return good ? EXIT_DONE : EXIT_OTHER;
}
