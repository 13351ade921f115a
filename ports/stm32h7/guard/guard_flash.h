/* guard_flash.h - flash as the guard sees it: all is read, nothing is erased, only the own journal
 * is written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_GUARD_FLASH_H
#define STM32H7_GUARD_FLASH_H

#include "flota/flash.h"

extern const struct flota_flash guard_flash;

#endif
