/* flash.c - the vendor's recipe (RM0399 4.3.8 to 4.3.13), from RAM, so that it may also work on the
 * bank that runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash.h"
#include "stm32h743.h"

#define IN_RAM __attribute__((section(".ramfunc"), noinline, long_call))

static IN_RAM void wait_until_done(FLASH_TypeDef *flash)
{
    while (flash->SR & (FLASH_SR_BSY | FLASH_SR_QW))
        ;
    flash->CCR = FLASH_SR_ERRORS;
}

#define BANK_OF(address) ((address) < FLASH_BANK2_BASE ? FLASH1 : FLASH2)

void flash_unlock(void)
{
    if (FLASH1->CR & FLASH_CR_LOCK) {
        FLASH1->KEYR = FLASH_KEY1;
        FLASH1->KEYR = FLASH_KEY2;
    }
    if (FLASH2->CR & FLASH_CR_LOCK) {
        FLASH2->KEYR = FLASH_KEY1;
        FLASH2->KEYR = FLASH_KEY2;
    }
}

IN_RAM void flash_erase(uint32_t address)
{
    FLASH_TypeDef *flash = BANK_OF(address);
    uint32_t sector = address % (8u * FLASH_SECTOR_SIZE) / FLASH_SECTOR_SIZE;
    wait_until_done(flash);
    flash->CR = FLASH_CR_PSIZE_64 | FLASH_CR_SER | sector << FLASH_CR_SNB_Pos;
    flash->CR |= FLASH_CR_START;
    wait_until_done(flash);
    flash->CR = FLASH_CR_PSIZE_64;
}

IN_RAM void flash_program(uint32_t address, const void *data)
{
    FLASH_TypeDef *flash = BANK_OF(address);
    __IO uint32_t *to = (__IO uint32_t *)(uintptr_t)address;
    const uint32_t *from = data;
    wait_until_done(flash);
    flash->CR = FLASH_CR_PSIZE_64 | FLASH_CR_PG;
    __DSB();
    for (unsigned i = 0; i < FLASH_WORD_SIZE / 4u; i++)
        to[i] = from[i];
    __DSB();
    wait_until_done(flash);
    flash->CR = FLASH_CR_PSIZE_64;
}

void flash_swap_banks(void)
{
    if (FLASH1->OPTCR & FLASH_OPTCR_OPTLOCK) {
        FLASH1->OPTKEYR = FLASH_OPTKEY1;
        FLASH1->OPTKEYR = FLASH_OPTKEY2;
    }
    FLASH1->OPTSR_PRG ^= FLASH_OPTSR_SWAP_BANK;
    FLASH1->OPTCR |= FLASH_OPTCR_OPTSTART;
    while (FLASH1->OPTSR_CUR & FLASH_OPTSR_BUSY)
        ;
}

IN_RAM void system_reset(void)
{
    __DSB();
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    for (;;)
        ;
}
