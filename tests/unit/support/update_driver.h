/* update_driver.h - drives an updater over the flash model as a network service does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef UPDATE_DRIVER_H
#define UPDATE_DRIVER_H

#include "flash_model.h"
#include "flota/update.h"
#include "image_maker.h"

struct update_driver {
    struct flash_model model;
    struct flota_updater updater;
    struct flota_update_request request;
    struct image_recipe recipe;
    uint8_t *image;             /* made from the recipe by update_driver_begin() */
    uint32_t wasted_poll_count; /* while receiving: neither waited for flash nor gave it work */
};

/* A blank small flash whose active slot holds an image, and the recipe of an acceptable new one. */
void update_driver_init(struct update_driver *driver, const struct flash_model_geometry *geometry);
void update_driver_free(struct update_driver *driver);

/* Make the image and create the updater. Returns flota_updater_create()'s result. */
int update_driver_begin(struct update_driver *driver);

/* Deliver bytes in chunks, one poll after each, offering again what was not taken. chunk 0: random
 * sizes and random numbers of polls, from the model's random. Returns 0 or the error. */
int update_driver_deliver(struct update_driver *driver, const uint8_t *data, uint32_t size,
                          uint32_t chunk);

/* Poll until there is nothing to wait for. Returns flota_updater_poll()'s last result. */
int update_driver_settle(struct update_driver *driver);

/* Go on at this offset of a file of total bytes, with the consents of the request. */
int update_driver_resume(struct update_driver *driver, uint32_t offset, uint32_t total);

/* Ask for the outcome, polling meanwhile. Returns 0 or the error. */
int update_driver_finish(struct update_driver *driver);

/* All of it up to the verified image: begin, deliver the image, finish. */
int update_driver_run(struct update_driver *driver, uint32_t chunk);

/* --- restarts --- */

/* Power comes back, or a reset: the guard's loop (flota/boot.h) over both journals; the updater's
 * RAM is random bytes, and model.running is the block of what runs now. Returns its decision. */
struct flota_boot_decision update_driver_boot(struct update_driver *driver, bool power_on);

/* The good records of a slot's journal in their order, at most max; checked by another crc32 than
 * the product's. Returns their number. */
uint32_t update_driver_records(const struct update_driver *driver, enum flota_slot slot,
                               struct flota_record *records, uint32_t max);

/* The same of one kind only. */
uint32_t update_driver_records_of(const struct update_driver *driver, enum flota_slot slot,
                                  enum flota_record_kind kind, struct flota_record *records,
                                  uint32_t max);

/* Append records without meaning until so few words are free. */
void update_driver_fill_journal(struct update_driver *driver, enum flota_slot slot, uint32_t free);

#endif
