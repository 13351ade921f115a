/* host_guard.h - the guard on Linux: which bank's image runs, decided before it starts.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_GUARD_H
#define FLOTA_HOST_GUARD_H

#include "flota/boot.h"
#include "host_flash.h"

struct host_guard {
    struct flota_boot_decision decision; /* under which the active bank's image runs */
    bool starts_watchdog;
    bool power_on; /* a rollback resets: then this boot is no power-on any more */
    uint32_t cause;
};

/* Decide as the chip's reset handler does; a rollback swaps the banks and decides anew. power_on
 * and cause are those of the reset, and may be others afterwards. */
void host_guard(struct host_guard *guard, struct host_flash *host);

#endif
