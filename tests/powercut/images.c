/* images.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "images.h"
#include "image_maker.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_EVERY       16384u /* a large image is mostly blank, so that its flash stays sparse */
#define CODE_SIZE        64u
#define SMALL_CODE_EVERY 256u

/* Of sectors of 1 KB: 3, 4, 4 and 2 of them. The last word is partly filled. An update that breaks
 * off and is followed by that of a smaller image leaves sectors that the smaller does not need. */
static const uint32_t small_sizes[IMAGE_COUNT] = {2300, 3900, 3500, 1400};

/* Of the chip's sectors of 128 KB: 2, 3, 2 and 1. */
static const uint32_t large_sizes[IMAGE_COUNT] = {134072, 265144, 139000, 5000};

/* Blank what lies behind the vectors, but the block, a few words and the end. */
static void thin_out(uint8_t *image, uint32_t size, uint32_t code_every)
{
    for (uint32_t i = CODE_SIZE; i + CODE_SIZE < size; i++)
        if (i % code_every >= CODE_SIZE &&
            (i < FLOTA_IMAGE_INFO_OFFSET || i >= FLOTA_IMAGE_HEAD_SIZE))
            image[i] = 0xFF;
}

static uint8_t *make(uint32_t index, uint32_t size, uint32_t code_every)
{
    char version[16];
    snprintf(version, sizeof version, "%u.0.0", (unsigned)index + 1);
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = version;
    recipe.size = size;
    recipe.seed = 1000 + index;
    uint8_t *image = image_make(&recipe);
    thin_out(image, size, code_every);
    image_reseal(image, size);
    return image;
}

void images_make(struct images *images, const struct cut_geometry *geometry)
{
    bool small = geometry->sector_size * geometry->image_sector_count < CODE_EVERY;
    for (uint32_t i = 0; i < IMAGE_COUNT; i++) {
        images->sizes[i] = small ? small_sizes[i] : large_sizes[i];
        images->bytes[i] = make(i, images->sizes[i], small ? SMALL_CODE_EVERY : CODE_EVERY);
    }
}

void images_free(struct images *images)
{
    for (uint32_t i = 0; i < IMAGE_COUNT; i++)
        free(images->bytes[i]);
}

const struct flota_image_info *images_info(const struct images *images, uint32_t index)
{
    return (const struct flota_image_info *)(const void *)(images->bytes[index] +
                                                           FLOTA_IMAGE_INFO_OFFSET);
}
