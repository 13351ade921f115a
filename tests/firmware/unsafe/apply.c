/* apply.c - examples/foreign with the worst updater there is: the new firmware is copied over the
 * one that runs. From the first erase to the last word, a loss of power leaves nothing that starts.
 * For the tests of flota torture, which must find exactly that.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "flash.h"
#include "settings.h"
#include "stm32h743.h"
#include "update.h"

#define TRAILER_SIZE 8u
#define COMPLETE     0x454E4421u
#define LIMIT        (7u * FLASH_SECTOR_SIZE)

/* The image's last word. */
__attribute__((section(".trailer"), used)) static const uint32_t trailer[TRAILER_SIZE] = {
    COMPLETE, ~COMPLETE, COMPLETE, ~COMPLETE, COMPLETE, ~COMPLETE, COMPLETE, ~COMPLETE};

extern const uint32_t _eimage[];

static __attribute__((section(".ramfunc"), noinline, long_call, noreturn)) void copy(uint32_t size)
{
    for (uint32_t offset = 0; offset < size; offset += FLASH_SECTOR_SIZE)
        flash_erase(FLASH_BANK1_BASE + offset);
    for (uint32_t offset = 0; offset < size; offset += FLASH_WORD_SIZE)
        flash_program(FLASH_BANK1_BASE + offset,
                      (const void *)(uintptr_t)(FLASH_BANK2_BASE + offset));
    system_reset();
}

/* Both images have the same size: they differ in a digit. */
void update_apply(void)
{
    flash_unlock();
    __disable_irq();
    copy((uint32_t)(uintptr_t)_eimage - FLASH_BANK1_BASE);
}

/* Half an image must not run. */
void update_boot(void)
{
    const volatile uint32_t *end = trailer;
    for (unsigned i = 0; i < TRAILER_SIZE; i++)
        if (end[i] != (i % 2 ? ~COMPLETE : COMPLETE))
            Error_Handler();
}
