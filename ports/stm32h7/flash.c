/* flash.c - both banks as slots: reading that never faults, erasing and programming in the
 * background.
 *
 * The spare bank is always register set 2 at 0x08100000, the active one set 1 at 0x08000000,
 * because the sets swap together with the banks (RM0399 4.3.13). An operation's end raises an
 * interrupt that only wakes the main loop; poll() judges it. The registers are unlocked only while
 * an operation runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flash.h"
#include "flota/error.h"
#include "registers.h"
#include "stm32h7.h"
#include <string.h>

#define IMAGE_SECTORS 7u
#define IMAGE_SIZE    (IMAGE_SECTORS * FLASH_SECTOR_SIZE)
#define PROGRAM_MS    10u   /* datasheet: at most 0.2 ms at x64 */
#define ERASE_MS      5000u /* datasheet: at most 2 s at x64, 4 s at x8 */
#define READ_CHUNK    512u  /* bytes read in one go with faults masked */
#define IRQ_PRIORITY  8u
#define ACTIVE_SET    0u
#define SPARE_SET     1u

enum operation { OPERATION_NONE, OPERATION_ERASE, OPERATION_PROGRAM };

static struct {
    enum operation operation;
    uint32_t set;
    uint32_t started_ms;
} running;

void FLASH_IRQHandler(void);

/* The flag stays up for poll(), so the line stays high: silence it here. */
void FLASH_IRQHandler(void)
{
    core_irq_disable(IRQ_FLASH);
    stm32h7_wake();
}

static uint32_t set_of(enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? ACTIVE_SET : SPARE_SET;
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
    for (uint32_t set = ACTIVE_SET; set <= SPARE_SET; set++) {
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

/* By words where the flash address allows: whole banks are read back. */
static void copy_out(uint32_t address, uint8_t *data, uint32_t size)
{
    for (; size > 0 && address % 4u != 0; size--)
        *data++ = *(const volatile uint8_t *)(uintptr_t)address++;
    for (; size >= 4u; size -= 4u, address += 4u, data += 4u) {
        uint32_t value = REG32(address);
        memcpy(data, &value, sizeof value);
    }
    for (; size > 0; size--)
        *data++ = *(const volatile uint8_t *)(uintptr_t)address++;
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

static int read_slot(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    uint8_t *bytes = data;
    (void)port;
    if (!is_inside(offset, size))
        return FLOTA_ERR_FLASH_READ;
    for (uint32_t done = 0; done < size;) {
        uint32_t part = size - done < READ_CHUNK ? size - done : READ_CHUNK;
        if (!read_chunk(set_of(slot), address_of(slot, offset + done), &bytes[done], part))
            return FLOTA_ERR_FLASH_READ;
        done += part;
    }
    return 0;
}

/* --- erasing and programming --- */

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

static void lock(uint32_t set)
{
    FLASH_CR(set) = FLASH_CR_PSIZE_X64;
    FLASH_CR(set) = FLASH_CR_PSIZE_X64 | FLASH_CR_LOCK;
}

/* Bring the bank into a state where an operation may begin. */
static bool prepare(uint32_t set)
{
    if (running.operation != OPERATION_NONE || is_busy(set))
        return false;
    FLASH_CCR(set) = FLASH_SR_FLAGS;
    core_dsb();
    return unlock(set);
}

static void begin(enum operation operation, uint32_t set)
{
    running.operation = operation;
    running.set = set;
    running.started_ms = stm32h7_tick_ms();
    core_irq_enable(IRQ_FLASH, IRQ_PRIORITY);
}

static int erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    uint32_t set = set_of(slot);
    uint32_t command = FLASH_CR_PSIZE_X64 | FLASH_CR_SER | FLASH_CR_EOPIE | FLASH_CR_SNB(sector);
    (void)port;
    if (slot == FLOTA_SLOT_ACTIVE || sector >= FLASH_SECTOR_COUNT || !prepare(set))
        return FLOTA_ERR_FLASH_ERASE;
    begin(OPERATION_ERASE, set);
    FLASH_CR(set) = command;
    FLASH_CR(set) = command | FLASH_CR_START;
    core_dsb();
    return 0;
}

/* In the bank that executes only the journal may be written. */
static bool may_program(enum flota_slot slot, uint32_t offset)
{
    if (offset % FLASH_WORD_SIZE != 0 || !is_inside(offset, FLASH_WORD_SIZE))
        return false;
    return slot == FLOTA_SLOT_SPARE || offset >= IMAGE_SIZE;
}

/* RM0399 4.3.9, single write sequence: eight words in order; the eighth starts the operation. */
static int program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    uint32_t set = set_of(slot);
    uint32_t words[FLASH_WORD_SIZE / 4u];
    (void)port;
    if (!may_program(slot, offset) || !prepare(set))
        return FLOTA_ERR_FLASH_PROGRAM;
    memcpy(words, word, sizeof words);
    begin(OPERATION_PROGRAM, set);
    FLASH_CR(set) = FLASH_CR_PSIZE_X64 | FLASH_CR_PG | FLASH_CR_EOPIE;
    core_dsb();
    core_isb();
    for (uint32_t i = 0; i < FLASH_WORD_SIZE / 4u; i++)
        REG32(address_of(slot, offset) + 4u * i) = words[i];
    core_dsb();
    return 0;
}

static int finish(int result)
{
    running.operation = OPERATION_NONE;
    core_irq_disable(IRQ_FLASH);
    FLASH_CCR(running.set) = FLASH_SR_FLAGS;
    core_dsb();
    if (!is_busy(running.set)) /* after a time-out the registers cannot be written */
        lock(running.set);
    return result;
}

static int poll(void *port)
{
    bool erasing = running.operation == OPERATION_ERASE;
    (void)port;
    if (running.operation == OPERATION_NONE)
        return FLOTA_FLASH_IDLE;
    uint32_t status = FLASH_SR(running.set); /* once: the end and its errors belong together */
    if (status & FLASH_SR_WRITE_ERRORS && !(status & (FLASH_SR_BSY | FLASH_SR_QW)))
        return finish(erasing ? FLOTA_ERR_FLASH_ERASE : FLOTA_ERR_FLASH_PROGRAM);
    if (!(status & FLASH_SR_BUSY))
        return finish(FLOTA_FLASH_IDLE);
    uint32_t limit_ms = erasing ? ERASE_MS : PROGRAM_MS;
    if (stm32h7_tick_ms() - running.started_ms <= limit_ms)
        return FLOTA_FLASH_BUSY;
    return finish(FLOTA_ERR_FLASH_TIMEOUT);
}

const struct flota_flash stm32h7_flash = {
    .port = NULL,
    .link_address = FLASH_ACTIVE_ADDRESS,
    .sector_size = FLASH_SECTOR_SIZE,
    .image_sector_count = IMAGE_SECTORS,
    .sector_count = FLASH_SECTOR_COUNT,
    .word_size = FLASH_WORD_SIZE,
    .read = read_slot,
    .erase_start = erase_start,
    .program_start = program_start,
    .poll = poll,
};
