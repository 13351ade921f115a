/* update_again.c - an image stands staged, and the swap that was to start it was cut: once more.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "update_internal.h"
#include <string.h>

/* Without a word for SWAPTRY nothing would count the tries. What a cut erase has left of a journal
 * may end with STAGED, of an image that has long been confirmed. */
static bool is_waiting(const struct flota_boot *boot)
{
    const struct flota_bank *other = &boot->other;
    bool untried = !other->was_tried && other->attempts.all == 0;
    return other->state == FLOTA_BANK_TRIAL && untried && other->words != 0 &&
           other->fallback_words != 0 && flota_boot_is_kept(boot) &&
           !flota_boot_compaction_was_cut(boot) &&
           boot->own.free_words > FLOTA_JOURNAL_KEEP_ADVISORY;
}

static struct flota_boot_update order_of(const struct flota_bank *other)
{
    struct flota_boot_update order = {
        .generation = other->generation,
        .trial = (enum flota_trial_kind)other->trial,
        .deadline_ms = other->deadline_ms,
        .words = other->words,
        .crc = other->crc,
        .fallback_words = other->fallback_words,
        .fallback_crc = other->fallback_crc,
        .swap_settled = true,
    };
    memcpy(order.tag, other->tag, sizeof order.tag);
    return order;
}

int flota_updater_activate_again(const struct flota_image_target *target)
{
    const struct flota_platform *platform = target->platform;
    struct flota_boot boot;
    uint32_t crc;
    flota_boot_read(target->flash, &boot);
    if (!is_waiting(&boot) || platform->update_allowed(platform->port) != 0)
        return 0;
    const struct flota_boot_update order = order_of(&boot.other);
    int error = flota_boot_image_crc(target->flash, FLOTA_SLOT_SPARE, order.words, &crc);
    if (error != 0 || crc != order.crc)
        return 0;
    error = flota_boot_stage(target->flash, &order);
    if (error == FLOTA_JOURNAL_FULL) /* positive: a restart upon it would follow restart */
        error = FLOTA_ERR_JOURNAL;
    if (error == 0)
        error = platform->swap(platform->port);
    return error == 0 ? 1 : error;
}
