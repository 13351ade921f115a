/* rules.h - decisions and arithmetic of the port that need no hardware, so that the host can test
 * them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_RULES_H
#define STM32H7_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STM32H7_UNIQUE_ID_SIZE   12u
#define STM32H7_OPTION_PAIRS     9u /* option registers, with their twins to be programmed */
#define STM32H7_MAC_ADDRESS_SIZE 6u

/* RCC_RSR, the reset flags. Source: RM0399 9.8 (RCC_RSR) and table "Reset source identification".
 */
#define STM32H7_RSR_BORRSTF   (1u << 21)
#define STM32H7_RSR_PINRSTF   (1u << 22) /* also with every system reset: it pulls the pin */
#define STM32H7_RSR_PORRSTF   (1u << 23)
#define STM32H7_RSR_SOFTWARE  (3u << 24)  /* SFT1RSTF, SFT2RSTF: a core asked for it */
#define STM32H7_RSR_WATCHDOG  (15u << 26) /* IWDG1RSTF, IWDG2RSTF, WWDG1RSTF, WWDG2RSTF */
#define STM32H7_RSR_LOW_POWER (3u << 30)  /* LPWR1RSTF, LPWR2RSTF: a forbidden low-power mode */

/* What identifies the chip: DBGMCU_IDCODE, and its flash size register in KB. */
struct stm32h7_chip {
    uint32_t idcode;
    uint32_t flash_kb;
};

/* The option registers as read. Pair 0 is OPTSR; its bits 0 (busy) and 30 (error) are no options.
 */
struct stm32h7_options {
    bool swapped; /* OPTCR.SWAP_BANK: the mapping in force */
    uint32_t current[STM32H7_OPTION_PAIRS];
    uint32_t programmed[STM32H7_OPTION_PAIRS];
};

/* Is the bank swap of this chip known to work? Device 0x450 (STM32H742 to H757) with 2 MB of flash,
 * and revision X or V. Returns 0, or FLOTA_ERR_CHIP_UNKNOWN. Source: RM0399 DBGMCU_IDCODE;
 * reference reports on revision Y in DESIGN.md. */
int stm32h7_chip_check(const struct stm32h7_chip *chip);

/* Write the chip's name: "STM32H74x/75x revision Y, 2048 KB (IDCODE 0x10036450)".
 * Source: RM0399, DBGMCU_IDCODE; the errata sheet's table of revisions. */
void stm32h7_chip_name(const struct stm32h7_chip *chip, char *text, size_t size);

/* May an update begin under these options? Returns 0, FLOTA_ERR_OPTION_PENDING when a change waits
 * for a reset, else FLOTA_ERR_CM4_BOOTS when the Cortex-M4 would start from the bank that is
 * written. */
int stm32h7_options_check(const struct stm32h7_options *options);

/* Wait states and programming delay of the flash, as FLASH_ACR wants them, at voltage scale 1.
 * Returns 0 or more, or -1 when the AXI clock is too fast for this scale.
 * Source: RM0399 4.3.8, table of recommended wait states. */
int stm32h7_flash_acr(uint32_t axi_hz);

/* MACMDIOAR.CR, the divider that keeps MDC at or below 2.5 MHz. hclk_hz: at least 20 MHz.
 * Source: RM0399, ETH_MACMDIOAR. */
uint32_t stm32h7_mdc_code(uint32_t hclk_hz);

/* USART_BRR with oversampling by 16, rounded. Source: RM0399 52.5.7. */
uint32_t stm32h7_baud_divider(uint32_t kernel_hz, uint32_t baud);

/* Was the reset a loss of power, or can it not be told from one? A boot after such a reset says
 * little about the image.
 *
 * The flags add up until the guard clears them; a power-on clears the others. So what a program
 * does or suffers (software, watchdog, forbidden low-power mode) came after the power-on that may
 * stand beside it, and is the reason. The reset pin alone is a person or another chip that had to
 * help: no loss of power. Without any flag (a debugger, a wake-up from Standby) nothing is known.
 */
bool stm32h7_reset_was_power_on(uint32_t flags);

/* The same in words: "watchdog", "software", "low-power", "power-on", "brown-out", "reset pin" or
 * "unknown". */
const char *stm32h7_reset_text(uint32_t flags);

/* A locally administered unicast MAC address made from the chip's unique id: the same at each
 * start, and another one in each chip. */
void stm32h7_mac_address(const uint8_t unique_id[STM32H7_UNIQUE_ID_SIZE],
                         uint8_t address[STM32H7_MAC_ADDRESS_SIZE]);

#endif
