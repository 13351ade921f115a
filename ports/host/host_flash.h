/* host_flash.h - a flash of two banks in a file.
 *
 * The contract of flota/flash.h for Linux: geometry of the STM32H745, words programmed once, the
 * option byte loaded at reset. The file holds both banks and the option byte, which says whether
 * they are swapped. Launcher and firmware map the same file.
 *
 * An erase has two halves: the first half of the sector is gone at once, the rest when its time is
 * over. A process that is killed in between leaves what a loss of power leaves: half a sector.
 *
 * Thread safety: one caller.  Allocation: mmap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_FLASH_H
#define FLOTA_HOST_FLASH_H

#include "flota/image.h"

#define HOST_FLASH_SECTOR  0x20000u
#define HOST_FLASH_SECTORS 8u
#define HOST_FLASH_BANK    (HOST_FLASH_SECTOR * HOST_FLASH_SECTORS)

struct host_flash {
    struct flota_flash flash;
    uint32_t (*now_ms)(void); /* NULL: an erase takes no time */
    uint32_t erase_ms;        /* how long an erase takes */
    uint32_t erase_end_ms;
    uint8_t *erasing; /* the sector, NULL: none */
    bool worked;      /* something was started; cleared by who waits: its end is no event here */
    uint32_t active;  /* bank, 0 or 1: the one that executes */
    uint8_t *memory;  /* both banks, then the option byte */
};

/* Map the flash of an open file; an empty file becomes a blank flash. Returns 0, or -errno: -EINVAL
 * for a file of another size. */
int host_flash_open(struct host_flash *host, int fd);
void host_flash_close(struct host_flash *host);

/* The active bank's bytes. */
const uint8_t *host_flash_active(const struct host_flash *host);

/* Set the option byte: at the next reset the other bank or the same one is active. */
void host_flash_select(struct host_flash *host, bool other_bank);

/* What a reset does: the option byte counts. */
void host_flash_reload(struct host_flash *host);

/* What a programmer does: erase all, then write an image to bank 1, the active one. */
void host_flash_program(struct host_flash *host, const void *image, uint32_t size);

#endif
