/* fast_crc32.c - flota_crc32() by large tables, for the build that counts cases.
 *
 * The core's own is small instead and would take half of the time. The build under sanitizers has
 * that one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include <string.h>

#define POLYNOMIAL 0xEDB88320u

static uint32_t tables[4][256];

static void fill_tables(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = (value >> 1) ^ (value & 1 ? POLYNOMIAL : 0);
        tables[0][i] = value;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int k = 1; k < 4; k++)
            tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xFF];
}

uint32_t flota_crc32(uint32_t crc, const void *data, uint32_t size)
{
    const uint8_t *bytes = data;
    if (tables[0][1] == 0)
        fill_tables();
    crc = ~crc;
    for (; size >= 4; size -= 4, bytes += 4) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        crc ^= word;
        crc = tables[3][crc & 0xFF] ^ tables[2][crc >> 8 & 0xFF] ^ tables[1][crc >> 16 & 0xFF] ^
              tables[0][crc >> 24];
    }
    for (; size > 0; size--)
        crc = (crc >> 8) ^ tables[0][(crc ^ *bytes++) & 0xFF];
    return ~crc;
}
