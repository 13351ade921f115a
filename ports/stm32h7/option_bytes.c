/* option_bytes.c - reading the option bytes, and the two changes that Flota makes: which bank
 * boots, and that the Cortex-M4 does not.
 *
 * OPTSTART commits every _PRG register that differs from its _CUR, so all are made equal first, and
 * only one bit of OPTSR is turned. A loss of power during the change keeps the old value
 * (RM0399 4.4.3): that makes the swap one atomic step. The guard changes them, too: no state, and
 * the waiting is the caller's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "option_bytes.h"
#include "flash_words.h"
#include "flota/error.h"
#include "registers.h"

#define CHANGE_MS  2000u /* not specified; 20 to 300 ms were seen */
#define NO_OPTIONS (FLASH_OPTSR_OPT_BUSY | FLASH_OPTSR_OPTCHANGEERR)

/* In the order of struct stm32h7_options; OPTSR first. A _PRG register follows its _CUR. */
static const uint16_t offsets[STM32H7_OPTION_PAIRS] = {
    0x01C,           FLASH_PRAR_CUR1, FLASH_SCAR_CUR1, FLASH_WPSN_CUR1, FLASH_BOOT7_CUR,
    FLASH_BOOT4_CUR, FLASH_PRAR_CUR2, FLASH_SCAR_CUR2, FLASH_WPSN_CUR2};

void stm32h7_options_read(struct stm32h7_options *options)
{
    options->swapped = stm32h7_options_swapped();
    for (unsigned i = 0; i < STM32H7_OPTION_PAIRS; i++) {
        options->current[i] = REG32(FLASH_BASE + offsets[i]);
        options->programmed[i] = REG32(FLASH_BASE + offsets[i] + 4u);
    }
}

static bool unlock(void)
{
    if (FLASH_OPTCR & FLASH_OPTCR_OPTLOCK) {
        FLASH_OPTKEYR = FLASH_OPTKEY1;
        FLASH_OPTKEYR = FLASH_OPTKEY2;
        core_dsb();
    }
    return !(FLASH_OPTCR & FLASH_OPTCR_OPTLOCK);
}

static void lock(void)
{
    FLASH_OPTCR |= FLASH_OPTCR_OPTLOCK;
    core_dsb();
}

/* Ask for nothing but another OPTSR. Protection registers are written only where they differ: some
 * accept no write outside the secure mode, and need none. */
static bool request(uint32_t wanted)
{
    struct stm32h7_options options;
    stm32h7_options_read(&options);
    for (unsigned i = 1; i < STM32H7_OPTION_PAIRS; i++)
        if (options.programmed[i] != options.current[i])
            REG32(FLASH_BASE + offsets[i] + 4u) = options.current[i];
    FLASH_OPTSR_PRG = wanted;
    core_dsb();
    stm32h7_options_read(&options);
    for (unsigned i = 1; i < STM32H7_OPTION_PAIRS; i++)
        if (options.programmed[i] != options.current[i])
            return false;
    return FLASH_OPTSR_PRG == wanted;
}

static bool commit(uint32_t wanted, stm32h7_waiter wait)
{
    FLASH_OPTCR |= FLASH_OPTCR_OPTSTART;
    core_dsb();
    if (!wait(&FLASH_OPTSR_CUR, FLASH_OPTSR_OPT_BUSY, 0, CHANGE_MS))
        return false;
    uint32_t now = FLASH_OPTSR_CUR;
    return !(now & FLASH_OPTSR_OPTCHANGEERR) && ((now ^ wanted) & ~NO_OPTIONS) == 0;
}

static bool change(uint32_t wanted, stm32h7_waiter wait)
{
    uint32_t current = FLASH_OPTSR_CUR & ~NO_OPTIONS;
    FLASH_OPTCCR = FLASH_OPTCCR_CLR_OPTCHANGEERR;
    if (request(wanted) && commit(wanted, wait))
        return true;
    if (!(FLASH_OPTSR_CUR & FLASH_OPTSR_OPT_BUSY)) {
        FLASH_OPTSR_PRG = current; /* a later OPTSTART must not bring it by surprise */
        FLASH_OPTCCR = FLASH_OPTCCR_CLR_OPTCHANGEERR;
    }
    return false;
}

bool stm32h7_options_swapped(void)
{
    return (FLASH_OPTCR & FLASH_OPTCR_SWAP_BANK) != 0;
}

/* Let one bit of OPTSR have this value. */
static int set_bit(uint32_t bit, bool value, stm32h7_waiter wait)
{
    if (!stm32h7_flash_is_quiet() || (FLASH_OPTSR_CUR & FLASH_OPTSR_OPT_BUSY))
        return FLOTA_ERR_OPTION_BYTES;
    uint32_t wanted = FLASH_OPTSR_CUR & ~(NO_OPTIONS | bit);
    wanted |= value ? bit : 0;
    if (((FLASH_OPTSR_CUR ^ wanted) & ~NO_OPTIONS) == 0)
        return 0;
    bool changed = unlock() && change(wanted, wait);
    lock();
    return changed ? 0 : FLOTA_ERR_OPTION_BYTES;
}

int stm32h7_options_boot(bool swapped, stm32h7_waiter wait)
{
    return set_bit(FLASH_OPTSR_SWAP_BANK_OPT, swapped, wait);
}

int stm32h7_options_hold_m4(stm32h7_waiter wait)
{
    return set_bit(FLASH_OPTSR_BCM4, false, wait);
}
