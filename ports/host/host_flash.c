/* host_flash.c - two banks of 1 MB and an option byte in a mapped file. See host_flash.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_flash.h"
#include "flota/error.h"
#include "host_chip.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD_SIZE     32u
#define OPTION_OFFSET (2u * HOST_FLASH_BANK)
#define MEMORY_SIZE   (2u * HOST_FLASH_BANK + 1u)
#define OPTION_SWAP   1u

static uint8_t *slot_bytes(const struct host_flash *host, enum flota_slot slot)
{
    uint32_t bank = slot == FLOTA_SLOT_ACTIVE ? host->active : 1 - host->active;
    return host->memory + bank * HOST_FLASH_BANK;
}

static int read_slot(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    if (offset > HOST_FLASH_BANK || size > HOST_FLASH_BANK - offset)
        return FLOTA_ERR_FLASH_READ;
    memcpy(data, slot_bytes(port, slot) + offset, size);
    return 0;
}

static int erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    struct host_flash *host = port;
    if (slot != FLOTA_SLOT_SPARE || sector >= HOST_FLASH_SECTORS || host->erasing)
        return FLOTA_ERR_FLASH_ERASE;
    host->erasing = slot_bytes(host, slot) + sector * HOST_FLASH_SECTOR;
    memset(host->erasing, 0xFF, HOST_FLASH_SECTOR / 2u);
    host->worked = true;
    if (host->now_ms)
        host->erase_end_ms = host->now_ms() + host->erase_ms;
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

static int program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct host_flash *host = port;
    bool in_journal = offset >= (HOST_FLASH_SECTORS - 1) * HOST_FLASH_SECTOR;
    if (offset % WORD_SIZE != 0 || offset >= HOST_FLASH_BANK || host->erasing ||
        (slot == FLOTA_SLOT_ACTIVE && !in_journal))
        return FLOTA_ERR_FLASH_PROGRAM;
    uint8_t *place = slot_bytes(host, slot) + offset;
    if (!is_blank(place)) /* a second program breaks the word's ECC on the chip */
        return FLOTA_ERR_FLASH_PROGRAM;
    memcpy(place, word, WORD_SIZE);
    host->worked = true;
    return 0;
}

static int poll_flash(void *port)
{
    struct host_flash *host = port;
    if (!host->erasing)
        return FLOTA_FLASH_IDLE;
    if (host->now_ms && (int32_t)(host->now_ms() - host->erase_end_ms) < 0)
        return FLOTA_FLASH_BUSY;
    memset(host->erasing, 0xFF, HOST_FLASH_SECTOR);
    host->erasing = NULL;
    return FLOTA_FLASH_IDLE;
}

/* --- opening --- */

int host_flash_open(struct host_flash *host, int fd)
{
    struct stat status;
    memset(host, 0, sizeof *host);
    if (fstat(fd, &status) != 0)
        return -errno;
    if (status.st_size != 0 && status.st_size != MEMORY_SIZE)
        return -EINVAL;
    if (ftruncate(fd, MEMORY_SIZE) != 0)
        return -errno;
    host->memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (host->memory == MAP_FAILED)
        return -errno;
    if (status.st_size == 0)
        memset(host->memory, 0xFF, MEMORY_SIZE);
    host->flash = (struct flota_flash){.port = host,
                                       .link_address = HOST_LINK_ADDRESS,
                                       .sector_size = HOST_FLASH_SECTOR,
                                       .image_sector_count = HOST_FLASH_SECTORS - 1,
                                       .sector_count = HOST_FLASH_SECTORS,
                                       .word_size = WORD_SIZE,
                                       .read = read_slot,
                                       .erase_start = erase_start,
                                       .program_start = program_start,
                                       .poll = poll_flash};
    host_flash_reload(host);
    return 0;
}

void host_flash_close(struct host_flash *host)
{
    munmap(host->memory, MEMORY_SIZE);
}

const uint8_t *host_flash_active(const struct host_flash *host)
{
    return slot_bytes(host, FLOTA_SLOT_ACTIVE);
}

void host_flash_select(struct host_flash *host, bool other_bank)
{
    bool swap = other_bank == (host->active == 0);
    host->memory[OPTION_OFFSET] = swap ? OPTION_SWAP : 0;
}

void host_flash_reload(struct host_flash *host)
{
    host->active = host->memory[OPTION_OFFSET] == OPTION_SWAP;
    host->erasing = NULL;
}

void host_flash_program(struct host_flash *host, const void *image, uint32_t size)
{
    memset(host->memory, 0xFF, MEMORY_SIZE);
    host_flash_reload(host);
    memcpy(host->memory, image, size);
}
