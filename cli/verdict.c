/* verdict.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "verdict.h"
#include "command.h"
#include "flota/error.h"
#include <stdio.h>
#include <string.h>

/* RAM of the STM32H742, H743, H745 and H747 as the Cortex-M7 sees it: RM0399 chapter 2, memory map.
 */
static const struct flota_memory ram[] = {
    {0x00000000u, 64u << 10},  /* ITCM */
    {0x20000000u, 128u << 10}, /* DTCM */
    {0x24000000u, 512u << 10}, /* AXI SRAM */
    {0x30000000u, 288u << 10}, /* SRAM1 to SRAM3 */
    {0x38000000u, 64u << 10},  /* SRAM4 */
};

static const struct flota_flash flash = {
    .link_address = 0x08000000u,
    .sector_size = 128u << 10,
    .image_sector_count = 7,
    .sector_count = 8,
    .word_size = 32,
};

bool verdict_raw_info(const struct file *file, struct flota_image_info *info)
{
    memset(info, 0, sizeof *info);
    if (file->size < FLOTA_IMAGE_HEAD_SIZE)
        return false;
    memcpy(info, file->bytes + FLOTA_IMAGE_INFO_OFFSET, sizeof *info);
    return info->magic == FLOTA_IMAGE_INFO_MAGIC;
}

bool verdict_is_unsealed(const struct flota_image_info *info)
{
    return info->image_size == 0 && info->crc32 == 0;
}

/* A device of the image's own board and product, which runs the image's own version. */
static int check_head(const struct file *file)
{
    struct flota_image_info running;
    verdict_raw_info(file, &running);
    running.board[sizeof running.board - 1] = '\0';
    running.product[sizeof running.product - 1] = '\0';
    running.version[sizeof running.version - 1] = '\0';
    return verdict_head(file, &running);
}

int verdict_head(const struct file *file, const struct flota_image_info *running)
{
    const struct flota_image_consents none = {.foreign = false};
    return verdict_head_with(file, running, &none);
}

int verdict_head_with(const struct file *file, const struct flota_image_info *running,
                      const struct flota_image_consents *consents)
{
    struct flota_image_info info;
    const struct flota_platform platform = {
        .board = running->board, .ram = ram, .ram_count = sizeof ram / sizeof ram[0]};
    const struct flota_image_target target = {
        .flash = &flash, .platform = &platform, .running = running};
    return flota_image_check(&target, consents, file->bytes, file->size, file->size, &info);
}

int verdict_content(const struct file *file)
{
    struct flota_image_info info;
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE], guard_id[FLOTA_GUARD_ID_SIZE];
    if (!verdict_raw_info(file, &info) || info.image_size > file->size)
        return FLOTA_ERR_IMAGE_WRONG_SIZE;
    int error = flota_image_digest(file->bytes, info.image_size, digest);
    if (error == 0)
        error = flota_image_guard_id(file->bytes, info.image_size, guard_id);
    if (error != 0)
        return error;
    bool same = memcmp(digest, info.digest, sizeof digest) == 0 &&
                memcmp(guard_id, info.guard_id, sizeof guard_id) == 0;
    return same ? 0 : FLOTA_ERR_IMAGE_CORRUPT;
}

int verdict(const struct file *file)
{
    int error = check_head(file);
    return error == 0 ? verdict_content(file) : error;
}

int verdict_complain(const char *command, const char *path, int error, const char *remedy)
{
    const struct flota_error_text *text = flota_error_text(error);
    fprintf(stderr, "%s: %s: %s (%s).\nTo do: %s.\n", command, path, text->cause, text->name,
            remedy ? remedy : text->remedy);
    return EXIT_OTHER;
}
