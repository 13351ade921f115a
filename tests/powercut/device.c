/* device.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include "crc32.h"
#include "flota/error.h"
#include "prng.h"
#include <stdio.h>
#include <string.h>

#define GUARD_TURNS_MAX  8u
#define RESET_CAUSE      7u
#define UNKNOWN_KIND     200u
#define MARGINAL_READS   16u
#define RANDOM_POOL_SIZE 65536u
#define CHUNK_SIZE       700u

/* --- port --- */

static uint32_t bank_of(const struct device *device, enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? device->flash.active : 1 - device->flash.active;
}

static uint32_t image_area(const struct device *device)
{
    return device->flash.geometry.sector_size * device->flash.geometry.image_sector_count;
}

/* What planted.h's DEAD_NOT_COUNTED sees in a dead slot: a record of a kind that all skip. */
static int read_dead_as_unknown(void *data, uint32_t size)
{
    struct flota_record record = {
        FLOTA_RECORD_MAGIC, FLOTA_RECORD_FORMAT, UNKNOWN_KIND, 0, {0}, {{0}}, 0};
    record.crc32 = flota_crc32(0, &record, sizeof record - 4);
    memcpy(data, &record, size);
    return 0;
}

/* Words that an unfinished update may have erased half are not to be believed blank: until they are
 * erased again they are answered like the unreadable ones they may become. */
static bool is_doubtful(const struct device *device, enum flota_slot slot, uint32_t offset)
{
    return slot == FLOTA_SLOT_SPARE && device->spare_touched && offset < image_area(device) &&
           offset >= device->erased_to && device->fault != PLANTED_SKIPS_TOUCHED;
}

static int port_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct device *device = port;
    int error = cut_flash_read(&device->flash, bank_of(device, slot), offset, data, size);
    if (error == 0 && is_doubtful(device, slot, offset))
        return FLOTA_ERR_FLASH_READ;
    if (error != 0 && device->fault == PLANTED_DEAD_NOT_COUNTED && offset >= image_area(device) &&
        size == sizeof(struct flota_record))
        return read_dead_as_unknown(data, size);
    return error;
}

static int port_erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    struct device *device = port;
    int error = cut_flash_erase_start(&device->flash, bank_of(device, slot), sector);
    if (error == 0 && slot == FLOTA_SLOT_SPARE)
        device->erased_to = (sector + 1) * device->flash.geometry.sector_size;
    return error;
}

static int port_program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct device *device = port;
    return cut_flash_program_start(&device->flash, bank_of(device, slot), offset, word);
}

static int port_poll(void *port)
{
    return cut_flash_poll(&((struct device *)port)->flash);
}

static int port_update_allowed(void *port)
{
    const struct device *device = port;
    return device->flash.option == device->flash.active ? 0 : FLOTA_ERR_OPTION_PENDING;
}

static int port_swap(void *port)
{
    struct device *device = port;
    cut_flash_select(&device->flash, 1 - device->flash.active);
    return 0;
}

static void port_reset(void *port)
{
    device_reset(port);
}

static int port_active_bank(void *port)
{
    return (int)((struct device *)port)->flash.active + 1;
}

static void fill_port(struct device *device)
{
    static const struct flota_memory ram[] = {{0x20000000u, 0x20000u}};
    const struct cut_geometry *geometry = &device->flash.geometry;
    device->port = (struct flota_flash){
        .port = device,
        .link_address = 0x08000000u,
        .sector_size = geometry->sector_size,
        .image_sector_count = geometry->image_sector_count,
        .sector_count = geometry->sector_count,
        .word_size = CUT_WORD_SIZE,
        .read = port_read,
        .erase_start = port_erase_start,
        .program_start = port_program_start,
        .poll = port_poll,
    };
    device->platform = (struct flota_platform){
        .port = device,
        .board = "test-board",
        .ram = ram,
        .ram_count = 1,
        .update_allowed = port_update_allowed,
        .swap = port_swap,
        .reset = port_reset,
        .active_bank = port_active_bank,
    };
    device->target =
        (struct flota_image_target){&device->port, &device->platform, &device->ram.running};
}

/* --- life --- */

void device_init(struct device *device, const struct cut_geometry *geometry,
                 const struct images *images, enum planted_fault fault)
{
    memset(device, 0, sizeof *device);
    cut_flash_init(&device->flash, geometry, 1);
    device->images = images;
    device->fault = fault;
    fill_port(device);
}

void device_free(struct device *device)
{
    cut_flash_free(&device->flash);
}

void device_copy(struct device *copy, const struct device *device)
{
    struct cut_flash flash = copy->flash;
    cut_flash_copy(&flash, &device->flash);
    *copy = *device;
    copy->flash = flash;
    fill_port(copy);
}

/* Random bytes from a pool that is filled once: a boot is to be quick. */
static void lose_ram(struct device *device)
{
    static uint8_t pool[RANDOM_POOL_SIZE + sizeof(struct device_ram)];
    static bool filled;
    uint32_t random = 1;
    for (size_t i = 0; !filled && i < sizeof pool; i++)
        pool[i] = (uint8_t)(prng_next(&random) >> 8);
    filled = true;
    memcpy(&device->ram, pool + prng_below(&device->flash.random, RANDOM_POOL_SIZE),
           sizeof device->ram);
    device->spare_touched = false;
    device->erased_to = 0;
}

void device_power_up(struct device *device)
{
    cut_flash_power_up(&device->flash);
    device->power_on = true;
    lose_ram(device);
}

void device_reset(struct device *device)
{
    cut_flash_reset(&device->flash);
    device->power_on = false;
    lose_ram(device);
}

int device_image_in(const struct device *device, uint32_t bank)
{
    for (uint32_t i = 0; i < IMAGE_COUNT; i++)
        if (cut_flash_holds(&device->flash, bank, device->images->bytes[i], device->images->size))
            return (int)i;
    return -1;
}

bool device_guard_stands(const struct device *device)
{
    for (uint32_t i = 0; i < IMAGE_COUNT; i++)
        if (cut_flash_holds(&device->flash, device->flash.active, device->images->bytes[i],
                            IMAGE_GUARD_SIZE))
            return true;
    return false;
}

const struct flota_boot *device_look(struct device *device)
{
    flota_boot_read(&device->port, &device->ram.boot);
    return &device->ram.boot;
}

/* --- guard --- */

static void check(struct device *device, struct flota_boot *boot, enum flota_boot_check which)
{
    if (which == FLOTA_CHECK_OTHER && device->fault == PLANTED_NO_ELIGIBILITY)
        boot->other.verdict = FLOTA_VERDICT_SOUND;
    else if (which == FLOTA_CHECK_OWN && device->fault == PLANTED_NO_CHECK)
        boot->own.verdict = FLOTA_VERDICT_SOUND;
    else
        flota_boot_check(&device->port, boot, which);
}

/* A marginal FAILED that the guard could read is one. */
static bool failed_stands(struct device *device)
{
    struct flota_boot boot;
    for (uint32_t i = 0; i < MARGINAL_READS; i++) {
        flota_boot_read(&device->port, &boot);
        if (boot.own.state == FLOTA_BANK_FAILED)
            return true;
    }
    return false;
}

/* Returns whether the guard resets now. */
static bool leave(struct device *device, struct flota_boot *boot,
                  const struct flota_boot_decision *decision)
{
    if (device->fault != PLANTED_NO_FAILED &&
        flota_boot_leave(&device->port, boot, decision, device->power_on, RESET_CAUSE) != 0)
        return false;
    device->failed_is_durable = failed_stands(device);
    device->guard_swaps++;
    port_swap(device);
    return true;
}

static enum device_outcome outcome_of(const struct flota_boot_decision *decision)
{
    if (decision->action == FLOTA_BOOT_STRANDED)
        return DEVICE_STRANDED;
    return decision->reason == FLOTA_REASON_TRIAL ? DEVICE_TRIES : DEVICE_RUNS;
}

static void trace_decision(const struct device *device, const struct flota_boot *boot,
                           const struct flota_boot_decision *decision)
{
    static const char *const actions[] = {"run", "count and run", "roll back", "stranded"};
    static const char *const checks[] = {"", ", check own", ", check other"};
    if (device->tracing)
        printf("  guard in bank %u: %s%s (reason %d, obstacle %d; own state %d, other %d)\n",
               (unsigned)device->flash.active + 1, actions[decision->action],
               checks[decision->check], (int)decision->reason, (int)decision->obstacle,
               (int)boot->own.state, (int)boot->other.state);
}

/* Returns whether the image is started without an ATTEMPT, by a planted fault. */
static bool count_attempt(struct device *device, struct flota_boot *boot)
{
    bool late = device->fault == PLANTED_LATE_ATTEMPT;
    device->counting = true;
    if (!late)
        flota_boot_count(&device->port, boot, device->power_on, RESET_CAUSE);
    device->counting = false;
    device->attempts++;
    device->reset_attempts += !device->power_on;
    return late;
}

static enum device_outcome guard_loop(struct device *device, struct flota_boot *boot)
{
    for (uint32_t turn = 0; turn < GUARD_TURNS_MAX; turn++) {
        struct flota_boot_decision decision = flota_boot_decide(boot, device->power_on);
        trace_decision(device, boot, &decision);
        if (decision.check != FLOTA_CHECK_NOTHING) {
            check(device, boot, decision.check);
        } else if (decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            if (count_attempt(device, boot))
                return DEVICE_TRIES;
        } else if (decision.action == FLOTA_BOOT_ROLL_BACK) {
            if (leave(device, boot, &decision))
                return DEVICE_RESETS;
        } else {
            return outcome_of(&decision);
        }
    }
    return DEVICE_HANGS;
}

enum device_outcome device_guard(struct device *device)
{
    struct flota_boot boot;
    memset(&boot, 0xA5, sizeof boot);
    flota_boot_read(&device->port, &boot);
    return guard_loop(device, &boot);
}

/* --- the application --- */

static uint16_t words_of(const struct device *device)
{
    return (uint16_t)((device->images->size + CUT_WORD_SIZE - 1) / CUT_WORD_SIZE);
}

static int wait_for_flash(struct device *device)
{
    int result;
    do
        result = port_poll(device);
    while (result == FLOTA_FLASH_BUSY);
    return result;
}

static int append_attempt_late(struct device *device)
{
    const struct flota_bank *own = &device_look(device)->own;
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_ATTEMPT, own->generation, own->tag);
    return flota_journal_append(&device->port, FLOTA_SLOT_ACTIVE, &record,
                                FLOTA_JOURNAL_KEEP_ROLLBACK);
}

static int append_one_confirmed(struct device *device)
{
    const struct flota_bank *own = &device_look(device)->own;
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_CONFIRMED, own->generation, own->tag);
    if (own->confirmed_count > 0)
        return 0;
    return flota_journal_append(&device->port, FLOTA_SLOT_ACTIVE, &record,
                                FLOTA_JOURNAL_KEEP_ROLLBACK);
}

int device_confirm(struct device *device)
{
    if (device->fault == PLANTED_LATE_ATTEMPT)
        append_attempt_late(device);
    if (device->fault == PLANTED_ONE_CONFIRMED)
        return append_one_confirmed(device);
    return flota_boot_confirm(&device->port);
}

int device_fail(struct device *device)
{
    return flota_boot_fail(&device->port, FLOTA_REASON_DEADLINE, 0);
}

/* Generation of the last SESSION: a compaction of the other journal began under it. */
static uint32_t last_session(struct device *device)
{
    struct flota_record record;
    uint32_t count = flota_journal_word_count(&device->port), generation = 0;
    for (uint32_t i = 0; i < count; i++)
        if (flota_journal_read(&device->port, FLOTA_SLOT_ACTIVE, i, &record) == FLOTA_WORD_GOOD &&
            record.kind == FLOTA_RECORD_SESSION && record.generation > generation)
            generation = record.generation;
    return generation;
}

static bool compaction_was_cut(struct device *device)
{
    return last_session(device) > device_look(device)->other.highest_generation;
}

static int append_session(struct device *device)
{
    const struct flota_boot *boot = device_look(device);
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_SESSION, flota_boot_next_generation(boot), boot->own.tag);
    return flota_journal_append(&device->port, FLOTA_SLOT_ACTIVE, &record,
                                FLOTA_JOURNAL_KEEP_ROLLBACK);
}

/* Erase the spare bank's journal, in which nothing matters any more. SESSION says so first: until a
 * BEGIN of its generation stands there, that erase may have been cut. */
static int compact(struct device *device)
{
    int error = compaction_was_cut(device) ? 0 : append_session(device);
    for (uint32_t sector = device->port.image_sector_count;
         sector < device->port.sector_count && error >= 0; sector++) {
        error = port_erase_start(device, FLOTA_SLOT_SPARE, sector);
        error = error == 0 ? wait_for_flash(device) : error;
    }
    device->spare_touched = true;
    device->erased_to = 0;
    return error;
}

static int settle_swap(struct device *device)
{
    bool may_come = flota_boot_swap_may_come(device_look(device));
    device->ram.order.swap_settled = true;
    if (!may_come || device->fault == PLANTED_NO_REASSERT)
        return 0;
    cut_flash_select(&device->flash, 1 - device->flash.active);
    cut_flash_select(&device->flash, device->flash.active);
    return 0;
}

/* Fill ram.order for image number index. */
static int make_order(struct device *device, uint32_t index, enum flota_trial trial)
{
    struct flota_boot_update *order = &device->ram.order;
    memset(order, 0, sizeof *order);
    order->generation = flota_boot_next_generation(device_look(device));
    memcpy(order->tag, images_info(device->images, index)->digest, sizeof order->tag);
    order->trial = trial;
    order->fallback_words = words_of(device);
    return flota_boot_image_crc(&device->port, FLOTA_SLOT_ACTIVE, order->fallback_words,
                                &order->fallback_crc);
}

static int append_begin(struct device *device)
{
    const struct flota_boot_update *order = &device->ram.order;
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_BEGIN, order->generation, order->tag);
    record.arguments.begin.fallback_words = order->fallback_words;
    record.arguments.begin.fallback_crc = order->fallback_crc;
    return flota_journal_append(&device->port, FLOTA_SLOT_SPARE, &record, FLOTA_JOURNAL_KEEP_TRIAL);
}

static int begin(struct device *device)
{
    if (device->fault == PLANTED_ONE_CONFIRMED)
        return append_begin(device);
    return flota_boot_begin(&device->port, &device->ram.order);
}

/* Two CONFIRMED, no late swap, room in the other journal, BEGIN. */
static int open_update(struct device *device, uint32_t index, enum flota_trial trial)
{
    int error = device_confirm(device);
    error = error == 0 ? settle_swap(device) : error;
    const struct flota_boot *boot = device_look(device);
    device->spare_touched = boot->other.generation > 0 && boot->other.words == 0;
    device->erased_to = 0;
    if (error == 0 && compaction_was_cut(device))
        error = compact(device);
    error = error == 0 ? make_order(device, index, trial) : error;
    device->ram.order.swap_settled = true;
    if (error != 0)
        return error;
    error = begin(device);
    if (error != FLOTA_JOURNAL_FULL)
        return error;
    error = compact(device);
    error = error == 0 ? make_order(device, index, trial) : error;
    device->ram.order.swap_settled = true;
    return error == 0 ? begin(device) : error;
}

static void poll_updater(struct device *device)
{
    while (flota_updater_poll(&device->ram.updater) > FLOTA_UPDATER_NEEDS_INPUT)
        ;
}

static int deliver(struct device *device, const uint8_t *image, uint32_t size)
{
    struct flota_updater *updater = &device->ram.updater;
    uint32_t chunk = 1 + prng_below(&device->flash.random, CHUNK_SIZE + size / 8);
    for (uint32_t done = 0; done < size;) {
        int taken =
            flota_updater_process(updater, image + done, chunk < size - done ? chunk : size - done);
        if (taken < 0)
            return taken;
        done += (uint32_t)taken;
        poll_updater(device);
    }
    return 0;
}

static int write_image(struct device *device, uint32_t index)
{
    struct flota_updater *updater = &device->ram.updater;
    const struct flota_update_request request = {device->images->size, {false, true}};
    int error = port_read(device, FLOTA_SLOT_ACTIVE, FLOTA_IMAGE_INFO_OFFSET, &device->ram.running,
                          FLOTA_IMAGE_INFO_SIZE);
    if (error != 0)
        return error;
    error = flota_updater_create(updater, &device->target, &request);
    error =
        error == 0 ? deliver(device, device->images->bytes[index], device->images->size) : error;
    if (error != 0)
        return error;
    while ((error = flota_updater_finish(updater)) == FLOTA_UPDATER_PENDING)
        poll_updater(device);
    return error;
}

static int stage(struct device *device)
{
    struct flota_boot_update *order = &device->ram.order;
    order->words = words_of(device);
    int error = flota_boot_image_crc(&device->port, FLOTA_SLOT_SPARE, order->words, &order->crc);
    return error == 0 ? flota_boot_stage(&device->port, order) : error;
}

static void spoil(struct device *device)
{
    uint32_t size = device->images->size - IMAGE_GUARD_SIZE;
    uint32_t offset = IMAGE_GUARD_SIZE + prng_below(&device->flash.random, size);
    cut_flash_spoil(&device->flash, 1 - device->flash.active, offset);
}

static int stage_and_swap(struct device *device)
{
    device->attempts = device->reset_attempts = 0;
    int error = device->fault == PLANTED_STAGE_AFTER_SWAP ? port_swap(device) : 0;
    error = error == 0 ? stage(device) : error;
    if (error != 0)
        return error;
    if (device->spoil_staged)
        spoil(device);
    return port_swap(device);
}

int device_update(struct device *device, uint32_t index)
{
    bool late = device->fault == PLANTED_NO_BEGIN;
    if (!late) {
        int error = open_update(device, index, FLOTA_TRIAL_UPDATE);
        if (error != 0)
            return error;
    }
    int error = write_image(device, index);
    if (error == 0 && late)
        error = open_update(device, index, FLOTA_TRIAL_UPDATE);
    device->spare_touched = false;
    return error == 0 ? stage_and_swap(device) : error;
}

int device_activate_again(struct device *device, uint32_t index)
{
    const struct flota_boot *boot = device_look(device);
    uint32_t generation = boot->other.generation;
    int error = make_order(device, index, (enum flota_trial)boot->other.trial);
    device->ram.order.generation = generation;
    return error == 0 ? stage_and_swap(device) : error;
}

int device_revert(struct device *device, uint32_t index)
{
    int error = open_update(device, index, FLOTA_TRIAL_REVERT);
    device->spare_touched = false;
    return error == 0 ? stage_and_swap(device) : error;
}
