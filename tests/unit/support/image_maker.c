/* image_maker.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "image_maker.h"
#include "mbedtls/sha256.h"
#include "prng.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BLANK_EVERY 1024u /* a stretch of erased bytes, as linkers leave it */
#define BLANK_SIZE  96u

static void put_word(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t crc32_bit_by_bit(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size * 8; i++) {
        uint32_t bit = (crc ^ (uint32_t)(data[i / 8] >> (i % 8))) & 1;
        crc = (crc >> 1) ^ (bit ? 0xEDB88320u : 0);
    }
    return ~crc;
}

void image_fill_info(const struct image_recipe *recipe, struct flota_image_info *info)
{
    memset(info, 0, sizeof *info);
    info->magic = FLOTA_IMAGE_INFO_MAGIC;
    info->format = FLOTA_IMAGE_INFO_FORMAT;
    info->info_size = FLOTA_IMAGE_INFO_SIZE;
    info->link_address = recipe->link_address;
    info->security_epoch = recipe->security_epoch;
    memcpy(info->product, recipe->product, strnlen(recipe->product, sizeof info->product));
    memcpy(info->board, recipe->board, strnlen(recipe->board, sizeof info->board));
    memcpy(info->name, recipe->name, strnlen(recipe->name, sizeof info->name));
    memcpy(info->version, recipe->version, strnlen(recipe->version, sizeof info->version));
}

void image_fix_crc32(uint8_t *image)
{
    uint8_t *block = image + FLOTA_IMAGE_INFO_OFFSET;
    put_word(block + FLOTA_IMAGE_INFO_SIZE - 4, crc32_bit_by_bit(block, FLOTA_IMAGE_INFO_SIZE - 4));
}

void image_reseal(uint8_t *image, uint32_t size)
{
    uint8_t *block = image + FLOTA_IMAGE_INFO_OFFSET;
    uint8_t *digest = block + offsetof(struct flota_image_info, digest);
    put_word(block + offsetof(struct flota_image_info, image_size), size);
    memset(digest, 0, FLOTA_IMAGE_DIGEST_SIZE + 4);
    uint8_t sum[FLOTA_IMAGE_DIGEST_SIZE];
    if (mbedtls_sha256_ret(image, size, sum, 0) != 0)
        abort();
    memcpy(digest, sum, sizeof sum);
    image_fix_crc32(image);
}

static void put_guard(const struct image_recipe *recipe, uint8_t *image)
{
    uint8_t sum[FLOTA_IMAGE_DIGEST_SIZE], *guard = image + FLOTA_GUARD_OFFSET;
    uint32_t random = recipe->guard;
    if (recipe->guard == 0)
        return;
    if (recipe->size < FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE)
        abort();
    for (uint32_t i = 0; i < FLOTA_GUARD_SIZE; i++)
        guard[i] = (uint8_t)prng_next(&random);
    if (mbedtls_sha256_ret(guard, FLOTA_GUARD_SIZE, sum, 0) != 0)
        abort();
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, guard_id), sum,
           FLOTA_GUARD_ID_SIZE);
}

uint8_t *image_make(const struct image_recipe *recipe)
{
    uint8_t *image = malloc(recipe->size);
    if (!image || recipe->size < FLOTA_IMAGE_HEAD_SIZE)
        abort();
    uint32_t random = recipe->seed;
    for (uint32_t i = 0; i < recipe->size; i++) {
        uint8_t code = (uint8_t)prng_next(&random);
        image[i] = i % BLANK_EVERY < BLANK_SIZE ? 0xFF : code;
    }
    put_word(image, recipe->stack_pointer);
    put_word(image + 4, recipe->reset_vector);
    if (!recipe->no_block) {
        struct flota_image_info info;
        image_fill_info(recipe, &info);
        memcpy(image + FLOTA_IMAGE_INFO_OFFSET, &info, sizeof info);
        put_guard(recipe, image);
        image_reseal(image, recipe->size);
    }
    return image;
}
