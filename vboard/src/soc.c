/* soc.c - the system peripherals together: creation, reset, events, system memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#include <stdlib.h>
#include <string.h>

/* RM0399 63.1 (device electronic signature): 96-bit unique id, flash size in Kbytes. */
#define UNIQUE_ID_OFFSET  0x1E800u
#define FLASH_SIZE_OFFSET 0x1E880u

/* Seed 1, the default, is the chip that the documentation shows; each other seed is another one. */
static void fill_system_memory(uint8_t *memory, uint64_t seed)
{
    const uint32_t other = (uint32_t)((seed - 1) * 0x9E3779B97F4A7C15ull >> 32);
    const uint32_t unique_id[3] = {0x0031003Au ^ other, 0x33325107u, 0x36343732u};
    static const uint16_t flash_kbytes = 2 * BANK_SIZE / 1024;
    memset(memory, 0xFF, SECTOR_SIZE);
    if (!behaves(BEHAVIOUR_UNIQUE_ID))
        return;
    memcpy(memory + UNIQUE_ID_OFFSET, unique_id, sizeof unique_id);
    memcpy(memory + FLASH_SIZE_OFFSET, &flash_kbytes, sizeof flash_kbytes);
}

struct soc *soc_create(struct board *board)
{
    struct soc *soc = calloc(1, sizeof *soc);
    if (!soc)
        return NULL;
    board->soc = soc;
    fill_system_memory(soc->system_memory, board->options.seed);
    soc->rng.state = 0x9E3779B97F4A7C15ull * board->options.seed;
    rcc_create(board);
    pwr_create(board);
    syscfg_create(board);
    exti_create(board);
    rng_create(board);
    iwdg_create(board);
    rtc_create(board);
    return soc;
}

void soc_reset(struct board *board, enum reset_cause cause)
{
    /* The backup domain has no battery on this board: it loses its contents with the power. */
    if (cause == RESET_POWER_ON || !behaves(BEHAVIOUR_BACKUP_SURVIVES_RESET))
        rcc_backup_domain_reset(board);
    pwr_reset(board, cause);
    syscfg_reset(board, cause);
    exti_reset(board);
    rng_reset(board);
    iwdg_reset(board);
    rcc_reset(board, cause);
}

void soc_event(struct board *board, enum board_event event)
{
    if (event == EVENT_IWDG)
        iwdg_event(board);
    else if (event == EVENT_RCC)
        rcc_update(board);
    else if (event == EVENT_RNG)
        rng_event(board);
}

/* A read to change another bit of the register is no poll, nor is one per turn of a main loop. */
void soc_polled(struct board *board, struct poll *poll, bool waiting)
{
    const unsigned patience = 3, loop_cycles = 200;
    uint64_t loop_ns = loop_cycles * NS_PER_S / board->soc->rcc.cpu_hz;
    bool in_a_row = board->now_ns - poll->last_ns <= loop_ns;
    poll->last_ns = board->now_ns;
    poll->count = !waiting ? 0 : in_a_row ? poll->count + 1 : 1;
    if (poll->count >= patience) {
        poll->count = 0;
        board_skip_to_next_event(board);
    }
}

uint8_t *soc_system_memory(struct board *board)
{
    return board->soc->system_memory;
}

uint32_t soc_sysclk_hz(const struct board *board)
{
    return board->soc->rcc.cpu_hz;
}

bool soc_clocked(struct board *board, uint32_t enable, uint32_t bit, const char *name)
{
    if (!behaves(BEHAVIOUR_RCC_CLOCK_GATE) || rcc_enabled(board, enable, bit))
        return true;
    board_warn(board, "%s is accessed while its clock in the RCC is off: reads give 0", name);
    return false;
}
