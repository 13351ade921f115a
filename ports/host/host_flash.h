/* host_flash.h - a flash of two banks in memory or in a file, and the platform around it.
 *
 * The contracts of flota/flash.h and flota/platform.h for programs on Linux: geometry of the
 * STM32H745, words programmed once, option byte loaded at reset. A file keeps both banks and the
 * option byte.
 *
 * Thread safety: one caller.  Allocation: mmap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_FLASH_H
#define FLOTA_HOST_FLASH_H

#include "flota/image.h"

struct host_flash {
    struct flota_flash flash;
    struct flota_platform platform;
    struct flota_memory ram;
    uint32_t erase_ms; /* how long an erase takes, set by the caller */
    uint32_t now_ms;   /* set by the caller */
    uint32_t reset_count;
    uint32_t erase_end_ms;
    bool erasing;
    uint32_t active; /* bank, 0 or 1: the one that executes */
    uint8_t *memory; /* both banks, then the option byte */
};

/* Open a flash: path NULL for one in memory, blank; else a file, made blank when it does not exist.
 * board: the platform's name. Returns 0, or -errno. */
int host_flash_open(struct host_flash *host, const char *path, const char *board);
void host_flash_close(struct host_flash *host);

/* The information block of the active bank. Returns false when there is none. */
bool host_flash_running(struct host_flash *host, struct flota_image_info *info);

#endif
