/* wizard_flash.h - flash in RAM, for what the live page keeps: passwords and configuration.
 *
 * The code that keeps them is the device's; only the flash below it is pretended. Power cuts and
 * timing are tests' business (tests/unit/support).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_FLASH_H
#define FLOTA_CLI_WIZARD_FLASH_H

#include "flota/flash.h"

#define WIZARD_FLASH_SECTOR  65536u
#define WIZARD_FLASH_SECTORS 2u /* of a slot: one for an image that is never there, the journal */

struct wizard_flash {
    struct flota_flash flash;
    unsigned char bytes[2][WIZARD_FLASH_SECTORS * WIZARD_FLASH_SECTOR];
};

/* Erased. */
void wizard_flash_init(struct wizard_flash *flash);

#endif
