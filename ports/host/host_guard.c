/* host_guard.c - the loop of flota/boot.h over a flash in memory or in a file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_guard.h"

#define TURNS_MAX 8 /* boot.h: at most six */
#define SWAPS_MAX 4

static void swap(struct host_flash *host)
{
    host->platform.swap(host);
    host->platform.reset(host);
}

/* Returns whether the banks were swapped: then all begins anew. */
static bool decide(struct host_flash *host, bool power_on, struct flota_boot_decision *decision)
{
    struct flota_boot boot;
    flota_boot_read(&host->flash, &boot);
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        *decision = flota_boot_decide(&boot, power_on);
        if (decision->check) {
            flota_boot_check(&host->flash, &boot, decision->check);
        } else if (decision->action == FLOTA_BOOT_COUNT_AND_RUN) {
            flota_boot_count(&host->flash, &boot, power_on, 0);
        } else if (decision->action == FLOTA_BOOT_ROLL_BACK) {
            if (flota_boot_leave(&host->flash, &boot, decision, power_on, 0) != 0)
                continue;
            swap(host);
            return true;
        } else {
            return false;
        }
    }
    return false;
}

struct flota_boot_decision host_guard(struct host_flash *host, bool power_on)
{
    struct flota_boot_decision decision = {FLOTA_BOOT_RUN, FLOTA_REASON_NONE, FLOTA_OBSTACLE_NONE,
                                           FLOTA_CHECK_NOTHING};
    for (int swaps = 0; swaps < SWAPS_MAX && decide(host, power_on, &decision); swaps++)
        power_on = false;
    return decision;
}
