/* flash.c - both banks as slots, for the application: erasing and programming in the background.
 *
 * What the registers do is in flash_words.c. An operation's end raises an interrupt that only wakes
 * the main loop; poll() judges it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flash.h"
#include "flash_words.h"
#include "flota/error.h"
#include "registers.h"
#include "stm32h7.h"

#define PROGRAM_MS   10u   /* datasheet: at most 0.2 ms at x64 */
#define ERASE_MS     5000u /* datasheet: at most 2 s at x64, 4 s at x8 */
#define IRQ_PRIORITY 8u

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

static int read_slot(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    (void)port;
    return stm32h7_flash_read(slot, offset, data, size);
}

static bool prepare(uint32_t set)
{
    return running.operation == OPERATION_NONE && stm32h7_flash_open(set);
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
    uint32_t set = stm32h7_flash_set(slot);
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

static int program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    uint32_t set = stm32h7_flash_set(slot);
    (void)port;
    if (!stm32h7_flash_may_program(slot, offset) || !prepare(set))
        return FLOTA_ERR_FLASH_PROGRAM;
    begin(OPERATION_PROGRAM, set);
    stm32h7_flash_program(slot, offset, word, FLASH_CR_EOPIE);
    return 0;
}

static int finish(int result)
{
    running.operation = OPERATION_NONE;
    core_irq_disable(IRQ_FLASH);
    stm32h7_flash_close(running.set);
    return result;
}

static int poll(void *port)
{
    bool erasing = running.operation == OPERATION_ERASE;
    (void)port;
    if (running.operation == OPERATION_NONE)
        return FLOTA_FLASH_IDLE;
    int result = stm32h7_flash_result(running.set,
                                      erasing ? FLOTA_ERR_FLASH_ERASE : FLOTA_ERR_FLASH_PROGRAM);
    if (result != FLOTA_FLASH_BUSY)
        return finish(result);
    uint32_t limit_ms = erasing ? ERASE_MS : PROGRAM_MS;
    if (stm32h7_tick_ms() - running.started_ms <= limit_ms)
        return FLOTA_FLASH_BUSY;
    return finish(FLOTA_ERR_FLASH_TIMEOUT);
}

const struct flota_flash stm32h7_flash = {
    .port = NULL,
    .link_address = FLASH_ACTIVE_ADDRESS,
    .sector_size = FLASH_SECTOR_SIZE,
    .image_sector_count = STM32H7_IMAGE_SECTORS,
    .sector_count = FLASH_SECTOR_COUNT,
    .word_size = FLASH_WORD_SIZE,
    .read = read_slot,
    .erase_start = erase_start,
    .program_start = program_start,
    .poll = poll,
};
