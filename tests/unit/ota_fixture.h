/* ota_fixture.h - an update service on a flash model, without a way in.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef OTA_FIXTURE_H
#define OTA_FIXTURE_H

#include "flash_model.h"
#include "flota/error.h"
#include "flota/ota.h"
#include "image_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX 8192

struct device {
    struct flash_model model;
    struct flota_trial trial;
    struct flota_ota ota;
    struct flota_boot_decision decision;
    uint32_t now_ms;
    uint8_t *image;
    uint32_t size;
    size_t log_size;
    char log[LOG_MAX];
};

static inline void device_log(void *context, const char *line)
{
    struct device *d = context;
    d->log_size += (size_t)snprintf(d->log + d->log_size, LOG_MAX - d->log_size, "%s\n", line);
    assert_true(d->log_size < LOG_MAX);
}

static inline void device_make_image(struct device *d, const struct image_recipe *recipe)
{
    free(d->image);
    d->image = image_make(recipe);
    d->size = recipe->size;
}

static inline void device_start(struct device *d)
{
    const struct flota_trial_config trial = {.flash = &d->model.flash,
                                             .platform = &d->model.platform,
                                             .policy = FLOTA_CONFIRM_EXPLICIT,
                                             .decision = d->decision};
    const struct flota_ota_config config = {.target = &d->model.target,
                                            .trial = &d->trial,
                                            .boot_id = 4711,
                                            .log = device_log,
                                            .context = d};
    flota_trial_init(&d->trial, &trial, d->now_ms);
    d->model.target.trial = &d->trial;
    d->log_size = 0;
    d->log[0] = '\0';
    flota_ota_init(&d->ota, &config);
    flota_ota_poll(&d->ota, d->now_ms);
}

/* An image of version 1.0.0 runs; the next one is 2.0.0; what the spare slot holds must be erased.
 */
static inline void device_init(struct device *d)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    memset(d, 0, sizeof *d);
    d->now_ms = 1000;
    flash_model_init(&d->model, &flash_model_small);
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    recipe.version = "1.0.0";
    device_make_image(d, &recipe);
    flash_model_load(&d->model, FLOTA_SLOT_ACTIVE, d->image, d->size);
    recipe.version = "2.0.0";
    device_make_image(d, &recipe);
    device_start(d);
}

static inline void device_free(struct device *d)
{
    flash_model_free(&d->model);
    free(d->image);
}

/* The guard's loop (boot.h). Returns whether it left the image: the other one boots. */
static inline bool device_guard(struct device *d)
{
    const struct flota_flash *flash = &d->model.flash;
    struct flota_boot boot;
    flash_model_power_up(&d->model);
    flota_boot_read(flash, &boot);
    for (int turns = 0; turns < 8; turns++) {
        d->decision = flota_boot_decide(&boot, true);
        if (d->decision.check) {
            flota_boot_check(flash, &boot, d->decision.check);
        } else if (d->decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            assert_int_equal(flota_boot_count(flash, &boot, true, 0), 0);
        } else if (d->decision.action != FLOTA_BOOT_ROLL_BACK) {
            return false;
        } else if (flota_boot_leave(flash, &boot, &d->decision, true, 0) == 0) {
            d->model.platform.swap(d->model.platform.port);
            return true;
        }
    }
    fail_msg("the guard does not come to an end");
    return false;
}

/* The guard's turn, and the firmware's start. */
static inline void device_restart(struct device *d)
{
    while (device_guard(d))
        ;
    memcpy(&d->model.running,
           flash_model_bytes(&d->model, FLOTA_SLOT_ACTIVE) + FLOTA_IMAGE_INFO_OFFSET,
           sizeof d->model.running);
    d->model.swap_count = d->model.reset_count = 0;
    device_start(d);
}

static inline void device_poll(struct device *d, unsigned turns)
{
    while (turns-- > 0)
        flota_ota_poll(&d->ota, d->now_ms);
}

static inline void device_wait(struct device *d, uint32_t ms)
{
    d->now_ms += ms;
    device_poll(d, 1);
}

/* Nothing of the spare slot was erased or programmed, nor its journal. */
static inline void assert_flash_untouched(const struct device *d)
{
    assert_int_equal(d->model.erase_count, 0);
    assert_int_equal(d->model.program_count, 0);
    assert_int_equal(d->model.journal_erase_count, 0);
    assert_int_equal(d->model.swap_count, 0);
}

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

#endif
