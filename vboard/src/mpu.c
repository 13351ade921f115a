/* mpu.c - see mpu.h.
 *
 * Armv7-M ARM (DDI 0403E) B3.5: of the regions that match, the one with the highest number decides;
 * a disabled subregion does not match; where none does, PRIVDEFENA gives privileged code the
 * default map, others fault; at a negative priority the MPU is off unless HFNMIENA is set. The
 * default map has the flash as Normal memory (B3.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mpu.h"

#define CTRL_ENABLE     1u
#define CTRL_HFNMIENA   2u
#define CTRL_PRIVDEFENA 4u

#define RBAR        0xED9Cu
#define RBAR_VALID  (1u << 4)
#define RBAR_REGION 0xFu

#define RASR_ENABLE      1u
#define RASR_SIZE(rasr)  ((rasr) >> 1 & 0x1Fu)
#define RASR_SRD(rasr)   ((rasr) >> 8 & 0xFFu)
#define RASR_TEXCB(rasr) (((rasr) >> 17 & 0x1Cu) | ((rasr) >> 16 & 3u)) /* TEX, C, B */
#define RASR_S           (1u << 18)
#define RASR_AP(rasr)    ((rasr) >> 24 & 7u)

enum { REGIONS = 16, SMALLEST_LOG2 = 5, SUBREGIONS_FROM_LOG2 = 8 };

/* --- registers --- */

uint32_t mpu_read(const struct scs *scs, uint32_t offset)
{
    return (offset - RBAR) % 8 == 0 ? scs->mpu_rbar[scs->mpu_rnr] | scs->mpu_rnr
                                    : scs->mpu_rasr[scs->mpu_rnr];
}

void mpu_write(struct scs *scs, uint32_t offset, uint32_t lanes, uint32_t value)
{
    if ((offset - RBAR) % 8 != 0) {
        uint32_t *rasr = &scs->mpu_rasr[scs->mpu_rnr];

        *rasr = (*rasr & ~lanes) | (value & lanes); /* halves may be written (B3.5.9) */
        return;
    }
    if ((value & RBAR_VALID) != 0) {
        scs->mpu_rnr = value & RBAR_REGION;
    }
    scs->mpu_rbar[scs->mpu_rnr] = value & ~0x1Fu;
}

/* --- regions --- */

static unsigned size_log2(uint32_t rasr)
{
    return RASR_SIZE(rasr) + 1;
}

/* Log2 of what is alike throughout: a subregion, or a region too small to have them. */
static unsigned grain_log2(uint32_t rasr)
{
    unsigned size = size_log2(rasr);

    return size >= SUBREGIONS_FROM_LOG2 ? size - 3 : size;
}

static bool is_in_use(uint32_t rasr)
{
    return (rasr & RASR_ENABLE) != 0 && size_log2(rasr) >= SMALLEST_LOG2;
}

/* Bits of RBAR below the region's size are ignored (B3.5.8). */
static bool matches(const struct scs *scs, int region, uint32_t address)
{
    uint32_t rasr = scs->mpu_rasr[region];
    unsigned size = size_log2(rasr);

    if (!is_in_use(rasr) || (uint64_t)address >> size != (uint64_t)scs->mpu_rbar[region] >> size) {
        return false;
    }
    return size < SUBREGIONS_FROM_LOG2 ||
           (RASR_SRD(rasr) >> (address >> (size - 3) & 7u) & 1u) == 0;
}

/* Table B3-13: Strongly-ordered and the two kinds of Device memory. */
static bool is_device(uint32_t rasr)
{
    uint32_t texcb = RASR_TEXCB(rasr);

    return texcb == 0x00 || texcb == 0x01 || texcb == 0x08;
}

/* Table B3-15. */
static bool is_readable(uint32_t rasr, bool privileged)
{
    uint32_t ap = RASR_AP(rasr);

    return privileged ? ap != 0 && ap != 4 : ap == 2 || ap == 3 || ap >= 6;
}

static bool is_normal(const struct scs *scs, bool privileged, uint32_t address)
{
    for (int region = REGIONS - 1; region >= 0; region--) {
        if (matches(scs, region, address)) {
            return is_readable(scs->mpu_rasr[region], privileged) &&
                   !is_device(scs->mpu_rasr[region]);
        }
    }
    return privileged && (scs->mpu_ctrl & CTRL_PRIVDEFENA) != 0;
}

/* What lies in one piece of so many bytes is alike: the smallest grain of the regions there. */
static uint32_t smallest_grain(const struct scs *scs, uint32_t address, uint32_t size)
{
    uint32_t smallest = size;

    for (int region = 0; region < REGIONS; region++) {
        uint32_t rasr = scs->mpu_rasr[region];
        uint64_t start = is_in_use(rasr)
                             ? (uint64_t)scs->mpu_rbar[region] >> size_log2(rasr) << size_log2(rasr)
                             : UINT64_MAX;

        if (start < (uint64_t)address + size && start + (1ull << size_log2(rasr)) > address &&
            1ull << grain_log2(rasr) < smallest) {
            smallest = 1u << grain_log2(rasr);
        }
    }
    return smallest;
}

bool mpu_keeps_out(const struct scs *scs, bool privileged, bool negative, uint32_t address,
                   uint32_t size)
{
    uint32_t grain;

    if ((scs->mpu_ctrl & CTRL_ENABLE) == 0 || (negative && (scs->mpu_ctrl & CTRL_HFNMIENA) == 0)) {
        return false;
    }
    grain = smallest_grain(scs, address, size);
    for (uint32_t at = 0; at < size; at += grain) {
        if (is_normal(scs, privileged, address + at)) {
            return false;
        }
    }
    return true;
}

/* Table B3-13: the inner policy, which is the Cortex-M7's cache's. */
static enum mpu_cache policy(uint32_t rasr)
{
    uint32_t tex = rasr >> 19 & 7u, cb = rasr >> 16 & 3u;
    bool shared = (rasr & RASR_S) != 0;

    if (shared || is_device(rasr) || cb == 0 || (tex != 0 && tex < 4 && cb != 3)) {
        return MPU_NOT_CACHED;
    }
    return cb == 2 ? MPU_WRITE_THROUGH : MPU_WRITE_BACK;
}

/* Without a region: SRAM is write-back by the default map (table B3-1). */
enum mpu_cache mpu_cache(const struct scs *scs, uint32_t address)
{
    for (int region = REGIONS - 1; region >= 0 && (scs->mpu_ctrl & CTRL_ENABLE) != 0; region--) {
        if (matches(scs, region, address)) {
            return policy(scs->mpu_rasr[region]);
        }
    }
    return address - 0x20000000u < 0x20000000u ? MPU_WRITE_BACK : MPU_NOT_CACHED;
}
