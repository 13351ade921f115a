/* option_bytes.h - FLASH_OPTSR of an STM32H742 to H757, and what Flota needs of it.
 *
 * Source: RM0399 4.9.8, FLASH_OPTSR_CUR.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_OPTION_BYTES_H
#define FLOTA_CLI_OPTION_BYTES_H

#include <stdbool.h>
#include <stdint.h>

enum option_field {
    OPTION_BCM4,
    OPTION_BOR,
    OPTION_IWDG1_SW,
    OPTION_SWAP_BANK,
    OPTION_RDP,
    OPTION_FIELD_COUNT
};

struct option_layout {
    const char *name; /* as the manual and programmers have it */
    const char *json; /* as the virtual board's page has it */
    unsigned shift;
    uint32_t mask;
};
extern const struct option_layout option_layouts[OPTION_FIELD_COUNT];

#define OPTION_RDP_LEVEL_2 0xCCu

uint32_t option_get(uint32_t status, enum option_field field);
uint32_t option_set(uint32_t status, enum option_field field, uint32_t value);

/* The highest brown-out level that a supply voltage leaves room for. */
uint32_t option_bor_for(uint32_t supply_mv);

/* What a board needs before its first update over the air: BCM4 = 0 and this brown-out level. All
 * else stays. */
uint32_t option_provisioned(uint32_t status, uint32_t supply_mv);

#endif
