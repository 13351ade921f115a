/* memory.c - the memories of the STM32H745 as the Cortex-M7 sees them (RM0399 2.3, memory map).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cache.h"
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ram {
    uint32_t base, size;
    bool dma;         /* reachable for the Ethernet DMA */
    const char *name; /* for messages */
};

static const struct ram rams[] = {
    {0x00000000, 0x10000, false, "ITCM"},    {0x20000000, 0x20000, false, "DTCM"},
    {0x24000000, 0x80000, true, "AXI SRAM"}, {0x30000000, 0x48000, true, "SRAM1-3"},
    {0x38000000, 0x10000, true, "SRAM4"},    {0x38800000, 0x1000, true, "backup SRAM"},
};

enum { RAM_COUNT = sizeof rams / sizeof rams[0], RAM_D2 = 3 };

/* SRAM1-3 appear a second time here, for the core only. */
#define D2_ALIAS 0x10000000u

static uint8_t *contents[RAM_COUNT];

static uint8_t *ram_at(uint32_t address, uint32_t size, bool dma)
{
    uint32_t alias_offset = address - D2_ALIAS;

    if (!dma && alias_offset < rams[RAM_D2].size) {
        address = rams[RAM_D2].base + alias_offset;
    }
    for (size_t i = 0; i < RAM_COUNT; i++) {
        uint32_t offset = address - rams[i].base;
        if (offset < rams[i].size && size <= rams[i].size - offset && (rams[i].dma || !dma)) {
            return contents[i] + offset;
        }
    }
    return NULL;
}

static uint8_t *flash_at(struct board *board, uint32_t address, uint32_t size)
{
    uint32_t offset = address - FLASH_BASE;

    if (offset >= 2 * BANK_SIZE || size > BANK_SIZE - offset % BANK_SIZE) {
        return NULL;
    }
    return flash_mapped(board, offset >= BANK_SIZE) + offset % BANK_SIZE;
}

uint8_t *memory_ram_at(uint32_t address, uint32_t size)
{
    return ram_at(address, size, false);
}

uint8_t *memory_at(struct board *board, uint32_t address, uint32_t size)
{
    uint8_t *memory = ram_at(address, size, false);

    if (memory == NULL) {
        memory = flash_at(board, address, size);
    }
    if (memory == NULL && address - SYSTEM_MEMORY_BASE < SYSTEM_MEMORY_SIZE) {
        uint32_t offset = address - SYSTEM_MEMORY_BASE;
        memory = size <= SYSTEM_MEMORY_SIZE - offset ? soc_system_memory(board) + offset : NULL;
    }
    return memory;
}

uint8_t *board_dma_memory(struct board *board, uint32_t address, uint32_t size, bool write)
{
    uint8_t *memory = ram_at(address, size, behaves(BEHAVIOUR_DMA_BUS_MATRIX));

    cache_look_at_dma(board, address, size, write);
    if (memory == NULL && !write) {
        memory = flash_at(board, address, size);
    }
    return memory;
}

bool memory_is_mapped(uint32_t address)
{
    return ram_at(address, 1, false) != NULL || address - FLASH_BASE < 2 * BANK_SIZE ||
           address - SYSTEM_MEMORY_BASE < SYSTEM_MEMORY_SIZE;
}

/* Read-only memory: Unicorn drops stores only where the rights were also set by uc_mem_protect().
 */
static bool map_read_only(uc_engine *uc, uint32_t address, uint32_t size, uint8_t *memory)
{
    const uint32_t rights = UC_PROT_READ | UC_PROT_EXEC;

    return uc_mem_map_ptr(uc, address, size, rights, memory) == UC_ERR_OK &&
           uc_mem_protect(uc, address, size, rights) == UC_ERR_OK;
}

bool memory_map(struct board *board, uc_engine *uc)
{
    for (size_t i = 0; i < RAM_COUNT; i++) {
        if (uc_mem_map_ptr(uc, rams[i].base, rams[i].size, UC_PROT_ALL, contents[i]) != UC_ERR_OK) {
            return false;
        }
    }
    if (uc_mem_map_ptr(uc, D2_ALIAS, rams[RAM_D2].size, UC_PROT_ALL, contents[RAM_D2]) !=
        UC_ERR_OK) {
        return false;
    }
    for (int half = 0; half < 2; half++) {
        if (!map_read_only(uc, FLASH_BASE + (uint32_t)half * BANK_SIZE, BANK_SIZE,
                           flash_mapped(board, half))) {
            return false;
        }
    }
    return map_read_only(uc, SYSTEM_MEMORY_BASE, SYSTEM_MEMORY_SIZE, soc_system_memory(board));
}

/* xorshift64: the pattern of RAM cells at power-on need not be better than this. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void fill_random(uint8_t *memory, uint32_t size, uint64_t *state)
{
    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t value = next_random(state);
        memcpy(memory + i, &value, 8);
    }
}

void memory_power_on(struct board *board)
{
    /* Each power-on differs; the same seed gives the same ones. Never 0: xorshift would stay there.
     */
    static uint64_t state;

    if (state == 0) {
        state = 0x9E3779B97F4A7C15u ^ (board->options.seed * 0xBF58476D1CE4E5B9u | 1u);
    }
    for (size_t i = 0; i < RAM_COUNT; i++) {
        if (board->options.ram_random) {
            fill_random(contents[i], rams[i].size, &state);
        } else {
            memset(contents[i], board->options.ram_fill, rams[i].size);
        }
    }
}

/* Cells lose their charge one by one: after a short loss of power most lines of 32 bytes are kept.
 */
void memory_brownout(struct board *board)
{
    uint64_t state = (board->options.seed + board->now_ns) * 2 + 1; /* never 0 */

    for (size_t i = 0; i < RAM_COUNT; i++) {
        for (uint32_t at = 0; at < rams[i].size; at += 32) {
            if (next_random(&state) % 64 == 0) {
                fill_random(contents[i] + at, 32, &state);
            }
        }
    }
}

bool memory_create(void)
{
    for (size_t i = 0; i < RAM_COUNT; i++) {
        contents[i] = aligned_alloc(4096, rams[i].size);
        if (contents[i] == NULL) {
            return false;
        }
    }
    return true;
}
