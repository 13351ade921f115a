/* image_info.c - the information block of one firmware; compiled with each project's
 * flota_config.h.
 *
 * image.S puts these bytes at offset 0x400 of the image, and `flota seal` fills in size, digest and
 * crc32 there. port.c copies the sealed block back at start, so the object is not constant here,
 * though all others see it so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/image.h"
#include "flota_config.h"
#include "host_chip.h"

#ifndef FLOTA_SECURITY_EPOCH
#define FLOTA_SECURITY_EPOCH 0
#endif

extern struct flota_image_info flota_image_info;

#define FITS(text) (sizeof(text) <= 32 && sizeof(text) > 1)
_Static_assert(FITS(FLOTA_PRODUCT), "FLOTA_PRODUCT: 1 to 31 bytes");
_Static_assert(FITS(FLOTA_NAME), "FLOTA_NAME: 1 to 31 bytes");
_Static_assert(FITS(FLOTA_VERSION), "FLOTA_VERSION: 1 to 31 bytes");

__attribute__((section(".flota_info"), used)) struct flota_image_info flota_image_info = {
    .magic = FLOTA_IMAGE_INFO_MAGIC,
    .format = FLOTA_IMAGE_INFO_FORMAT,
    .info_size = FLOTA_IMAGE_INFO_SIZE,
    .link_address = HOST_LINK_ADDRESS,
    .security_epoch = FLOTA_SECURITY_EPOCH,
    .product = FLOTA_PRODUCT,
    .board = HOST_BOARD,
    .name = FLOTA_NAME,
    .version = FLOTA_VERSION,
};
