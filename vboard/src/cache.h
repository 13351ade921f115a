/* cache.h - maintenance of the data cache, as far as the DMA shows that it is missing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CACHE_H
#define VBOARD_CACHE_H

#include "cpu.h"

void cache_reset(struct cpu *cpu);
/* A write to ICIALLU ... BPIALL; offset: of the system space. */
void cache_maintained(struct cpu *cpu, uint32_t offset, uint32_t value);
/* A DMA reads or writes memory: warns where the core would see, or give, something else. */
void cache_look_at_dma(struct board *board, uint32_t address, uint32_t size, bool write);

#endif
