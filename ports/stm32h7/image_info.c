/* image_info.c - the information block of one firmware; compiled with each project's
 * flota_config.h.
 *
 * The linker script places it at offset 0x400. `flota seal` fills in size, digest and crc32
 * afterwards, so no code may take these zeros for constants: nobody else sees this definition.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/image.h"
#include "flota_config.h"

#ifndef FLOTA_SECURITY_EPOCH
#define FLOTA_SECURITY_EPOCH 0
#endif

extern const struct flota_image_info flota_image_info;

#define FITS(text) (sizeof(text) <= 32 && sizeof(text) > 1)
_Static_assert(FITS(FLOTA_PRODUCT), "FLOTA_PRODUCT: 1 to 31 bytes");
_Static_assert(FITS(FLOTA_NAME), "FLOTA_NAME: 1 to 31 bytes");
_Static_assert(FITS(FLOTA_VERSION), "FLOTA_VERSION: 1 to 31 bytes");

__attribute__((section(".flota_info"), used)) const struct flota_image_info flota_image_info = {
    .magic = FLOTA_IMAGE_INFO_MAGIC,
    .format = FLOTA_IMAGE_INFO_FORMAT,
    .info_size = FLOTA_IMAGE_INFO_SIZE,
    .link_address = 0x08000000u,
    .security_epoch = FLOTA_SECURITY_EPOCH,
    .product = FLOTA_PRODUCT,
    .board = "stm32h745i-disco",
    .name = FLOTA_NAME,
    .version = FLOTA_VERSION,
};
