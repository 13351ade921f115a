/* flota/platform.h - contract: what the core needs of a board besides its flash.
 *
 * Thread safety: none, one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_PLATFORM_H
#define FLOTA_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flota_memory {
    uint32_t base;
    uint32_t size; /* bytes */
};

/* What an earlier run left in RAM that survives a reset. It may explain, it never decides: after a
 * loss of power it is gone. */
struct flota_last_words {
    bool valid;
    uint8_t tag[8]; /* the build id of the image that ran */
    char what[24];  /* "BusFault", "panic", "" when it only stopped feeding */
    uint32_t pc;    /* 0: not known */
    uint32_t lr;
    uint32_t fault_status; /* CFSR */
    uint32_t milestone;    /* the last one it passed */
};

struct flota_platform {
    void *port;
    const char *board; /* name in the information block: "stm32h745i-disco" */
    const struct flota_memory
        *ram; /* where an initial stack pointer may point into (end inclusive) */
    uint32_t ram_count;
    bool has_guard; /* images begin at FLOTA_GUARD_OFFSET, and carry the guard there */

    /* May an update begin? Returns 0, or why not, before anything is erased: FLOTA_ERR_CM4_BOOTS,
     * _OPTION_PENDING, _CHIP_UNKNOWN. */
    int (*update_allowed)(void *port);

    /* Set the option bytes that update_allowed() refused with FLOTA_ERR_CM4_BOOTS for, and no
     * other: they hold from the next reset on, and till then nothing may be written. Returns 0;
     * what update_allowed() says when it is something else, 0 among it; or FLOTA_ERR_OPTION_BYTES,
     * then nothing has changed. Blocks for up to 2 s. May be NULL: there are none. */
    int (*set_options)(void *port);

    /* Make the spare slot the active one at the next reset. Returns 0, or FLOTA_ERR_OPTION_BYTES,
     * then nothing has changed. May block for up to 1 s (option byte change). */
    int (*swap)(void *port);

    /* Make the active slot boot at the next reset, whatever was ordered before and might still
     * come: the swap is ordered and taken back, so the spare slot must be whole, or be one that
     * the guard leaves again. Returns 0 or FLOTA_ERR_OPTION_BYTES. Blocks for up to 2 s. */
    int (*keep)(void *port);

    /* Restart the watchdog's countdown; harmless when it does not run. Called by the application's
     * loop only: what hangs must not feed. */
    void (*feed)(void *port);

    /* May a firmware run that does not feed the watchdog? Returns 0 or FLOTA_ERR_WATCHDOG_ALWAYS.
     */
    int (*foreign_allowed)(void *port);

    /* Restart the chip. Does not return on a board; a test's may. */
    void (*reset)(void *port);

    /* The physical bank that executes: 1 or 2. */
    int (*active_bank)(void *port);

    /* Write the chip's name and revision, as the console says them when it is refused. May be NULL.
     */
    void (*chip_name)(void *port, char *text, size_t size);
};

#endif
