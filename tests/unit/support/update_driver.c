/* update_driver.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "update_driver.h"
#include "bundle_maker.h"
#include "flota/error.h"
#include "prng.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLLS_MAX 1000000u /* more than any test needs: the updater hangs */

static void hang(const char *where)
{
    fprintf(stderr, "the updater makes no progress in %s\n", where);
    abort();
}

static uint32_t area_size(const struct flash_model *model)
{
    return model->geometry.sector_size * model->geometry.image_sector_count;
}

void update_driver_init(struct update_driver *driver, const struct flash_model_geometry *geometry)
{
    memset(driver, 0, sizeof *driver);
    flash_model_init(&driver->model, geometry);
    driver->recipe = (struct image_recipe)IMAGE_RECIPE;
    struct image_recipe active = IMAGE_RECIPE;
    active.version = "1.0.0";
    active.name = "project1";
    active.size = area_size(&driver->model);
    uint8_t *image = image_make(&active);
    flash_model_load(&driver->model, FLOTA_SLOT_ACTIVE, image, active.size);
    free(image);
}

void update_driver_free(struct update_driver *driver)
{
    flash_model_free(&driver->model);
    free(driver->image);
}

int update_driver_begin(struct update_driver *driver)
{
    free(driver->image);
    driver->image = image_make(&driver->recipe);
    return flota_updater_create(&driver->updater, &driver->model.target, &driver->request);
}

static int poll_counted(struct update_driver *driver)
{
    const struct flash_model *model = &driver->model;
    uint32_t operations = model->operation_count, busy = model->busy_count;
    bool receiving = driver->updater.status.phase == FLOTA_UPDATE_RECEIVING;
    int result = flota_updater_poll(&driver->updater);
    if (receiving && model->operation_count == operations && model->busy_count == busy)
        driver->wasted_poll_count++;
    return result;
}

static int poll_times(struct update_driver *driver, uint32_t count)
{
    int result = 0;
    for (uint32_t i = 0; i < count && result >= 0; i++)
        result = poll_counted(driver);
    return result;
}

int update_driver_deliver(struct update_driver *driver, const uint8_t *data, uint32_t size,
                          uint32_t chunk)
{
    uint32_t *random = &driver->model.random;
    for (uint32_t offset = 0, turn = 0; offset < size; turn++) {
        if (turn > POLLS_MAX)
            hang("deliver");
        uint32_t offered = chunk != 0 ? chunk : prng_below(random, 1500);
        if (offered > size - offset)
            offered = size - offset;
        int taken = flota_updater_process(&driver->updater, data + offset, offered);
        if (taken < 0)
            return taken;
        if ((uint32_t)taken > offered)
            hang("process, which takes more than it is offered");
        offset += (uint32_t)taken;
        int result = poll_times(driver, chunk != 0 ? 1 : prng_below(random, 8));
        if (result < 0)
            return result;
    }
    return 0;
}

int update_driver_resume(struct update_driver *driver, uint32_t offset, uint32_t total)
{
    struct flota_update_request request = driver->request;
    request.total_size = total;
    return flota_updater_resume(&driver->updater, &request, offset);
}

int update_driver_settle(struct update_driver *driver)
{
    for (uint32_t turn = 0; turn < POLLS_MAX; turn++) {
        int result = poll_counted(driver);
        if (result <= 0)
            return result;
    }
    hang("settle");
    return 0;
}

int update_driver_finish(struct update_driver *driver)
{
    for (uint32_t turn = 0; turn < POLLS_MAX; turn++) {
        int result = flota_updater_finish(&driver->updater);
        if (result != FLOTA_UPDATER_PENDING)
            return result;
        poll_counted(driver);
    }
    hang("finish");
    return 0;
}

int update_driver_run(struct update_driver *driver, uint32_t chunk)
{
    int error = update_driver_begin(driver);
    if (error == 0)
        error = update_driver_deliver(driver, driver->image, driver->recipe.size, chunk);
    return error == 0 ? update_driver_finish(driver) : error;
}

/* --- restarts --- */

#define GUARD_TURNS_MAX 8 /* boot.h: at most six */

/* Returns whether it has left the image: the other one boots. */
static bool guard_turns(struct update_driver *driver, bool power_on,
                        struct flota_boot_decision *decision)
{
    const struct flota_flash *flash = &driver->model.flash;
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    for (int turn = 0; turn < GUARD_TURNS_MAX; turn++) {
        *decision = flota_boot_decide(&boot, power_on);
        if (decision->check) {
            flota_boot_check(flash, &boot, decision->check);
        } else if (decision->action == FLOTA_BOOT_COUNT_AND_RUN) {
            flota_boot_count(flash, &boot, power_on, 0);
        } else if (decision->action != FLOTA_BOOT_ROLL_BACK) {
            return false;
        } else if (flota_boot_leave(flash, &boot, decision, power_on, 0) == 0) {
            driver->model.platform.swap(driver->model.platform.port);
            flash_model_power_up(&driver->model);
            return true;
        }
    }
    hang("the guard's loop");
    return false;
}

struct flota_boot_decision update_driver_boot(struct update_driver *driver, bool power_on)
{
    struct flota_boot_decision decision;
    uint8_t *ram = (uint8_t *)&driver->updater;
    flash_model_power_up(&driver->model);
    while (guard_turns(driver, power_on, &decision))
        power_on = false;
    for (size_t i = 0; i < sizeof driver->updater; i++)
        ram[i] = (uint8_t)prng_next(&driver->model.random);
    memcpy(&driver->model.running,
           flash_model_bytes(&driver->model, FLOTA_SLOT_ACTIVE) + FLOTA_IMAGE_INFO_OFFSET,
           sizeof driver->model.running);
    return decision;
}

/* --- journals --- */

uint32_t update_driver_records(const struct update_driver *driver, enum flota_slot slot,
                               struct flota_record *records, uint32_t max)
{
    const struct flash_model_geometry *geometry = &driver->model.geometry;
    const uint8_t *bytes = flash_model_bytes(&driver->model, slot);
    uint32_t end = geometry->sector_count * geometry->sector_size, count = 0;
    for (uint32_t at = area_size(&driver->model); at < end; at += sizeof records[0]) {
        struct flota_record record;
        memcpy(&record, bytes + at, sizeof record);
        if (record.magic != FLOTA_RECORD_MAGIC ||
            record.crc32 != bundle_crc32(&record, offsetof(struct flota_record, crc32)))
            continue;
        if (count == max)
            abort();
        records[count++] = record;
    }
    return count;
}

uint32_t update_driver_records_of(const struct update_driver *driver, enum flota_slot slot,
                                  enum flota_record_kind kind, struct flota_record *records,
                                  uint32_t max)
{
    uint32_t count = update_driver_records(driver, slot, records, max), kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (records[i].kind == kind)
            records[kept++] = records[i];
    return kept;
}

void update_driver_fill_journal(struct update_driver *driver, enum flota_slot slot, uint32_t free)
{
    static const uint8_t nobody[FLOTA_TAG_SIZE] = "nobody!";
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SEEN, 1, nobody);
    while (flota_journal_append(&driver->model.flash, slot, &record, free) == 0)
        continue;
}
