/* crc32.h - CRC-32 with zlib's polynomial.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CORE_CRC32_H
#define FLOTA_CORE_CRC32_H

#include <stdint.h>

/* Continue a CRC-32 (reflected polynomial 0xEDB88320, as zlib, Ethernet and PNG use it).
 *
 * crc: 0 for the first bytes, else the result for the bytes before these. */
uint32_t flota_crc32(uint32_t crc, const void *data, uint32_t size);

#endif
