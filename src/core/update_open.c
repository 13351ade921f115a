/* update_open.c - what an update writes into the journals before the first erase.
 *
 * In this order, each step durable before the next: the running image is confirmed twice, a swap
 * that might still come is taken back, BEGIN in the other journal, SESSION in the own one. When the
 * other journal has no room it is erased first: what still matters in it is copied over, and a
 * record says that the erase has begun. A cut anywhere leaves the running image as the one that
 * boots.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include "flota/config.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "update_internal.h"
#include <string.h>

#define WORD_SIZE   (uint32_t)sizeof(struct flota_record)
#define BEGIN_TRIES 8u

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* --- the fallback --- */

/* An image that was never sealed, as a debugger loads it, says no size: all of the slot counts. */
static uint32_t running_size(const struct flota_updater *updater)
{
    const struct flota_image_info *running = updater->target->running;
    uint32_t area_size = flota_updater_area_size(updater->target);
    uint32_t size = running->image_size + running->trailer_size;
    size = (size + WORD_SIZE - 1) / WORD_SIZE * WORD_SIZE;
    return running->image_size == 0 || size > area_size ? area_size : size;
}

int flota_updater_read_fallback(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    struct flota_boot_update *order = &updater->order;
    uint8_t bytes[256];
    uint32_t size = running_size(updater);
    uint32_t end = smaller(updater->cursor + FLOTA_UPDATER_SLICE_SIZE, size);
    while (updater->cursor < end) {
        uint32_t part = smaller(sizeof bytes, end - updater->cursor);
        int error = flash->read(flash->port, FLOTA_SLOT_ACTIVE, updater->cursor, bytes, part);
        if (error != 0 && !updater->request.consents.again)
            return flota_updater_fail(updater, FLOTA_ERR_RUNNING_DAMAGED);
        if (error != 0) /* no crc fits it: the guard will not go back there */
            memset(bytes, 0, sizeof bytes);
        order->fallback_crc = flota_crc32(order->fallback_crc, bytes, part);
        updater->cursor += part;
    }
    if (updater->cursor < size)
        return FLOTA_UPDATER_GOES_ON;
    order->fallback_words = (uint16_t)(size / WORD_SIZE);
    updater->step = FLOTA_STEP_CHOOSE;
    updater->cursor = 0;
    return FLOTA_UPDATER_GOES_ON;
}

/* --- the journals --- */

/* Positive results say that a journal is full or a query was answered: no obstacle here. */
static int error_of(int result)
{
    if (result == FLOTA_JOURNAL_FULL)
        return FLOTA_ERR_JOURNAL;
    return result < 0 ? result : 0;
}

static int confirm_running(const struct flota_updater *updater)
{
    return error_of(flota_boot_confirm(updater->target->flash));
}

/* An option byte change that was ordered and cut may come true at a later power-on. It must not,
 * once the other bank is no longer whole. */
static int settle_swap(struct flota_updater *updater, const struct flota_boot *boot)
{
    const struct flota_platform *platform = updater->target->platform;
    int result = 0;
    if (flota_boot_swap_may_come(boot)) {
        result = flota_boot_settle(updater->target->flash);
        if (result == 0)
            result = platform->keep(platform->port);
        if (result == FLOTA_BOOT_NOT_WHOLE) /* not even for a moment: BEGIN protects better */
            result = 0;
    }
    updater->order.swap_settled = result == 0;
    return result;
}

static void fill_order(struct flota_updater *updater, const struct flota_boot *boot)
{
    struct flota_boot_update *order = &updater->order;
    order->generation = flota_boot_next_generation(boot);
    memcpy(order->tag, updater->status.info.digest, sizeof order->tag);
    order->trial = updater->is_reverting ? FLOTA_TRIAL_REVERT : FLOTA_TRIAL_UPDATE;
    order->deadline_ms = updater->request.deadline_ms;
}

static int say_session(const struct flota_updater *updater)
{
    return flota_boot_session(updater->target->flash, updater->order.generation,
                              updater->status.info.digest);
}

/* Without room for it an older configuration will hold. To refuse the update would be worse:
 * nothing but an update ever makes room. */
static int carry_config(const struct flota_flash *flash)
{
    int result = flota_config_carry(flash);
    return result == FLOTA_ERR_CONFIG_FULL ? 0 : result;
}

/* flota_boot_save() also says that the erase begins: it is how a cut one is found out. */
static int start_compaction(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    int result = updater->target->trust ? flota_trust_save(flash) : 0;
    if (result == 0)
        result = carry_config(flash);
    if (result == 0)
        result = flota_boot_save(flash);
    if (result != 0)
        return flota_updater_fail(updater, error_of(result));
    updater->compacted = true;
    updater->always_erase = true;
    updater->cursor = flash->image_sector_count;
    updater->step = FLOTA_STEP_COMPACT;
    int error = flash->erase_start(flash->port, FLOTA_SLOT_SPARE, updater->cursor);
    return error == 0 ? FLOTA_UPDATER_WAITS : flota_updater_fail(updater, error);
}

int flota_updater_compact(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    int result = flash->poll(flash->port);
    if (result == FLOTA_FLASH_BUSY)
        return FLOTA_UPDATER_WAITS;
    if (result == FLOTA_FLASH_IDLE && ++updater->cursor < flash->sector_count)
        result = flash->erase_start(flash->port, FLOTA_SLOT_SPARE, updater->cursor);
    if (result != FLOTA_FLASH_IDLE)
        return flota_updater_fail(updater, result);
    if (updater->cursor == flash->sector_count)
        updater->step = FLOTA_STEP_CHOOSE;
    return FLOTA_UPDATER_GOES_ON;
}

/* A word that was torn may read as a record of a later generation one time, and not the next: above
 * each generation that was ever read it is in order. */
static int append_begin(const struct flota_flash *flash, struct flota_boot_update *order)
{
    int result = flota_boot_begin(flash, order);
    for (uint32_t i = 1; i < BEGIN_TRIES && result == FLOTA_ERR_NOT_READY; i++) {
        struct flota_boot boot;
        flota_boot_read(flash, &boot);
        uint32_t next = flota_boot_next_generation(&boot);
        if (next > order->generation)
            order->generation = next;
        result = flota_boot_begin(flash, order);
    }
    return result;
}

static int begin(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    if (updater->target->trust)
        (void)flota_trust_save(flash); /* early, while there is room */
    (void)flota_config_carry(flash);   /* the same */
    if (!updater->compacted && flota_config_wants_compaction(flash, updater->is_reverting))
        return start_compaction(updater);
    int result = append_begin(flash, &updater->order);
    if (result == FLOTA_JOURNAL_FULL && !updater->compacted)
        return start_compaction(updater);
    if (result != 0)
        return flota_updater_fail(updater, result == FLOTA_ERR_NOT_READY ? FLOTA_ERR_JOURNAL
                                                                         : error_of(result));
    say_session(updater); /* advisory: names the image that can be resumed */
    updater->status.has_begun = true;
    return FLOTA_UPDATER_GOES_ON;
}

int flota_updater_check_rejected(const struct flota_updater *updater)
{
    const struct flota_image_info *info = &updater->status.info;
    if (updater->request.consents.again || !flota_updater_has_block(updater))
        return 0;
    bool rejected = flota_boot_is_rejected(updater->target->flash, info->digest);
    return rejected ? FLOTA_ERR_IMAGE_REJECTED : 0;
}

int flota_updater_open(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    struct flota_boot boot;
    int error = flota_updater_check_rejected(updater);
    if (error == 0)
        error = confirm_running(updater);
    flota_boot_read(flash, &boot);
    if (error == 0)
        error = settle_swap(updater, &boot);
    if (error != 0)
        return flota_updater_fail(updater, error);
    updater->always_erase = updater->always_erase || flota_boot_spare_is_touched(&boot);
    fill_order(updater, &boot);
    if (flota_boot_compaction_was_cut(&boot) && !updater->compacted)
        return start_compaction(updater);
    return begin(updater);
}

/* Advisory: without it a resume after a loss of power begins earlier. */
void flota_updater_note_progress(struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    uint32_t finished = updater->status.in_flash / flash->sector_size;
    if (updater->kind != FLOTA_FILE_IMAGE || finished == updater->progress)
        return;
    updater->progress = finished;
    flota_boot_progress(flash, updater->order.generation, finished);
}
