/* image_maker.h - firmware images for tests: any size, version and defect.
 *
 *     struct image_recipe recipe = IMAGE_RECIPE;
 *     recipe.version = "2.0.0";
 *     uint8_t *image = image_make(&recipe);   // free() it
 *
 * Seals with its own code, so that tests compare two readings of the format.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef IMAGE_MAKER_H
#define IMAGE_MAKER_H

#include "flota/image.h"

struct image_recipe {
    const char *product;
    const char *board;
    const char *name;
    const char *version;
    uint32_t link_address;
    uint32_t size; /* bytes, at least FLOTA_IMAGE_HEAD_SIZE */
    uint32_t stack_pointer;
    uint32_t reset_vector;
    uint32_t seed;  /* of the bytes that stand for code */
    uint32_t guard; /* seed of the bytes 0x500 to 0x2000; 0: code, and no guard's id */
    uint32_t security_epoch;
    bool no_block; /* a foreign image: code where the block would be */
};

/* What flash_model.c's running firmware accepts as its successor. */
#define IMAGE_RECIPE                                                                               \
    {                                                                                              \
        .product = "test-product", .board = "test-board", .name = "project2", .version = "2.0.0",  \
        .link_address = 0x08000000u, .size = 5000u, .stack_pointer = 0x20020000u,                  \
        .reset_vector = 0x08000501u, .seed = 1                                                     \
    }

/* Make an image: vector table, block, pseudo-random code with blank stretches. free() the result.
 */
uint8_t *image_make(const struct image_recipe *recipe);

/* Fill the block that recipe describes, unsealed. */
void image_fill_info(const struct image_recipe *recipe, struct flota_image_info *info);

/* Set image_size, digest and crc32 again after a test has changed an image. */
void image_reseal(uint8_t *image, uint32_t size);

/* Set the crc32 only: for blocks with a defect that the crc32 must not hide. */
void image_fix_crc32(uint8_t *image);

#endif
