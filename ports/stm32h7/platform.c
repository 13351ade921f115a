/* platform.c - what the core needs of the board besides its flash: may it update, swap, restart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/platform.h"
#include "ethernet.h"
#include "flota/error.h"
#include "option_bytes.h"
#include "registers.h"
#include "stm32h7.h"

static struct {
    struct stm32h7_chip chip;
    uint8_t unique_id[STM32H7_UNIQUE_ID_SIZE];
} identity;

void stm32h7_identity_read(void)
{
    for (uint32_t i = 0; i < STM32H7_UNIQUE_ID_SIZE / 4u; i++) {
        uint32_t word = REG32(UNIQUE_ID + 4u * i);
        for (uint32_t k = 0; k < 4; k++)
            identity.unique_id[4u * i + k] = (uint8_t)(word >> (8u * k));
    }
    identity.chip.idcode = REG32(DBGMCU_IDCODE);
    identity.chip.flash_kb = REG32(FLASH_SIZE_KB) & 0xFFFFu;
}

const uint8_t *stm32h7_unique_id(void)
{
    return identity.unique_id;
}

static int update_allowed(void *port)
{
    struct stm32h7_options options;
    (void)port;
    int refused = stm32h7_chip_check(&identity.chip);
    if (refused < 0)
        return refused;
    stm32h7_options_read(&options);
    return stm32h7_options_check(&options);
}

/* With Ethernet at work, as in keep() below. */
static int set_options(void *port)
{
    int refused = update_allowed(port);
    return refused == FLOTA_ERR_CM4_BOOTS ? stm32h7_options_hold_m4(stm32h7_wait) : refused;
}

/* The device answers before it swaps, and resets right after: nothing needs the network any more,
 * and no bus master but the core is at work while the option bytes change. When the change is
 * refused the device lives on, and its next poll starts the Ethernet again. */
static int swap(void *port)
{
    (void)port;
    stm32h7_eth_hold();
    return stm32h7_options_boot(!stm32h7_options_swapped(), stm32h7_wait);
}

/* It runs in normal operation, with clients waiting, and no reset follows: Ethernet stays on. Its
 * DMA touches neither flash nor the flash registers; frames that come while the core stalls wait in
 * the ring, or are sent again. */
static int keep(void *port)
{
    bool swapped = stm32h7_options_swapped();
    (void)port;
    int result = stm32h7_options_boot(!swapped, stm32h7_wait);
    int back = stm32h7_options_boot(swapped, stm32h7_wait);
    return result != 0 ? result : back;
}

static void feed(void *port)
{
    (void)port;
    IWDG1_KR = IWDG_KEY_FEED;
}

static int foreign_allowed(void *port)
{
    (void)port;
    return FLASH_OPTSR_CUR & FLASH_OPTSR_IWDG1_SW ? 0 : FLOTA_ERR_WATCHDOG_ALWAYS;
}

static void reset(void *port)
{
    (void)port;
    stm32h7_eth_stop();
    stm32h7_uart_flush();
    core_reset();
}

static int active_bank(void *port)
{
    (void)port;
    return stm32h7_options_swapped() ? 2 : 1;
}

static void chip_name(void *port, char *text, size_t size)
{
    (void)port;
    stm32h7_chip_name(&identity.chip, text, size);
}

/* Where a stack may lie: DTCM, AXI SRAM, SRAM1 to SRAM3 (RM0399 2.3). */
static const struct flota_memory ram[] = {
    {DTCM_ADDRESS, DTCM_SIZE},
    {AXI_SRAM_ADDRESS, AXI_SRAM_SIZE},
    {SRAM12_ADDRESS, SRAM12_SIZE + 0x8000u},
};

const struct flota_platform stm32h7_platform = {
    .port = NULL,
    .board = "stm32h745i-disco",
    .ram = ram,
    .ram_count = sizeof ram / sizeof ram[0],
    .has_guard = true,
    .update_allowed = update_allowed,
    .set_options = set_options,
    .swap = swap,
    .keep = keep,
    .feed = feed,
    .foreign_allowed = foreign_allowed,
    .reset = reset,
    .active_bank = active_bank,
    .chip_name = chip_name,
};
