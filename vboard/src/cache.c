/* cache.c - see cache.h.
 *
 * There is no cache here: a firmware without maintenance works on this board and not on a real one.
 * So what it lacks is looked for. With the data cache on, and in memory that the MPU or the default
 * map makes cacheable (Armv7-M ARM B3.1, B3.5.9; shared memory is not cached by a Cortex-M7,
 * DDI 0489 5.2):
 *
 *  - what the DMA reads must have been cleaned once, if it is write-back;
 *  - what the DMA wrote must have been invalidated before it writes there again: else the core has
 *    looked at old bytes, if it looked at all.
 *
 * Only the first line of an access is looked at, descriptors (16 bytes) only as they are read. A
 * buffer that is cleaned sometimes passes: a warning is never wrong, silence is no proof.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cache.h"

#include <string.h>

#include "mpu.h"

enum {
    DCIMVAC = 0xEF5C,
    DCISW = 0xEF60,
    DCCMVAU = 0xEF64,
    DCCMVAC = 0xEF68,
    DCCSW = 0xEF6C,
    DCCIMVAC = 0xEF70,
    DCCISW = 0xEF74
};
enum { CLEANED = 1, DMA_WROTE = 2 };
enum { LINE = 32, DESCRIPTOR_SIZE = 16 };

#define CCR_DC (1u << 16)

/* The memories that the DMA reaches, one after the other in cpu->cache_lines. */
static const struct {
    uint32_t base, size;
} memories[] = {{0x24000000, 0x80000}, {0x30000000, 0x48000}, {0x38000000, 0x10000}};

static uint8_t *line_at(struct cpu *cpu, uint32_t address)
{
    uint32_t first = 0;

    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
        uint32_t offset = address - memories[i].base;

        if (offset < memories[i].size) {
            return &cpu->cache_lines[first + offset / LINE];
        }
        first += memories[i].size / LINE;
    }
    return NULL;
}

_Static_assert(CACHE_LINES == (0x80000 + 0x48000 + 0x10000) / LINE, "as in cpu.h");

void cache_reset(struct cpu *cpu)
{
    memset(cpu->cache_lines, 0, sizeof cpu->cache_lines);
    cpu->cache_swept = DMA_WROTE;
}

static void maintain(uint8_t *line, bool cleans, bool invalidates)
{
    *line |= cleans ? CLEANED : 0;
    *line &= (uint8_t) ~(invalidates ? DMA_WROTE : 0);
}

/* A firmware does it 512 times in a row, once for each set and way: the first does it all. */
static void sweep(struct cpu *cpu, bool cleans, bool invalidates)
{
    uint8_t effect = (uint8_t)((cleans ? CLEANED : 0) | (invalidates ? DMA_WROTE : 0));

    if ((cpu->cache_swept & effect) == effect) {
        return;
    }
    for (size_t i = 0; i < CACHE_LINES; i++) {
        maintain(&cpu->cache_lines[i], cleans, invalidates);
    }
    cpu->cache_swept |= effect;
}

/* By set and way it is the whole cache: who does one line does all. */
void cache_maintained(struct cpu *cpu, uint32_t offset, uint32_t value)
{
    bool cleans = offset == DCCMVAU || offset == DCCMVAC || offset == DCCSW || offset == DCCIMVAC ||
                  offset == DCCISW;
    bool invalidates =
        offset == DCIMVAC || offset == DCISW || offset == DCCIMVAC || offset == DCCISW;
    bool whole = offset == DCISW || offset == DCCSW || offset == DCCISW;
    uint8_t *line = line_at(cpu, value);

    if (whole) {
        sweep(cpu, cleans, invalidates);
    } else if (line != NULL) {
        maintain(line, cleans, invalidates);
    }
}

void cache_look_at_dma(struct board *board, uint32_t address, uint32_t size, bool write)
{
    struct cpu *cpu = board->cpu;
    uint8_t *line = line_at(cpu, address);
    enum mpu_cache cached;

    if (line == NULL || (cpu->scs.ccr & CCR_DC) == 0 || !behaves(BEHAVIOUR_DMA_CACHE_WARNING)) {
        return;
    }
    cached = mpu_cache(&cpu->scs, address);
    if (cached == MPU_WRITE_BACK && !write && !(*line & CLEANED)) {
        board_warn(board, "the DMA reads from cacheable memory that was never cleaned: on a real "
                          "chip it gets what was there before the core wrote");
    }
    if (cached == MPU_NOT_CACHED || !write || size <= DESCRIPTOR_SIZE) {
        return;
    }
    if (*line & DMA_WROTE) {
        board_warn(board, "the DMA writes again to cacheable memory that was not invalidated "
                          "meanwhile: on a real chip the core has read old bytes there");
    }
    *line |= DMA_WROTE;
    cpu->cache_swept &= (uint8_t)~DMA_WROTE;
}
