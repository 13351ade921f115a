/* ota_file.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ota_file.h"
#include "device_words.h"
#include "flota/error.h"
#include "verdict.h"
#include <stdio.h>
#include <string.h>

/* A bundle is known by its image's digest in the manifest, an image by the one in its block. */
static void write_digest(struct ota_file *file)
{
    const struct firmware *firmware = &file->firmware;
    const uint8_t *digest = file->has_info ? file->info.digest : NULL;
    if (firmware->has_manifest) {
        const struct flota_manifest *manifest = &firmware->bundle->manifest;
        digest = manifest->parts[manifest->image_part].sha256;
    }
    if (digest)
        flota_hex_text(digest, FLOTA_IMAGE_DIGEST_SIZE, file->digest);
}

bool ota_file_read(const char *command, const char *path, struct ota_file *file)
{
    memset(file, 0, sizeof *file);
    file->path = path;
    if (!firmware_read(command, path, &file->firmware))
        return false;
    file->has_info = verdict_raw_info(&file->firmware.image, &file->info);
    if (file->has_info)
        flota_build_id_text(&file->info, file->build_id);
    file->info.name[sizeof file->info.name - 1] = '\0';
    file->info.version[sizeof file->info.version - 1] = '\0';
    file->info.product[sizeof file->info.product - 1] = '\0';
    file->info.board[sizeof file->info.board - 1] = '\0';
    write_digest(file);
    return true;
}

void ota_file_free(struct ota_file *file)
{
    firmware_free(&file->firmware);
}

/* --- the check --- */

/* What the device says of itself takes the place of what the file says. */
static void copy_text(char *to, size_t size, const cJSON *status, const char *key)
{
    const char *text = device_text(status, key);
    if (text[0])
        snprintf(to, size, "%s", text);
}

static void describe_running(const struct ota_file *file, const cJSON *status,
                             struct flota_image_info *running)
{
    *running = file->info;
    running->security_epoch = 0;
    copy_text(running->board, sizeof running->board, status, "board");
    copy_text(running->product, sizeof running->product, status, "product");
    copy_text(running->version, sizeof running->version, status, "version");
}

static int check(const struct ota_file *file, const struct flota_image_consents *consents,
                 const cJSON *status)
{
    struct flota_image_info running;
    struct flota_image_consents own = *consents;
    const struct firmware *firmware = &file->firmware;
    if (firmware->error != 0)
        return firmware->error;
    describe_running(file, status, &running);
    own.guard = true; /* the status does not tell the running guard */
    if (firmware->has_manifest && !flota_manifest_fits(&firmware->bundle->manifest, running.board))
        return FLOTA_ERR_MANIFEST_OTHER_PLATFORM;
    int error = verdict_head_with(&firmware->image, &running, &own);
    return error == 0 && file->has_info ? verdict_content(&firmware->image) : error;
}

/* The numbers behind the words: which board, which version. */
static void add_details(const struct ota_file *file, const cJSON *status, int error, char *text,
                        size_t size)
{
    const struct flota_image_info *info = &file->info;
    size_t used = strlen(text);
    if (error == FLOTA_ERR_IMAGE_OTHER_BOARD)
        snprintf(text + used, size - used, ": it is for %s, the device is %.32s", info->board,
                 device_text(status, "board"));
    else if (error == FLOTA_ERR_IMAGE_OTHER_PRODUCT)
        snprintf(text + used, size - used, ": it is of %s, the device of %.32s", info->product,
                 device_text(status, "product"));
    else if (error == FLOTA_ERR_IMAGE_DOWNGRADE)
        snprintf(text + used, size - used, ": it is %s, the device runs %.32s", info->version,
                 device_text(status, "version"));
}

bool ota_file_check(const struct ota_file *file, const struct flota_image_consents *consents,
                    const cJSON *status, struct device_error *error)
{
    int code = check(file, consents, status);
    if (code == 0)
        return true;
    const struct flota_error_text *text = flota_error_text(code);
    device_fail(error, EXIT_REFUSED, "the device would refuse the file", device_remedy(code),
                "%s (%s)", text->cause, text->name);
    error->flota = code;
    add_details(file, status, code, error->why, sizeof error->why);
    return false;
}

uint32_t ota_file_rest(const struct ota_file *file, const cJSON *status)
{
    const cJSON *rest = device_member(status, "resume");
    double offset = device_number(rest, "offset");
    bool same = file->digest[0] && strcmp(device_text(rest, "digest"), file->digest) == 0 &&
                device_number(rest, "size") == file->firmware.file.size;
    return same && offset > 0 && offset < file->firmware.file.size ? (uint32_t)offset : 0;
}
