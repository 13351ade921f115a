/* flash.h - erase, program, swap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLASH_H
#define FLASH_H

#include <stdint.h>

#define FLASH_WORD_SIZE 32u

void flash_unlock(void);
void flash_erase(uint32_t address);                     /* the sector at this address */
void flash_program(uint32_t address, const void *data); /* one flash word */
void flash_swap_banks(void);                            /* takes effect at the next reset */
_Noreturn void system_reset(void);

#endif
