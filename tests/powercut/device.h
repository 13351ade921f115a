/* device.h - a device on cut_flash: the guard's hands, the port, the application's update steps.
 *
 * All decisions are the product's: flota/boot.h, flota/journal.h, flota/update.h. Here is what a
 * board and its application add to them, with the faults of planted.h on demand.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "cut_flash.h"
#include "flota/boot.h"
#include "flota/update.h"
#include "images.h"
#include "planted.h"

/* All RAM: random at each boot. */
struct device_ram {
    struct flota_updater updater;
    struct flota_boot boot;
    struct flota_boot_update order;
    struct flota_image_info running;
};

/* What the guard ended in. */
enum device_outcome {
    DEVICE_RUNS,     /* factory or confirmed image */
    DEVICE_TRIES,    /* image on trial, attempt counted */
    DEVICE_STRANDED, /* an image that ought to be left, but cannot be */
    DEVICE_RESETS,   /* rolled back: boot again */
    DEVICE_HANGS     /* the guard came to no end */
};

struct device {
    struct cut_flash flash;
    struct device_ram ram;
    struct flota_flash port;
    struct flota_platform platform;
    struct flota_image_target target;
    const struct images *images;
    enum planted_fault fault;
    bool power_on;           /* the cause of the last reset */
    bool tracing;            /* print what happens */
    bool spoil_staged;       /* a word of the new image rots between STAGED and its first boot */
    bool counting;           /* the guard is writing ATTEMPT */
    uint32_t guard_swaps;    /* rollbacks ordered by the guard */
    uint32_t attempts;       /* trial boots that the flash took note of, since the last staging */
    uint32_t reset_attempts; /* those of them that followed no power-on */
    uint32_t operations_before; /* flash operations before this boot */
    uint32_t erased_to;     /* sectors of the spare bank whose contents this update vouches for */
    bool spare_touched;     /* an unfinished update may have left weak words in the spare bank */
    bool failed_is_durable; /* at the last rollback: FAILED was readable before the swap */
};

void device_init(struct device *device, const struct cut_geometry *geometry,
                 const struct images *images, enum planted_fault fault);
void device_free(struct device *device);

/* Make copy, initialised with the same geometry, an equal device. */
void device_copy(struct device *copy, const struct device *device);

/* The power comes back, or the chip resets: all RAM is lost. */
void device_power_up(struct device *device);
void device_reset(struct device *device);

/* The guard, from reset to the jump or to its own reset. */
enum device_outcome device_guard(struct device *device);

/* --- the application's steps, each 0 or FLOTA_ERR_* --- */

/* Write image number index to the spare bank and order the swap; a reset comes next. */
int device_update(struct device *device, uint32_t index);

/* Order the swap again to the image that is staged there. */
int device_activate_again(struct device *device, uint32_t index);

/* Go back to image number index, which is whole in the spare bank. */
int device_revert(struct device *device, uint32_t index);

int device_confirm(struct device *device);
int device_fail(struct device *device);

/* Read both journals into ram.boot. */
const struct flota_boot *device_look(struct device *device);

/* The number of the image that stands whole in a bank, or -1. */
int device_image_in(const struct device *device, uint32_t bank);

/* The guard is a part of each image: are its bytes whole in the bank that boots? */
bool device_guard_stands(const struct device *device);

#endif
