/* inspect.c - flota inspect: what an image is, and whether a device would take it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "firmware.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "key_file.h"
#include "trailer.h"
#include "verdict.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGEST_TEXT (2 * FLOTA_IMAGE_DIGEST_SIZE + 1)
#define GUARD_TEXT  (2 * FLOTA_GUARD_ID_SIZE + 1)

/* What is printed of a file. */
struct findings {
    const char *path;
    const struct firmware *firmware;
    bool has_block;
    bool sealed;
    struct flota_image_info info; /* texts made printable */
    char build_id[FLOTA_BUILD_ID_TEXT];
    char digest[DIGEST_TEXT];
    char guard[GUARD_TEXT];
    struct trailer_list trailer;
    bool manifest_slots[FLOTA_KEY_SLOTS]; /* the manifest has a signature for this slot */
    int error;                            /* 0: the file is good */
    const char *remedy;
};

/* The texts of a damaged block are any bytes: keep them from the terminal and from JSON. */
static void make_printable(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (char *c = text; *c; c++)
        if (*c < 0x20 || *c > 0x7E)
            *c = '?';
}

/* --- looking --- */

static bool is_in_file(const struct flota_image_info *info, const struct file *file)
{
    return info->trailer_size > 0 && info->image_size <= file->size &&
           info->trailer_size <= file->size - info->image_size;
}

static int examine_trailer(const struct file *image, struct findings *findings)
{
    const struct flota_image_info *info = &findings->info;
    if (!findings->has_block || !is_in_file(info, image))
        return 0;
    bool good =
        trailer_read(image->bytes + info->image_size, info->trailer_size, &findings->trailer);
    return good ? 0 : FLOTA_ERR_SIGNATURE_WRONG;
}

static void examine_block(const struct file *image, struct findings *findings)
{
    struct flota_image_info *info = &findings->info, sound;
    findings->has_block = verdict_raw_info(image, info);
    findings->sealed = findings->has_block && !verdict_is_unsealed(info);
    flota_build_id_text(info, findings->build_id);
    hex_text(info->digest, sizeof info->digest, findings->digest);
    hex_text(info->guard_id, sizeof info->guard_id, findings->guard);
    if (flota_image_find_info(image->bytes, image->size, &sound) == 1)
        return;
    make_printable(info->product, sizeof info->product);
    make_printable(info->name, sizeof info->name);
    make_printable(info->version, sizeof info->version);
    make_printable(info->board, sizeof info->board);
}

static int examine_image(const struct file *image, struct findings *findings)
{
    examine_block(image, findings);
    int damaged = examine_trailer(image, findings);
    int error = verdict(image);
    return error != 0 ? error : damaged;
}

/* The manifest's texts are any UTF-8; the bundle is read by a parser that does not print. */
static void make_manifest_printable(struct flota_manifest *manifest)
{
    make_printable(manifest->name, sizeof manifest->name);
    make_printable(manifest->platform, sizeof manifest->platform);
    make_printable(manifest->version, sizeof manifest->version);
    make_printable(manifest->build_id, sizeof manifest->build_id);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        make_printable(manifest->parts[i].src, sizeof manifest->parts[i].src);
}

static void examine_signatures(const struct flota_bundle *bundle, struct findings *findings)
{
    cJSON *object = cJSON_ParseWithLength(bundle->signatures, bundle->signatures_size);
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++) {
        const char name[] = {'s', 'i', 'g', (char)('0' + i), '\0'};
        findings->manifest_slots[i] =
            cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, name));
    }
    cJSON_Delete(object);
}

static bool has_manifest(const struct findings *findings)
{
    return findings->firmware->has_manifest;
}

static int examine_bundle(const struct firmware *firmware, struct findings *findings)
{
    if (has_manifest(findings)) {
        make_manifest_printable(&firmware->bundle->manifest);
        examine_signatures(firmware->bundle, findings);
    }
    int error = examine_image(&firmware->image, findings);
    return firmware->error != 0 ? firmware->error : error;
}

static void examine(const struct firmware *firmware, struct findings *findings)
{
    findings->firmware = firmware;
    findings->error = firmware->bundle ? examine_bundle(firmware, findings)
                                       : examine_image(&firmware->image, findings);
    findings->remedy = flota_error_text(findings->error)->remedy;
    if (findings->has_block && !findings->sealed)
        findings->remedy = "the block is not sealed yet: run flota seal";
}

/* --- as text --- */

static void print_manifest(const struct findings *findings)
{
    const struct flota_manifest *manifest = &findings->firmware->bundle->manifest;
    bool is_signed = false;
    printf("manifest      %s %s for %s", manifest->name, manifest->version, manifest->platform);
    printf(manifest->build_id[0] ? ", build id %s\n" : "%s\n", manifest->build_id);
    if (manifest->has_epoch)
        printf("its epoch     %u\n", (unsigned)manifest->security_epoch);
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct flota_manifest_part *part = &manifest->parts[i];
        printf("part          %s, %u B%s\n", part->src, (unsigned)part->size,
               part->type == FLOTA_PART_IMAGE ? "" : ", not kept by this device");
    }
    fputs("signatures   ", stdout);
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++) {
        if (findings->manifest_slots[i])
            printf("%s slot %u", is_signed ? "," : "", (unsigned)i);
        is_signed = is_signed || findings->manifest_slots[i];
    }
    puts(is_signed ? "" : " none");
}

static void print_trailer(const struct findings *findings)
{
    printf("trailer       %u B\n", (unsigned)findings->info.trailer_size);
    for (size_t i = 0; i < findings->trailer.count; i++) {
        char text[KEY_FINGERPRINT_SIZE];
        hex_text(findings->trailer.hashes[i], 32, text);
        printf("signed by     %s\n", text);
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
    printf("guard id      %s\n", findings->guard);
    printf("sha-256       %s\n", findings->digest);
    print_trailer(findings);
}

static void print_text(const struct findings *findings)
{
    const struct firmware *firmware = findings->firmware;
    printf("file          %s, %u B%s\n", findings->path, (unsigned)firmware->file.size,
           firmware->bundle ? ", bundle" : "");
    if (has_manifest(findings))
        print_manifest(findings);
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

/* --- as JSON --- */

static void add_trailer(cJSON *object, const struct findings *findings)
{
    cJSON_AddNumberToObject(object, "trailer_size", findings->info.trailer_size);
    cJSON *list = cJSON_AddArrayToObject(object, "signed_by");
    for (size_t i = 0; i < findings->trailer.count; i++) {
        char text[KEY_FINGERPRINT_SIZE];
        hex_text(findings->trailer.hashes[i], 32, text);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
}

static void add_part(cJSON *list, const struct flota_manifest_part *part)
{
    char text[DIGEST_TEXT];
    cJSON *object = cJSON_CreateObject();
    hex_text(part->sha256, sizeof part->sha256, text);
    cJSON_AddStringToObject(object, "src", part->src);
    cJSON_AddNumberToObject(object, "size", part->size);
    cJSON_AddStringToObject(object, "sha256", text);
    cJSON_AddBoolToObject(object, "kept", part->type == FLOTA_PART_IMAGE);
    cJSON_AddItemToArray(list, object);
}

static void add_manifest(cJSON *parent, const struct findings *findings)
{
    const struct flota_manifest *manifest = &findings->firmware->bundle->manifest;
    cJSON *object = cJSON_AddObjectToObject(parent, "manifest");
    cJSON_AddStringToObject(object, "name", manifest->name);
    cJSON_AddStringToObject(object, "platform", manifest->platform);
    cJSON_AddStringToObject(object, "version", manifest->version);
    cJSON_AddStringToObject(object, "build_id", manifest->build_id);
    if (manifest->has_epoch)
        cJSON_AddNumberToObject(object, "security_epoch", manifest->security_epoch);
    cJSON *parts = cJSON_AddArrayToObject(object, "parts");
    for (uint32_t i = 0; i < manifest->part_count; i++)
        add_part(parts, &manifest->parts[i]);
    cJSON *slots = cJSON_AddArrayToObject(object, "signed_slots");
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++)
        if (findings->manifest_slots[i])
            cJSON_AddItemToArray(slots, cJSON_CreateNumber(i));
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
    cJSON_AddStringToObject(object, "guard_id", findings->guard);
    cJSON_AddStringToObject(object, "sha256", findings->digest);
    add_trailer(object, findings);
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
    cJSON_AddNumberToObject(object, "file_size", findings->firmware->file.size);
    cJSON_AddBoolToObject(object, "bundle", findings->firmware->bundle != NULL);
    if (has_manifest(findings))
        add_manifest(object, findings);
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
    bool json = false, printed = true;
    struct findings findings = {0};
    struct firmware firmware;
    const struct usage_option options[] = {USAGE_FLAG("json", 'j', &json, "Write one JSON object"),
                                           {0}};
    const struct usage usage = {
        "FILE",
        "Say what a firmware image or a bundle is, and check it by itself.\vBoard, product, "
        "version and keys are compared by the device: see flota verify. Exit code 0: the file is "
        "good; 1: it is not, or it could not be read.",
        options,
        &findings.path,
        1,
        1};
    usage_read(&usage, argc, argv);
    if (!firmware_read(argv[0], findings.path, &firmware))
        return EXIT_OTHER;
    examine(&firmware, &findings);
    if (json)
        printed = print_json(&findings);
    else
        print_text(&findings);
    firmware_free(&firmware);
    return printed && findings.error == 0 ? EXIT_DONE : EXIT_OTHER;
}
