/* images.h - the firmware images of the power-cut suite, made once per geometry.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef IMAGES_H
#define IMAGES_H

#include "cut_flash.h"
#include "flota/image.h"

#define IMAGE_GUARD_SIZE                                                                           \
    1024u              /* the guard lies in an image's first bytes: without them no boot           \
                        */
#define IMAGE_COUNT 4u /* versions 1.0.0 to 4.0.0 of one product */

struct images {
    uint32_t size; /* bytes, the same for all */
    uint8_t *bytes[IMAGE_COUNT];
};

/* Images that fill the geometry's image sectors but one, or two sectors of a large geometry. */
void images_make(struct images *images, const struct cut_geometry *geometry);
void images_free(struct images *images);

/* The information block of image number index. */
const struct flota_image_info *images_info(const struct images *images, uint32_t index);

#endif
