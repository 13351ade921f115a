/* host_guard.c - the loop of flota/boot.h over a flash in a file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_guard.h"
#include "host_chip.h"

#define TURNS_MAX 8 /* boot.h: at most six */
#define SWAPS_MAX 4

static void swap(struct host_guard *guard, struct host_flash *host)
{
    host_flash_select(host, true);
    host_flash_reload(host);
    guard->power_on = false;
    guard->cause = HOST_RESET_SOFTWARE;
}

/* Returns whether the banks were swapped: then all begins anew. */
static bool decide(struct host_guard *guard, struct host_flash *host)
{
    struct flota_boot_decision *decision = &guard->decision;
    struct flota_boot boot;
    flota_boot_read(&host->flash, &boot);
    guard->starts_watchdog = false;
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        *decision = flota_boot_decide(&boot, guard->power_on);
        if (decision->check) {
            flota_boot_check(&host->flash, &boot, decision->check);
        } else if (decision->action == FLOTA_BOOT_COUNT_AND_RUN) {
            guard->starts_watchdog = true;
            flota_boot_count(&host->flash, &boot, guard->power_on, guard->cause);
        } else if (decision->action == FLOTA_BOOT_ROLL_BACK) {
            if (flota_boot_leave(&host->flash, &boot, decision, guard->power_on, guard->cause) != 0)
                continue;
            swap(guard, host);
            return true;
        } else {
            return false;
        }
    }
    return false;
}

void host_guard(struct host_guard *guard, struct host_flash *host)
{
    int swaps = 0;
    while (swaps < SWAPS_MAX && decide(guard, host))
        swaps++;
}
