/* flota/platform.h - contract: what the core needs of a board besides its flash.
 *
 * Thread safety: none, one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_PLATFORM_H
#define FLOTA_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

struct flota_memory {
    uint32_t base;
    uint32_t size; /* bytes */
};

struct flota_platform {
    void *port;
    const char *board; /* name in the information block: "stm32h745i-disco" */
    const struct flota_memory
        *ram; /* where an initial stack pointer may point into (end inclusive) */
    uint32_t ram_count;

    /* May an update begin? Returns 0, or why not, before anything is erased: FLOTA_ERR_CM4_BOOTS,
     * _OPTION_PENDING, _CHIP_UNKNOWN. */
    int (*update_allowed)(void *port);

    /* Make the spare slot the active one at the next reset. Returns 0, or FLOTA_ERR_OPTION_BYTES,
     * then nothing has changed. May block for up to 1 s (option byte change). */
    int (*swap)(void *port);

    /* Restart the chip. Does not return on a board; a test's may. */
    void (*reset)(void *port);

    /* The physical bank that executes: 1 or 2. */
    int (*active_bank)(void *port);

    /* Write the chip's name and revision, as the console says them when it is refused. May be NULL.
     */
    void (*chip_name)(void *port, char *text, size_t size);
};

#endif
