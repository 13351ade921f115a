/* device.h - a device on cut_flash: the guard's hands, the port, an application that updates.
 *
 * All decisions and all records are the product's: flota/boot.h, flota/journal.h, flota/trial.h,
 * flota/update.h. Here is what a board and its application add to them, in the order of app.c, with
 * the faults of planted.h on demand.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "cut_flash.h"
#include "flota/config.h"
#include "flota/trial.h"
#include "flota/update.h"
#include "images.h"
#include "planted.h"

/* All RAM: random at each boot. */
struct device_ram {
    struct flota_updater updater;
    struct flota_trial trial;
    struct flota_boot boot;
    struct flota_config config;
    uint32_t mark; /* of the tester, who looks whether it is gone after each reset */
};

#define DEVICE_WITHHELD_MAX 16u
#define DEVICE_KINDS        15u /* of records, and 0 */

/* A word that is believed to be written, by a planted fault. */
struct device_withheld {
    uint32_t bank;
    uint32_t offset;
    uint8_t word[CUT_WORD_SIZE];
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
    struct flota_image_info running; /* read before each update */
    const struct images *images;
    enum planted_fault fault;
    bool power_on;      /* the cause of the last reset */
    bool tracing;       /* print what happens */
    bool starts_anew;   /* an upload that broke off is not gone on with */
    bool spoil_staged;  /* a word of the new image rots between STAGED and its first boot */
    bool says_refused;  /* flash.refuses_changes is told of, as OPTCHANGEERR does */
    bool fail_attempts; /* the words for ATTEMPT do not take it, at each boot */
    bool has_config;    /* the application keeps values in the journals */
    int spare_image;    /* number of the one that was sent last */
    struct flota_boot_decision decision; /* the guard's, the last one */

    /* Counted and noted for the tester. */
    uint32_t restarts;       /* of activate_again(), since the tester cleared it */
    uint32_t guard_swaps;    /* rollbacks ordered by the guard, since then */
    uint32_t attempts;       /* trial boots that the flash took note of, since the last staging */
    uint32_t reset_attempts; /* those of them that followed no power-on */
    uint32_t operations_before; /* flash operations before this boot */
    bool failed_is_durable;     /* at the last rollback: FAILED was readable before the swap */

    /* What the device is at, should the power go. */
    bool counting; /* the guard is writing ATTEMPT */
    bool leaving;  /* the guard is writing FAILED and SWAPTRY */
    bool keeping;  /* an order to swap is being taken back */
    bool starting; /* the application starts */
    bool updating; /* an update or a revert runs */
    bool has_asked_to_reset;
    bool has_begun;                  /* BEGIN stands, of the order that runs */
    bool has_staged;                 /* STAGED, the same */
    uint8_t programmed_kind;         /* of the last record begun */
    uint32_t first_of[DEVICE_KINDS]; /* operations that began the first record of each kind */

    /* Of planted faults. */
    struct device_withheld withheld[DEVICE_WITHHELD_MAX];
    uint32_t withheld_count;
    uint32_t believed_generation;
    uint32_t read_back; /* offset of a word that was programmed, and is to be read as it is: 0 */
};

void device_init(struct device *device, const struct cut_geometry *geometry,
                 const struct images *images, enum planted_fault fault);
void device_free(struct device *device);

/* From now on this fault. */
void device_plant(struct device *device, enum planted_fault fault);

/* Make copy, initialised with the same geometry, an equal device. */
void device_copy(struct device *copy, const struct device *device);

/* The power comes back, or the chip resets: all RAM is lost. */
void device_power_up(struct device *device);
void device_reset(struct device *device);

/* The guard, from reset to the jump or to its own reset. */
enum device_outcome device_guard(struct device *device);

/* --- the application --- */

/* What flota_init() does first: the trial, and a swap that was cut is ordered again. Returns 1:
 * reset next; 0, or FLOTA_ERR_*: it runs. */
int device_start(struct device *device);

/* One turn of flota_poll(), so long after the start. As flota_trial_poll(). */
int device_poll(struct device *device, uint32_t now_ms, bool healthy);

/* Write image number index to the spare bank, going on with an upload of it that broke off, and
 * order the swap; a reset comes next. force: also an image that failed here. Returns 0 or
 * FLOTA_ERR_*. */
int device_update(struct device *device, uint32_t index, bool force);

/* Go back to the image that is whole in the spare bank. Returns 0 or FLOTA_ERR_*. */
int device_revert(struct device *device);

/* A person confirms. Returns 0 or FLOTA_ERR_*. */
int device_confirm(struct device *device);

/* Read both journals into ram.boot. */
const struct flota_boot *device_look(struct device *device);

/* The number of the image that stands whole in a bank, or -1. */
int device_image_in(const struct device *device, uint32_t bank);

/* The guard is a part of each image: are its bytes whole in the bank that boots? */
bool device_guard_stands(const struct device *device);

#endif
