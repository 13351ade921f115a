/* option_bytes.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "option_bytes.h"

const struct option_layout option_layouts[OPTION_FIELD_COUNT] = {
    [OPTION_BCM4] = {"BCM4", "bcm4", 22, 1},
    [OPTION_BOR] = {"BOR_LEV", "bor", 2, 3},
    [OPTION_IWDG1_SW] = {"IWDG1_SW", "iwdg1_sw", 4, 1},
    [OPTION_SWAP_BANK] = {"SWAP_BANK_OPT", "swap_bank", 31, 1},
    [OPTION_RDP] = {"RDP", "rdp", 8, 0xFF},
};

uint32_t option_get(uint32_t status, enum option_field field)
{
    const struct option_layout *layout = &option_layouts[field];
    return status >> layout->shift & layout->mask;
}

uint32_t option_set(uint32_t status, enum option_field field, uint32_t value)
{
    const struct option_layout *layout = &option_layouts[field];
    return (status & ~(layout->mask << layout->shift)) | (value & layout->mask) << layout->shift;
}

/* The nominal thresholds, as ST's HAL names the levels. The room covers the threshold's spread, its
 * hysteresis and the supply's ripple. */
#define ROOM_MV 300u
static const uint32_t bor_mv[] = {0, 2100, 2400, 2700};

uint32_t option_bor_for(uint32_t supply_mv)
{
    uint32_t level = 3;
    while (level > 0 && supply_mv < bor_mv[level] + ROOM_MV)
        level--;
    return level;
}

uint32_t option_provisioned(uint32_t status, uint32_t supply_mv)
{
    return option_set(option_set(status, OPTION_BCM4, 0), OPTION_BOR, option_bor_for(supply_mv));
}
