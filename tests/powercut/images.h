/* images.h - the firmware images of the power-cut suite, made once per geometry.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef IMAGES_H
#define IMAGES_H

#include "cut_flash.h"
#include "flota/image.h"

/* The guard lies in an image's first bytes: without them no boot. */
#define IMAGE_GUARD_SIZE 1024u
#define IMAGE_COUNT      4u /* versions 1.0.0 to 4.0.0 of one product */

struct images {
    uint32_t sizes[IMAGE_COUNT]; /* bytes: no two need the same words, some not the same sectors */
    uint8_t *bytes[IMAGE_COUNT];
};

/* From half of a small geometry's image sectors to all of them; of a large one up to three. */
void images_make(struct images *images, const struct cut_geometry *geometry);
void images_free(struct images *images);

/* The information block of image number index. */
const struct flota_image_info *images_info(const struct images *images, uint32_t index);

#endif
