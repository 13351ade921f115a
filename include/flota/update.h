/* flota/update.h - layer 1: write a firmware image to the spare slot, verify it, activate it.
 *
 * A state machine in a caller-owned struct. Bytes come in chunks of any size; the first
 * FLOTA_IMAGE_HEAD_SIZE of them are checked before the first erase. Flash works in the background
 * of flota_updater_poll(), so no call blocks. The running firmware is never touched: whatever goes
 * wrong or whenever power fails, the active slot boots as before, until flota_updater_activate().
 *
 *     flota_updater_create(&updater, &target, &request);
 *     while (...) taken = flota_updater_process(&updater, data, size);   // poll in between
 *     while (flota_updater_finish(&updater) == FLOTA_UPDATER_PENDING) flota_updater_poll(&updater);
 *     flota_updater_activate(&updater);                                  // swap; then reset
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_UPDATE_H
#define FLOTA_UPDATE_H

#include "flota/image.h"
#include "mbedtls/sha256.h"
#include <stddef.h>

/* Results of flota_updater_poll(). */
#define FLOTA_UPDATER_NEEDS_INPUT 0 /* only more input can help */
#define FLOTA_UPDATER_WAITS       1 /* a flash operation runs: its end wakes the port */
#define FLOTA_UPDATER_GOES_ON     2 /* there is work that needs no waiting: poll again at once */

#define FLOTA_UPDATER_PENDING 1

/* At least FLOTA_IMAGE_HEAD_SIZE, and a multiple of the flash word. */
#define FLOTA_UPDATER_BUFFER_SIZE 4096u

/* The words of design.md section 4 that an update reaches before *Trial*. */
enum flota_update_phase {
    FLOTA_UPDATE_IDLE,
    FLOTA_UPDATE_CHECKING,
    FLOTA_UPDATE_RECEIVING,
    FLOTA_UPDATE_VERIFYING,
    FLOTA_UPDATE_RESTARTING,
    FLOTA_UPDATE_FAILED
};

struct flota_update_request {
    uint32_t total_size; /* bytes of the file, 0 when unknown (chunked, multipart) */
    struct flota_image_consents consents;
};

struct flota_update_status {
    enum flota_update_phase phase;
    int error;            /* why it FAILED, else 0 */
    uint32_t received;    /* bytes taken by process() */
    uint32_t in_flash;    /* bytes programmed (verifying: all); blank words need no program */
    uint32_t total;       /* bytes of the image, as announced or stated; 0 while unknown */
    uint32_t verified;    /* bytes read back */
    uint32_t erase_count; /* sectors erased by this update */
    uint32_t skipped_erase_count; /* sectors found blank */
    struct flota_image_info info; /* of the new image; magic 0 when unknown or foreign */
};

/* Treat all members as private: use the functions. */
struct flota_updater {
    const struct flota_image_target *target;
    struct flota_update_request request;
    struct flota_update_status status;
    uint8_t step; /* of the flash state machine */
    bool input_ended;
    uint32_t ready_size;   /* offset up to which sectors are blank or erased */
    uint32_t cursor;       /* blank check or read-back position */
    uint32_t buffer_start; /* image offset of the first byte that waits in buffer, a ring */
    uint32_t buffer_size;  /* bytes that wait */
    mbedtls_sha256_context hash;
    uint8_t sent_digest[FLOTA_IMAGE_DIGEST_SIZE];
    uint8_t buffer[FLOTA_UPDATER_BUFFER_SIZE];
};

/* Begin an update. Reads and writes no flash yet.
 *
 * target:  kept by reference until the update ends.
 * request: copied.
 *
 * Returns 0; FLOTA_ERR_IMAGE_TOO_LARGE / _TOO_SHORT when total_size alone tells; or what
 * platform->update_allowed() refused with. On an error the updater is FAILED with it. */
int flota_updater_create(struct flota_updater *updater, const struct flota_image_target *target,
                         const struct flota_update_request *request);

/* Take the next bytes of the file.
 *
 * Returns how many were taken, 0 to size: fewer when the buffer waits for flash; offer the rest
 * again after flota_updater_poll(). Or a negative FLOTA_ERR_*: the update has failed for good
 * (FLOTA_ERR_IMAGE_WRONG_SIZE for more bytes than the image has). FLOTA_ERR_NOT_READY, which
 * changes nothing, before flota_updater_create() and after flota_updater_finish(). */
int flota_updater_process(struct flota_updater *updater, const void *data, size_t size);

/* Let flash make progress; call it as often as possible. Bounded work: at most one flash operation
 * started and 4 KB read or hashed. Also lets an operation end that an earlier, failed update left
 * running: that update may be polled on, or a new one created at once.
 *
 * Returns FLOTA_UPDATER_NEEDS_INPUT, _WAITS or _GOES_ON, or a negative FLOTA_ERR_* once failed. */
int flota_updater_poll(struct flota_updater *updater);

/* Say that the last byte was delivered, and ask for the outcome. A file that ends early fails with
 * FLOTA_ERR_IMAGE_EMPTY, _TOO_SHORT or _WRONG_SIZE: it was delivered whole and is short. For a
 * connection that broke call flota_updater_abort(FLOTA_ERR_TRANSFER_LOST) instead.
 *
 * Returns FLOTA_UPDATER_PENDING until flash is written and read back (poll meanwhile), 0 when the
 * image stands verified in the spare slot (phase restarting), else the FLOTA_ERR_*. */
int flota_updater_finish(struct flota_updater *updater);

/* Swap the slots. Only after flota_updater_finish() returned 0, and after the answer to the client
 * has gone out; call platform->reset() next.
 *
 * Returns 0, FLOTA_ERR_NOT_READY (also the second time: one swap only), or the port's error: then
 * the update has FAILED, nothing changed. */
int flota_updater_activate(struct flota_updater *updater);

/* Give up, with the reason to report. Lets a running flash operation end in poll(). Harmless when
 * the update has already ended: it failed, or flota_updater_finish() returned 0. */
void flota_updater_abort(struct flota_updater *updater, int error);

/* The state at any moment; valid until the next call. */
const struct flota_update_status *flota_updater_status(const struct flota_updater *updater);

/* The phase's word, as used in code, page, console and documents: "receiving". */
const char *flota_update_phase_name(enum flota_update_phase phase);

#endif
