/* rules.c - decisions and arithmetic of the port that need no hardware. See rules.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules.h"
#include "flota/error.h"
#include <stddef.h>
#include <stdio.h>

#define OPTSR_BCM4          (1u << 22)
#define OPTSR_SWAP_BANK_OPT (1u << 31)
#define OPTSR_NO_OPTIONS    ((1u << 0) | (1u << 30)) /* OPT_BUSY, OPTCHANGEERR */

int stm32h7_chip_check(const struct stm32h7_chip *chip)
{
    uint32_t device = chip->idcode & 0xFFFu;
    uint32_t revision = chip->idcode >> 16;
    bool known_revision = revision == 0x2001u || revision == 0x2003u; /* X, V */
    if (device == 0x450u && known_revision && chip->flash_kb == 2048u)
        return 0;
    return FLOTA_ERR_CHIP_UNKNOWN;
}

static const char *device_name(uint32_t device)
{
    switch (device) {
    case 0x450:
        return "STM32H74x/75x";
    case 0x480:
        return "STM32H7A3/7B3/7B0";
    case 0x483:
        return "STM32H72x/73x";
    default:
        return "unknown chip";
    }
}

/* Of device 0x450; the same numbers mean other letters elsewhere. */
static char revision_letter(uint32_t device, uint32_t revision)
{
    static const struct {
        uint16_t revision;
        char letter;
    } rows[] = {{0x1001, 'Z'}, {0x1003, 'Y'}, {0x2001, 'X'}, {0x2003, 'V'}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (device == 0x450u && rows[i].revision == revision)
            return rows[i].letter;
    return '?';
}

void stm32h7_chip_name(const struct stm32h7_chip *chip, char *text, size_t size)
{
    uint32_t device = chip->idcode & 0xFFFu;
    snprintf(text, size, "%s revision %c, %lu KB (IDCODE 0x%08lX)", device_name(device),
             revision_letter(device, chip->idcode >> 16), (unsigned long)chip->flash_kb,
             (unsigned long)chip->idcode);
}

static bool options_differ(const struct stm32h7_options *options)
{
    for (size_t i = 0; i < STM32H7_OPTION_PAIRS; i++) {
        uint32_t difference = options->current[i] ^ options->programmed[i];
        if (i == 0)
            difference &= ~OPTSR_NO_OPTIONS;
        if (difference)
            return true;
    }
    return false;
}

int stm32h7_options_check(const struct stm32h7_options *options)
{
    bool swap_wanted = (options->current[0] & OPTSR_SWAP_BANK_OPT) != 0;
    if (swap_wanted != options->swapped || options_differ(options))
        return FLOTA_ERR_OPTION_PENDING;
    return options->current[0] & OPTSR_BCM4 ? FLOTA_ERR_CM4_BOOTS : 0;
}

int stm32h7_flash_acr(uint32_t axi_hz)
{
    static const struct {
        uint8_t max_mhz, latency, write_delay;
    } rows[] = {{70, 0, 0}, {140, 1, 1}, {185, 2, 1}, {210, 2, 2}, {225, 3, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (axi_hz <= rows[i].max_mhz * 1000000u)
            return rows[i].latency | rows[i].write_delay << 4;
    return -1;
}

uint32_t stm32h7_mdc_code(uint32_t hclk_hz)
{
    static const struct {
        uint16_t below_mhz;
        uint8_t code;
    } rows[] = {{35, 2}, {60, 3}, {100, 0}, {150, 1}, {250, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (hclk_hz < rows[i].below_mhz * 1000000u)
            return rows[i].code;
    return 5;
}

uint32_t stm32h7_baud_divider(uint32_t kernel_hz, uint32_t baud)
{
    return (kernel_hz + baud / 2u) / baud;
}

bool stm32h7_reset_was_power_on(uint32_t flags)
{
    const uint32_t by_program = STM32H7_RSR_SOFTWARE | STM32H7_RSR_WATCHDOG | STM32H7_RSR_LOW_POWER;
    if (flags & by_program)
        return false;
    return (flags & (STM32H7_RSR_PORRSTF | STM32H7_RSR_BORRSTF)) || !(flags & STM32H7_RSR_PINRSTF);
}

const char *stm32h7_reset_text(uint32_t flags)
{
    static const struct {
        uint32_t flags;
        const char *text;
    } rows[] = {{STM32H7_RSR_WATCHDOG, "watchdog"},   {STM32H7_RSR_SOFTWARE, "software"},
                {STM32H7_RSR_LOW_POWER, "low-power"}, {STM32H7_RSR_PORRSTF, "power-on"},
                {STM32H7_RSR_BORRSTF, "brown-out"},   {STM32H7_RSR_PINRSTF, "reset pin"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (flags & rows[i].flags)
            return rows[i].text;
    return "unknown";
}

void stm32h7_mac_address(const uint8_t unique_id[STM32H7_UNIQUE_ID_SIZE],
                         uint8_t address[STM32H7_MAC_ADDRESS_SIZE])
{
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a, 64 bits */
    for (size_t i = 0; i < STM32H7_UNIQUE_ID_SIZE; i++)
        hash = (hash ^ unique_id[i]) * 0x100000001B3u;
    hash ^= hash >> 48; /* the upper bits are the best mixed: let them count */
    for (size_t i = 0; i < STM32H7_MAC_ADDRESS_SIZE; i++)
        address[i] = (uint8_t)(hash >> (8u * i));
    address[0] = (uint8_t)((address[0] & 0xFCu) | 0x02u); /* locally administered, unicast */
}
