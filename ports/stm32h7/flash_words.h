/* flash_words.h - flash through its registers alone: no state, no clock, no interrupt.
 *
 * So the guard, which has neither RAM nor tick, and the application's flash.c share it.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_FLASH_WORDS_H
#define STM32H7_FLASH_WORDS_H

#include "flota/flash.h"
#include <stdbool.h>
#include <stdint.h>

#define STM32H7_IMAGE_SECTORS 7u
#define STM32H7_ACTIVE_SET    0u /* the register set of a slot: they swap with the banks */
#define STM32H7_SPARE_SET     1u

uint32_t stm32h7_flash_set(enum flota_slot slot);

/* Read bytes of a slot. Never faults. Returns 0, or FLOTA_ERR_FLASH_READ for what lies outside or
 * is dead. Interrupts wait for about 20 us at a time. */
int stm32h7_flash_read(enum flota_slot slot, uint32_t offset, void *data, uint32_t size);

/* May this flash word be programmed? In the bank that executes only the journal's may. */
bool stm32h7_flash_may_program(enum flota_slot slot, uint32_t offset);

/* Bring a bank into the state in which an operation may begin: idle, no flags, unlocked. Returns
 * false when it is not. */
bool stm32h7_flash_open(uint32_t set);

/* Start to program one flash word in an open bank.
 *
 * command: further bits of FLASH_CR (FLASH_CR_EOPIE), or 0. */
void stm32h7_flash_program(enum flota_slot slot, uint32_t offset, const void *word,
                           uint32_t command);

/* How an operation stands: FLOTA_FLASH_BUSY, FLOTA_FLASH_IDLE or, after a failure, error. */
int stm32h7_flash_result(uint32_t set, int error);

/* Clear the flags and lock the bank. One that is still busy cannot be locked, and is left alone. */
void stm32h7_flash_close(uint32_t set);

/* No operation runs in either bank, and no error flag is up (flags are cleared first). */
bool stm32h7_flash_is_quiet(void);

#endif
