/* flash_words.c - reading that never faults, and programming, by registers. See flash_words.h.
 *
 * The spare bank is always register set 2 at 0x08100000, the active one set 1 at 0x08000000,
 * because the sets swap together with the banks (RM0399 4.3.13). The registers are unlocked only
 * while an operation runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_words.h"
#include "flota/error.h"
#include "registers.h"
#include <string.h>

#define READ_CHUNK 512u /* bytes read in one go with faults masked */

uint32_t stm32h7_flash_set(enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? STM32H7_ACTIVE_SET : STM32H7_SPARE_SET;
}

static uint32_t address_of(enum flota_slot slot, uint32_t offset)
{
    return (slot == FLOTA_SLOT_ACTIVE ? FLASH_ACTIVE_ADDRESS : FLASH_SPARE_ADDRESS) + offset;
}

static bool is_inside(uint32_t offset, uint32_t size)
{
    return offset <= FLASH_BANK_SIZE && size <= FLASH_BANK_SIZE - offset;
}

#define FLASH_SR_BUSY (FLASH_SR_BSY | FLASH_SR_WBNE | FLASH_SR_QW | FLASH_SR_CRC_BUSY)

static bool is_busy(uint32_t set)
{
    return (FLASH_SR(set) & FLASH_SR_BUSY) != 0;
}

bool stm32h7_flash_is_quiet(void)
{
    for (uint32_t set = STM32H7_ACTIVE_SET; set <= STM32H7_SPARE_SET; set++) {
        if (is_busy(set))
            return false;
        FLASH_CCR(set) = FLASH_SR_FLAGS;
        core_dsb();
        if (FLASH_SR(set) & FLASH_SR_FLAGS)
            return false;
    }
    return true;
}

/* --- reading --- */

/* By double words where the flash address allows: whole banks are read back. */
static void copy_out(uint32_t address, uint8_t *data, uint32_t size)
{
    const volatile uint8_t *from = (const volatile uint8_t *)(uintptr_t)address;
    const uint8_t *end = data + size;
    while (data < end && (uintptr_t)from % 8u != 0)
        *data++ = *from++;
    for (; end - data >= 8; data += 8, from += 8) {
        uint64_t value = *(const volatile uint64_t *)from;
        memcpy(data, &value, sizeof value);
    }
    while (data < end)
        *data++ = *from++;
}

/* Copy at most READ_CHUNK bytes. A dead flash word raises a bus fault at each read (RM0399 4.7.7);
 * at priority -1 with BFHFNMIGN the core ignores it and reads something (DDI 0403E B3.2.8), and the
 * flags tell. Interrupts wait meanwhile: about 20 us. volatile and the barriers keep every read
 * between the switches. */
static bool read_chunk(uint32_t set, uint32_t address, uint8_t *data, uint32_t size)
{
    uint32_t faultmask;
    uint32_t ccr = SCB_CCR;
    FLASH_CCR(set) = FLASH_SR_READ_ERRORS | FLASH_SR_SNECCERR;
    __asm volatile("mrs %0, faultmask\n\tcpsid f" : "=r"(faultmask)::"memory");
    SCB_CCR = ccr | SCB_CCR_BFHFNMIGN;
    SCB_CFSR = SCB_CFSR_BUS;
    core_dsb();
    core_isb();
    copy_out(address, data, size);
    core_dsb();
    bool failed = (FLASH_SR(set) & FLASH_SR_READ_ERRORS) || (SCB_CFSR & SCB_CFSR_BUS);
    SCB_CFSR = SCB_CFSR_BUS;
    SCB_CCR = ccr;
    core_dsb();
    core_isb();
    __asm volatile("msr faultmask, %0\n\tisb" ::"r"(faultmask) : "memory");
    FLASH_CCR(set) = FLASH_SR_READ_ERRORS | FLASH_SR_SNECCERR;
    return !failed;
}

int stm32h7_flash_read(enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    uint8_t *bytes = data;
    uint32_t set = stm32h7_flash_set(slot);
    if (!is_inside(offset, size))
        return FLOTA_ERR_FLASH_READ;
    for (uint32_t done = 0; done < size;) {
        uint32_t part = size - done < READ_CHUNK ? size - done : READ_CHUNK;
        if (!read_chunk(set, address_of(slot, offset + done), &bytes[done], part))
            return FLOTA_ERR_FLASH_READ;
        done += part;
    }
    return 0;
}

/* --- programming --- */

/* Unlocking what is unlocked would lock the bank until reset (RM0399 4.5.1). */
static bool unlock(uint32_t set)
{
    if (FLASH_CR(set) & FLASH_CR_LOCK) {
        FLASH_KEYR(set) = FLASH_KEY1;
        FLASH_KEYR(set) = FLASH_KEY2;
        core_dsb();
    }
    return !(FLASH_CR(set) & FLASH_CR_LOCK);
}

bool stm32h7_flash_open(uint32_t set)
{
    if (is_busy(set))
        return false;
    FLASH_CCR(set) = FLASH_SR_FLAGS;
    core_dsb();
    return unlock(set);
}

bool stm32h7_flash_may_program(enum flota_slot slot, uint32_t offset)
{
    if (offset % FLASH_WORD_SIZE != 0 || !is_inside(offset, FLASH_WORD_SIZE))
        return false;
    return slot == FLOTA_SLOT_SPARE || offset >= STM32H7_IMAGE_SECTORS * FLASH_SECTOR_SIZE;
}

/* RM0399 4.3.9, single write sequence: eight words in order; the eighth starts the operation. */
void stm32h7_flash_program(enum flota_slot slot, uint32_t offset, const void *word,
                           uint32_t command)
{
    uint32_t words[FLASH_WORD_SIZE / 4u];
    memcpy(words, word, sizeof words);
    FLASH_CR(stm32h7_flash_set(slot)) = FLASH_CR_PSIZE_X64 | FLASH_CR_PG | command;
    core_dsb();
    core_isb();
    for (uint32_t i = 0; i < FLASH_WORD_SIZE / 4u; i++)
        REG32(address_of(slot, offset) + 4u * i) = words[i];
    core_dsb();
}

/* The status is read once: the end and its errors belong together. */
int stm32h7_flash_result(uint32_t set, int error)
{
    uint32_t status = FLASH_SR(set);
    if (status & FLASH_SR_WRITE_ERRORS && !(status & (FLASH_SR_BSY | FLASH_SR_QW)))
        return error;
    return status & FLASH_SR_BUSY ? FLOTA_FLASH_BUSY : FLOTA_FLASH_IDLE;
}

void stm32h7_flash_close(uint32_t set)
{
    FLASH_CCR(set) = FLASH_SR_FLAGS;
    core_dsb();
    if (is_busy(set))
        return;
    FLASH_CR(set) = FLASH_CR_PSIZE_X64;
    FLASH_CR(set) = FLASH_CR_PSIZE_X64 | FLASH_CR_LOCK;
}
