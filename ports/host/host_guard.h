/* host_guard.h - the guard on Linux: which bank's image runs, decided before it starts.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_GUARD_H
#define FLOTA_HOST_GUARD_H

#include "flota/boot.h"
#include "host_flash.h"

/* Decide as the chip's reset handler does; a rollback swaps the banks and decides anew. Returns the
 * decision under which the active bank's image runs. */
struct flota_boot_decision host_guard(struct host_flash *host, bool power_on);

#endif
