/* host_flash.c - two banks of 1 MB and an option byte in mapped memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_flash.h"
#include "flota/error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_SIZE   0x20000u
#define SECTOR_COUNT  8u
#define BANK_SIZE     (SECTOR_SIZE * SECTOR_COUNT)
#define WORD_SIZE     32u
#define OPTION_OFFSET (2u * BANK_SIZE)
#define MEMORY_SIZE   (2u * BANK_SIZE + 1u)

/* --- flash --- */

static uint8_t *slot_bytes(const struct host_flash *host, enum flota_slot slot)
{
    uint32_t bank = slot == FLOTA_SLOT_ACTIVE ? host->active : 1 - host->active;
    return host->memory + bank * BANK_SIZE;
}

static int host_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    if (offset > BANK_SIZE || size > BANK_SIZE - offset)
        return FLOTA_ERR_FLASH_READ;
    memcpy(data, slot_bytes(port, slot) + offset, size);
    return 0;
}

static int host_erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    struct host_flash *host = port;
    if (slot != FLOTA_SLOT_SPARE || sector >= SECTOR_COUNT || host->erasing)
        return FLOTA_ERR_FLASH_ERASE;
    memset(slot_bytes(host, slot) + sector * SECTOR_SIZE, 0xFF, SECTOR_SIZE);
    host->erasing = true;
    host->erase_end_ms = host->now_ms + host->erase_ms;
    return 0;
}

static bool is_blank(const uint8_t *word)
{
    for (size_t i = 0; i < WORD_SIZE; i++) {
        if (word[i] != 0xFF)
            return false;
    }
    return true;
}

static int host_program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct host_flash *host = port;
    bool in_journal = offset >= (SECTOR_COUNT - 1) * SECTOR_SIZE;
    if (offset % WORD_SIZE != 0 || offset >= BANK_SIZE || host->erasing ||
        (slot == FLOTA_SLOT_ACTIVE && !in_journal))
        return FLOTA_ERR_FLASH_PROGRAM;
    uint8_t *place = slot_bytes(host, slot) + offset;
    if (!is_blank(place)) /* a second program breaks the word's ECC on the chip */
        return FLOTA_ERR_FLASH_PROGRAM;
    memcpy(place, word, WORD_SIZE);
    return 0;
}

static int host_poll(void *port)
{
    struct host_flash *host = port;
    if (host->erasing && (int32_t)(host->now_ms - host->erase_end_ms) < 0)
        return FLOTA_FLASH_BUSY;
    host->erasing = false;
    return FLOTA_FLASH_IDLE;
}

/* --- platform --- */

static int host_update_allowed(void *port)
{
    (void)port;
    return 0;
}

static int host_swap(void *port)
{
    struct host_flash *host = port;
    host->memory[OPTION_OFFSET] = (uint8_t)(1 - host->active);
    return 0;
}

static int host_keep(void *port)
{
    struct host_flash *host = port;
    host->memory[OPTION_OFFSET] = (uint8_t)host->active;
    return 0;
}

static void host_feed(void *port)
{
    (void)port; /* Linux needs no watchdog here: a hanging process is seen */
}

static int host_foreign_allowed(void *port)
{
    (void)port;
    return 0;
}

static void host_reset(void *port)
{
    struct host_flash *host = port;
    host->active = host->memory[OPTION_OFFSET] == 1;
    host->erasing = false;
    host->reset_count++;
}

static int host_active_bank(void *port)
{
    const struct host_flash *host = port;
    return (int)host->active + 1;
}

/* --- opening --- */

static void *map_file(const char *path, bool *is_new)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    void *memory = MAP_FAILED;
    if (fd < 0)
        return MAP_FAILED;
    if (fstat(fd, &status) == 0 && ftruncate(fd, MEMORY_SIZE) == 0)
        memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    *is_new = status.st_size != MEMORY_SIZE;
    int error = errno;
    close(fd);
    errno = error;
    return memory;
}

static void set_contracts(struct host_flash *host, const char *board)
{
    host->flash = (struct flota_flash){.port = host,
                                       .link_address = 0x08000000u,
                                       .sector_size = SECTOR_SIZE,
                                       .image_sector_count = SECTOR_COUNT - 1,
                                       .sector_count = SECTOR_COUNT,
                                       .word_size = WORD_SIZE,
                                       .read = host_read,
                                       .erase_start = host_erase_start,
                                       .program_start = host_program_start,
                                       .poll = host_poll};
    host->ram = (struct flota_memory){0x20000000u, 0x18080000u}; /* as wide as a Cortex-M's RAM */
    host->platform = (struct flota_platform){.port = host,
                                             .board = board,
                                             .ram = &host->ram,
                                             .ram_count = 1,
                                             .update_allowed = host_update_allowed,
                                             .swap = host_swap,
                                             .keep = host_keep,
                                             .feed = host_feed,
                                             .foreign_allowed = host_foreign_allowed,
                                             .reset = host_reset,
                                             .active_bank = host_active_bank};
}

int host_flash_open(struct host_flash *host, const char *path, const char *board)
{
    bool is_new = true;
    memset(host, 0, sizeof *host);
    set_contracts(host, board);
    host->memory =
        path ? map_file(path, &is_new)
             : mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (host->memory == MAP_FAILED)
        return -errno;
    if (is_new)
        memset(host->memory, 0xFF, MEMORY_SIZE);
    host->active = host->memory[OPTION_OFFSET] == 1;
    return 0;
}

void host_flash_close(struct host_flash *host)
{
    munmap(host->memory, MEMORY_SIZE);
}

bool host_flash_running(struct host_flash *host, struct flota_image_info *info)
{
    return flota_image_find_info(slot_bytes(host, FLOTA_SLOT_ACTIVE), FLOTA_IMAGE_HEAD_SIZE,
                                 info) == 1;
}
