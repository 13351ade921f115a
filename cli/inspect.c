/* inspect.c - flota inspect: what an image is, and whether a device would take it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "flota/error.h"
#include "verdict.h"
#include <argp.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

struct arguments {
    const char *path;
    bool json;
};

static const struct argp_option options[] = {{"json", 'j', NULL, 0, "Write one JSON object", 0},
                                             {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'j':
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_usage(state);
        arguments->path = value;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 1)
            argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE.bin",
    .doc =
        "Say what a firmware image is, and check it.\vBoard, product and version are compared by "
        "the device. Exit code 0: the image is good; 1: it is not, or it could not be read."};

#define DIGEST_TEXT (2 * FLOTA_IMAGE_DIGEST_SIZE + 1)

/* What is printed of a file. */
struct findings {
    const char *path;
    uint32_t file_size;
    bool has_block;
    bool sealed;
    struct flota_image_info info; /* texts made printable */
    char build_id[FLOTA_BUILD_ID_TEXT];
    char digest[DIGEST_TEXT];
    int error; /* 0: the image is good */
    const char *remedy;
};

/* The texts of a damaged block are any bytes: keep them from the terminal and from JSON. */
static void make_printable(char text[32])
{
    text[31] = '\0';
    for (char *c = text; *c; c++)
        if (*c < 0x20 || *c > 0x7E)
            *c = '?';
}

static void digest_text(const uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE], char text[DIGEST_TEXT])
{
    for (uint32_t i = 0; i < FLOTA_IMAGE_DIGEST_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void examine(const struct file *file, struct findings *findings)
{
    struct flota_image_info *info = &findings->info;
    findings->file_size = file->size;
    findings->has_block = verdict_raw_info(file, info);
    findings->sealed = findings->has_block && !verdict_is_unsealed(info);
    findings->error = verdict(file);
    findings->remedy = flota_error_text(findings->error)->remedy;
    if (findings->has_block && !findings->sealed)
        findings->remedy = "the block is not sealed yet: run flota seal";
    flota_build_id_text(info, findings->build_id);
    digest_text(info->digest, findings->digest);
    if (flota_image_find_info(file->bytes, file->size, info) != 1 && findings->has_block) {
        verdict_raw_info(file, info);
        make_printable(info->product);
        make_printable(info->name);
        make_printable(info->version);
        make_printable(info->board);
    }
}

static void print_block(const struct findings *findings)
{
    const struct flota_image_info *info = &findings->info;
    printf("product       %s\n", info->product);
    printf("name          %s\n", info->name);
    printf("version       %s\n", info->version);
    printf("board         %s\n", info->board);
    printf("build id      %s\n", findings->sealed ? findings->build_id : "none, not sealed");
    printf("image size    %u B of %u\n", (unsigned)info->image_size, IMAGE_AREA_SIZE);
    printf("link address  0x%08x\n", (unsigned)info->link_address);
    printf("epoch         %u\n", (unsigned)info->security_epoch);
    printf("sha-256       %s\n", findings->digest);
}

static void print_text(const struct findings *findings)
{
    printf("file          %s, %u B\n", findings->path, (unsigned)findings->file_size);
    if (findings->has_block)
        print_block(findings);
    if (findings->error == 0) {
        puts("check         ok: vector table, block, link address, size, SHA-256");
        return;
    }
    const struct flota_error_text *text = flota_error_text(findings->error);
    printf("check         %s: %s\n", text->name, text->cause);
    printf("to do         %s\n", findings->remedy);
}

static void add_block(cJSON *object, const struct findings *findings)
{
    const struct flota_image_info *info = &findings->info;
    char address[11];
    snprintf(address, sizeof address, "0x%08x", (unsigned)info->link_address);
    cJSON_AddStringToObject(object, "product", info->product);
    cJSON_AddStringToObject(object, "name", info->name);
    cJSON_AddStringToObject(object, "version", info->version);
    cJSON_AddStringToObject(object, "board", info->board);
    cJSON_AddStringToObject(object, "build_id", findings->build_id);
    cJSON_AddNumberToObject(object, "image_size", info->image_size);
    cJSON_AddStringToObject(object, "link_address", address);
    cJSON_AddNumberToObject(object, "security_epoch", info->security_epoch);
    cJSON_AddStringToObject(object, "sha256", findings->digest);
}

static void add_error(cJSON *object, const struct findings *findings)
{
    const struct flota_error_text *text = flota_error_text(findings->error);
    cJSON *error = cJSON_AddObjectToObject(object, "error");
    cJSON_AddNumberToObject(error, "code", findings->error);
    cJSON_AddStringToObject(error, "name", text->name);
    cJSON_AddStringToObject(error, "cause", text->cause);
    cJSON_AddStringToObject(error, "remedy", findings->remedy);
}

static bool print_json(const struct findings *findings)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", findings->path);
    cJSON_AddNumberToObject(object, "file_size", findings->file_size);
    cJSON_AddBoolToObject(object, "block", findings->has_block);
    cJSON_AddBoolToObject(object, "sealed", findings->sealed);
    if (findings->has_block)
        add_block(object, findings);
    cJSON_AddBoolToObject(object, "ok", findings->error == 0);
    if (findings->error != 0)
        add_error(object, findings);
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    bool printed = text && puts(text) >= 0;
    free(text);
    return printed;
}

int command_inspect(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct file file;
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    if (!file_read(argv[0], arguments.path, &file))
        return EXIT_OTHER;
    struct findings findings = {.path = arguments.path};
    examine(&file, &findings);
    free(file.bytes);
    if (arguments.json && !print_json(&findings))
        return EXIT_OTHER;
    if (!arguments.json)
        print_text(&findings);
    return findings.error == 0 ? EXIT_DONE : EXIT_OTHER;
}
