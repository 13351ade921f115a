/* flota/flash.h - contract: the flash that holds the running firmware and the next one.
 *
 * A port is one const struct. A slot is one bank: its first image_sector_count sectors hold the
 * image, the rest the journal. Offsets count from the start of a slot. Erasing and programming are
 * started and polled, so that the caller serves the network meanwhile. One operation at a time.
 *
 * Thread safety: none, one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_FLASH_H
#define FLOTA_FLASH_H

#include <stdint.h>

enum flota_slot {
    FLOTA_SLOT_ACTIVE, /* the bank that executes: never erased */
    FLOTA_SLOT_SPARE   /* the bank that an update writes */
};

/* Poll results. */
#define FLOTA_FLASH_IDLE 0
#define FLOTA_FLASH_BUSY 1

struct flota_flash {
    void *port;                  /* passed to each function */
    uint32_t link_address;       /* where an image must be linked: the active bank's address */
    uint32_t sector_size;        /* bytes, one erase unit; a multiple of word_size */
    uint32_t image_sector_count; /* sectors that hold the image, from offset 0 */
    uint32_t sector_count;       /* all sectors of a slot, journal included */
    uint32_t word_size;          /* bytes, one program unit: a flash word. At most 32 */

    /* Read any bytes. Returns 0, or FLOTA_ERR_FLASH_READ for an ECC error: never faults.
     * Must not be called for a slot with an operation in progress. */
    int (*read)(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size);

    /* Start to erase one sector. Returns 0, or FLOTA_ERR_FLASH_ERASE when it can't be started. */
    int (*erase_start)(void *port, enum flota_slot slot, uint32_t sector);

    /* Start to program one flash word of word_size bytes at a multiple of word_size; the word must
     * be blank. word is copied before return. Returns 0, or FLOTA_ERR_FLASH_PROGRAM. */
    int (*program_start)(void *port, enum flota_slot slot, uint32_t offset, const void *word);

    /* Returns FLOTA_FLASH_BUSY while the started operation runs; else, once, its result:
     * FLOTA_FLASH_IDLE, or FLOTA_ERR_FLASH_ERASE / _PROGRAM / _TIMEOUT. Idle without an operation.
     * Never blocks. */
    int (*poll)(void *port);
};

#endif
