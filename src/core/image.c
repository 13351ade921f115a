/* image.c - the information block, and the checks before the first erase.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/image.h"
#include "crc32.h"
#include "flota/error.h"
#include "flota/utf8.h"
#include <stddef.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the block is copied as it lies in memory");

/* What the checks look at. */
struct candidate {
    const struct flota_image_target *target;
    const struct flota_image_consents *consents;
    const uint8_t *head;
    uint32_t total_size;
    const struct flota_image_info *info; /* magic 0: an image without a block */
};

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static uint32_t image_area_size(const struct flota_flash *flash)
{
    return flash->image_sector_count * flash->sector_size;
}

/* Is it UTF-8, not empty, ended and padded by zeros? Control characters are refused: these texts go
 * to consoles, pages and headers. */
static bool is_text(const char field[32])
{
    size_t size = 0;
    while (size < 32 && field[size] != 0) {
        size_t step = flota_utf8_length(field + size, 32 - size);
        bool control = (uint8_t)field[size] < 0x20 || field[size] == 0x7F;
        if (step == 0 || control)
            return false;
        size += step;
    }
    for (size_t i = size; i < 32; i++)
        if (field[i] != 0)
            return false;
    return size > 0 && size < 32;
}

static bool is_sound(const struct flota_image_info *info)
{
    return info->format == FLOTA_IMAGE_INFO_FORMAT && info->info_size == FLOTA_IMAGE_INFO_SIZE &&
           info->crc32 == flota_crc32(0, info, offsetof(struct flota_image_info, crc32)) &&
           info->trailer_size <= FLOTA_TRAILER_SIZE_MAX && info->trailer_size % 32 == 0 &&
           is_text(info->product) && is_text(info->board) && is_text(info->name) &&
           is_text(info->version);
}

int flota_image_find_info(const uint8_t *head, uint32_t size, struct flota_image_info *info)
{
    memset(info, 0, sizeof *info);
    if (size < FLOTA_IMAGE_HEAD_SIZE)
        return FLOTA_ERR_IMAGE_TOO_SHORT;
    if (word_at(head + FLOTA_IMAGE_INFO_OFFSET) != FLOTA_IMAGE_INFO_MAGIC)
        return 0;
    memcpy(info, head + FLOTA_IMAGE_INFO_OFFSET, sizeof *info);
    if (is_sound(info))
        return 1;
    memset(info, 0, sizeof *info);
    return FLOTA_ERR_IMAGE_BAD_INFO;
}

static bool is_in_ram(const struct flota_platform *platform, uint32_t stack_pointer)
{
    for (uint32_t i = 0; i < platform->ram_count; i++) {
        uint32_t offset = stack_pointer - platform->ram[i].base;
        if (offset > 0 && offset <= platform->ram[i].size)
            return true;
    }
    return false;
}

/* The vectors of an image for another address are judged at that address, so that check_address()
 * can say what is wrong with it. Source: Armv7-M ARM B1.5.3, the vector table; B1.5.5, reset. */
static int check_vectors(const struct candidate *candidate)
{
    const struct flota_flash *flash = candidate->target->flash;
    uint32_t stack_pointer = word_at(candidate->head);
    uint32_t reset_vector = word_at(candidate->head + 4);
    uint32_t base = candidate->info->magic ? candidate->info->link_address : flash->link_address;
    if (stack_pointer % 4 != 0 || !is_in_ram(candidate->target->platform, stack_pointer))
        return FLOTA_ERR_IMAGE_BAD_VECTORS;
    if (reset_vector % 2 != 1 || reset_vector - base >= image_area_size(flash))
        return FLOTA_ERR_IMAGE_BAD_VECTORS;
    return 0;
}

static int check_board(const struct candidate *candidate)
{
    const char *board = candidate->target->platform->board;
    return strcmp(candidate->info->board, board) == 0 ? 0 : FLOTA_ERR_IMAGE_OTHER_BOARD;
}

static int check_address(const struct candidate *candidate)
{
    bool same = candidate->info->link_address == candidate->target->flash->link_address;
    return same ? 0 : FLOTA_ERR_IMAGE_OTHER_ADDRESS;
}

static int check_size(const struct candidate *candidate)
{
    uint32_t area_size = image_area_size(candidate->target->flash);
    uint32_t image_size = candidate->info->image_size;
    uint32_t file_size = image_size + candidate->info->trailer_size;
    if (candidate->total_size > area_size || image_size > area_size || file_size > area_size)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (image_size < FLOTA_IMAGE_HEAD_SIZE)
        return FLOTA_ERR_IMAGE_BAD_INFO;
    if (candidate->total_size != 0 && candidate->total_size != file_size)
        return FLOTA_ERR_IMAGE_WRONG_SIZE;
    return 0;
}

static bool is_same_product(const struct candidate *candidate)
{
    return strcmp(candidate->info->product, candidate->target->running->product) == 0;
}

static int check_product(const struct candidate *candidate)
{
    if (is_same_product(candidate) || candidate->consents->foreign)
        return 0;
    return FLOTA_ERR_IMAGE_OTHER_PRODUCT;
}

/* An epoch is raised when older images are known to be unsafe: that is nobody's to overrule. */
static int check_epoch(const struct candidate *candidate)
{
    if (!is_same_product(candidate))
        return 0;
    bool lower = candidate->info->security_epoch < candidate->target->running->security_epoch;
    return lower ? FLOTA_ERR_IMAGE_EPOCH : 0;
}

/* The chip starts at the guard's first instruction, and the image is long enough to hold it. */
static bool starts_in_guard(const struct candidate *candidate)
{
    uint32_t entry = candidate->info->link_address + FLOTA_GUARD_OFFSET + 1u; /* Thumb */
    return word_at(candidate->head + 4) == entry &&
           candidate->info->image_size >= FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE;
}

/* The guard is what rolls back: a different one, or none, is to be meant. */
static int check_guard(const struct candidate *candidate)
{
    const struct flota_image_target *target = candidate->target;
    if (candidate->consents->guard)
        return 0;
    if (target->platform->has_guard && !starts_in_guard(candidate))
        return FLOTA_ERR_IMAGE_OTHER_GUARD;
    bool same =
        memcmp(candidate->info->guard_id, target->running->guard_id, FLOTA_GUARD_ID_SIZE) == 0;
    return same ? 0 : FLOTA_ERR_IMAGE_OTHER_GUARD;
}

/* Versions of different products have no order. */
static int check_version(const struct candidate *candidate)
{
    if (candidate->consents->downgrade || !is_same_product(candidate))
        return 0;
    const char *running = candidate->target->running->version;
    return flota_version_compare(candidate->info->version, running) < 0 ? FLOTA_ERR_IMAGE_DOWNGRADE
                                                                        : 0;
}

static int check_foreign(const struct candidate *candidate)
{
    if (!candidate->consents->foreign)
        return FLOTA_ERR_IMAGE_NO_INFO;
    if (candidate->total_size > image_area_size(candidate->target->flash))
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    return 0;
}

typedef int (*check)(const struct candidate *candidate);

static int run_checks(const struct candidate *candidate, const check *checks, size_t count)
{
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++)
        error = checks[i](candidate);
    return error;
}

static int check_with_info(const struct candidate *candidate)
{
    static const check checks[] = {check_board, check_address, check_size,   check_product,
                                   check_epoch, check_guard,   check_version};
    return run_checks(candidate, checks, sizeof checks / sizeof checks[0]);
}

int flota_image_check(const struct flota_image_target *target,
                      const struct flota_image_consents *consents, const uint8_t *head,
                      uint32_t head_size, uint32_t total_size, struct flota_image_info *info)
{
    const struct candidate candidate = {target, consents, head, total_size, info};
    int found = flota_image_find_info(head, head_size, info);
    if (found == FLOTA_ERR_IMAGE_TOO_SHORT)
        return head_size == 0 ? FLOTA_ERR_IMAGE_EMPTY : found;
    int error = check_vectors(&candidate);
    if (error != 0)
        return error;
    if (found < 0)
        return found;
    return found ? check_with_info(&candidate) : check_foreign(&candidate);
}

void flota_hex_text(const uint8_t *bytes, uint32_t size, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}

void flota_build_id_text(const struct flota_image_info *info, char text[FLOTA_BUILD_ID_TEXT])
{
    flota_hex_text(info->digest, FLOTA_BUILD_ID_TEXT / 2, text);
}
