/* update_deadline.c - the time to confirm in, said when BEGIN, which holds it, stands already.
 *
 * The image is whole and not staged yet: the update begins once more, by one more BEGIN. A cut
 * leaves the bank as any update that was not finished does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "update_internal.h"

void flota_updater_set_deadline(struct flota_updater *updater, uint32_t deadline_ms)
{
    updater->request.deadline_ms = deadline_ms;
    updater->deadline_changed =
        updater->status.has_begun && updater->order.deadline_ms != deadline_ms;
}

int flota_updater_settle_deadline(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    struct flota_boot_update order = updater->order;
    struct flota_boot boot;
    if (!updater->deadline_changed || !flota_updater_has_block(updater))
        return 0;
    flota_boot_read(flash, &boot);
    order.generation = flota_boot_next_generation(&boot);
    order.deadline_ms = updater->request.deadline_ms;
    int result = flota_boot_begin(flash, &order);
    if (result != 0) /* full: the next update compacts the journal */
        return flota_updater_fail(updater, result < 0 ? result : FLOTA_ERR_JOURNAL);
    updater->order = order;
    updater->deadline_changed = false;
    return 0;
}
