/* flota/update.h - layer 1: write a firmware to the spare slot, verify it, put it on trial.
 *
 * A state machine in a caller-owned struct. The file is an image or a bundle; its bytes come in
 * chunks of any size. Everything that the manifest and the image's first FLOTA_IMAGE_HEAD_SIZE
 * bytes show is checked before the first erase. Flash works in the background of
 * flota_updater_poll(), so no call blocks for longer than a few journal records take.
 *
 * The running firmware is never touched: whatever goes wrong or whenever power fails, the active
 * slot boots as before, until flota_updater_activate(); from there on the new image is on trial
 * (boot.h). The journal's records before the first erase and after the last word are written here.
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

#include "flota/boot.h"
#include "flota/bundle.h"
#include "flota/image.h"
#include "mbedtls/sha256.h"
#include <stddef.h>

/* Results of flota_updater_poll(). */
#define FLOTA_UPDATER_NEEDS_INPUT 0 /* only more input can help */
#define FLOTA_UPDATER_WAITS       1 /* a flash operation runs: its end wakes the port */
#define FLOTA_UPDATER_GOES_ON     2 /* there is work that needs no waiting: poll again at once */

#define FLOTA_UPDATER_PENDING 1

/* What a bundle may have besides its image: manifest, directory, parts that are not kept. */
#define FLOTA_UPDATE_BUNDLE_OVERHEAD 262144u

/* At least FLOTA_IMAGE_HEAD_SIZE, and a multiple of the flash word. */
#define FLOTA_UPDATER_BUFFER_SIZE 4096u

/* The phases of an upload; those of the running image are trial.h's. */
enum flota_update_phase {
    FLOTA_UPDATE_IDLE,
    FLOTA_UPDATE_CHECKING,
    FLOTA_UPDATE_RECEIVING,
    FLOTA_UPDATE_VERIFYING,
    FLOTA_UPDATE_RESTARTING,
    FLOTA_UPDATE_FAILED
};

struct flota_update_request {
    uint32_t total_size;  /* bytes of the file, 0 when unknown (chunked, multipart) */
    uint32_t deadline_ms; /* for the new image to be confirmed in; 0: its own default */
    bool in_pieces;       /* the file comes in several requests: see flota_updater_resume() */
    struct flota_image_consents consents;
};

struct flota_update_status {
    enum flota_update_phase phase;
    int error;            /* why it FAILED, else 0 */
    uint32_t received;    /* bytes of the file taken by process() */
    uint32_t in_flash;    /* bytes programmed (verifying: all); blank words need no program */
    uint32_t total;       /* bytes of the image, as announced or stated; 0 while unknown */
    uint32_t verified;    /* bytes read back */
    uint32_t erase_count; /* sectors erased by this update */
    uint32_t skipped_erase_count; /* sectors found blank */
    bool is_signed;               /* by a key of this device */
    bool has_begun; /* BEGIN stands: the other bank is no longer what it was, erasing may begin */
    struct flota_image_info info; /* of the new image; magic 0 when unknown or foreign */
};

/* What is left of an upload that broke off: it can go on. */
struct flota_updater_rest {
    uint32_t offset;                         /* of the first byte of the file that is wanted */
    uint32_t size;                           /* of the file; 0: not known */
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE]; /* stated by the image's block; for a bundle the
                                                SHA-256 of its image, as its manifest states it */
};

/* Treat all members as private: use the functions. */
struct flota_updater {
    const struct flota_image_target *target;
    struct flota_update_request request;
    struct flota_update_status status;
    uint8_t step; /* of the flash state machine */
    bool input_ended;
    bool is_reverting;     /* no input: the image is in the slot */
    bool compacted;        /* the spare slot's journal was erased for this update */
    bool always_erase;     /* words that read blank may fade: an unfinished update touched them */
    bool can_resume;       /* it broke off, and nothing is wrong with what there is */
    bool is_recovered;     /* from flash, after a restart */
    bool deadline_changed; /* since BEGIN, which says it */
    bool manifest_signed;  /* by a key of this device; going back: judged when the image came */
    struct flota_boot_update order;
    uint32_t taken;        /* bytes of the image taken */
    uint32_t repeated;     /* bytes of the file that will come again */
    uint32_t ready_size;   /* offset up to which sectors are blank or erased */
    uint32_t cursor;       /* blank check, read-back or journal erase position */
    uint32_t buffer_start; /* image offset of the first byte that waits in buffer, a ring */
    uint32_t buffer_size;  /* bytes that wait */
    uint32_t progress;     /* sectors of which PROGRESS was said */
    mbedtls_sha256_context hash;
    uint8_t sent_digest[FLOTA_IMAGE_DIGEST_SIZE];
    uint8_t kind; /* of the file: enum flota_update_file */
    uint8_t buffer[FLOTA_UPDATER_BUFFER_SIZE];
    struct flota_bundle bundle;
};

/* Begin an update. Reads and writes no flash yet.
 *
 * target:  kept by reference until the update ends.
 * request: copied.
 *
 * Returns 0; FLOTA_ERR_ON_TRIAL while the running image is; FLOTA_ERR_IMAGE_TOO_LARGE / _TOO_SHORT
 * when total_size alone tells; or what platform->update_allowed() refused with. On an error the
 * updater is FAILED with it. */
int flota_updater_create(struct flota_updater *updater, const struct flota_image_target *target,
                         const struct flota_update_request *request);

/* Begin to go back to the image in the spare slot: a trial, as an update is, without a file. Poll
 * and finish it as one. Only while flota_updater_is_quiet().
 *
 * Returns 0; FLOTA_ERR_IMAGE_NOT_THERE; what flota_updater_create() refuses with; FLOTA_ERR_IMAGE_*
 * of the image, its downgrade apart; FLOTA_ERR_IMAGE_REJECTED for one that was rolled back, without
 * consents.again. Nothing has changed then. */
int flota_updater_revert(struct flota_updater *updater, const struct flota_image_target *target,
                         const struct flota_update_request *request);

/* The image that flota_updater_revert() would go back to. Returns 0, or why there is none. */
int flota_updater_revertible(const struct flota_image_target *target,
                             struct flota_image_info *info);

/* Can an upload that broke off, or is sent in pieces, go on? Fills rest if so; a byte of the file
 * at rest->offset is always still to be sent. Also after a restart, when flota_updater_recover()
 * has found one. */
bool flota_updater_rest(const struct flota_updater *updater, struct flota_updater_rest *rest);

/* Go on with an upload that broke off: the next byte of the file that comes has this offset. Bytes
 * that are here already may come again and are passed over. A foreign image cannot go on, nor come
 * in pieces (FLOTA_ERR_TRANSFER_OTHER before the first erase): nothing in it would tell that all of
 * them are of the same file.
 *
 * request: total_size of the whole file; after a restart also the consents, which are not kept over
 *   it.
 *
 * Returns 0; FLOTA_ERR_TRANSFER_OTHER when there is nothing to continue or the size differs,
 * FLOTA_ERR_TRANSFER_GAP when offset is beyond what is here; after a restart what the image's head
 * is refused for without consent. Nothing has changed then. */
int flota_updater_resume(struct flota_updater *updater, const struct flota_update_request *request,
                         uint32_t offset);

/* After a restart: is there an image in the spare slot that was being received when power failed,
 * with sectors that are whole? Then the updater is FAILED (FLOTA_ERR_TRANSFER_LOST) and can be
 * resumed from the interrupted sector on. Images only: a bundle starts anew. Returns whether. */
bool flota_updater_recover(struct flota_updater *updater, const struct flota_image_target *target);

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

/* The time for the new image to be confirmed in, said behind the file. Before
 * flota_updater_finish() returned 0, which then writes it; for a foreign image it means nothing. */
void flota_updater_set_deadline(struct flota_updater *updater, uint32_t deadline_ms);

/* Say that the last byte was delivered, and ask for the outcome. A file that ends early fails with
 * FLOTA_ERR_IMAGE_EMPTY, _TOO_SHORT or _WRONG_SIZE: it was delivered whole and is short. For a
 * connection that broke call flota_updater_abort(FLOTA_ERR_TRANSFER_LOST) instead.
 *
 * Returns FLOTA_UPDATER_PENDING until flash is written and read back (poll meanwhile), 0 when the
 * image stands verified in the spare slot (phase restarting), else the FLOTA_ERR_*. */
int flota_updater_finish(struct flota_updater *updater);

/* Put the new image on trial and swap the slots: STAGED, SWAPTRY, option byte. Only after
 * flota_updater_finish() returned 0, and after the answer to the client has gone out; call
 * platform->reset() next. A foreign image, without an information block, has no trial.
 *
 * Returns 0, FLOTA_ERR_NOT_READY (also the second time: one swap only), or the journal's or the
 * port's error: then the update has FAILED and the running firmware stays. Blocks for up to 1 s. */
int flota_updater_activate(struct flota_updater *updater);

/* After a restart: an image that stands staged and never started, because its swap was cut or
 * refused, is activated again; the journals allow it three times in all.
 *
 * Returns 1: call platform->reset() next; 0: there is none; else why it could not be. Reads the
 * image once. */
int flota_updater_activate_again(const struct flota_image_target *target);

/* Has all of the file come, and nothing failed? Then only flash is at work, until
 * flota_updater_finish() returns 0 or an error. */
bool flota_updater_has_file(const struct flota_updater *updater);

/* Give up, with the reason to report. Lets a running flash operation end in poll(). Harmless when
 * the update has already ended: it failed, or flota_updater_finish() returned 0. After a transfer
 * error (-2xx, but FLOTA_ERR_TRANSFER_CANCELLED) it can be resumed, if its file was incomplete. */
void flota_updater_abort(struct flota_updater *updater, int error);

/* No flash operation of an update runs now: both banks may be read, in this turn. */
bool flota_updater_lets_read(const struct flota_updater *updater);

/* No update is in progress, and no flash operation of one that ended still runs. */
bool flota_updater_is_quiet(const struct flota_updater *updater);

/* The state at any moment; valid until the next call. */
const struct flota_update_status *flota_updater_status(const struct flota_updater *updater);

/* The phase's word, as used in code, page, console and documents: "receiving". */
const char *flota_update_phase_name(enum flota_update_phase phase);

/* --- a look at a file, without an update --- */

/* Bytes at a file's start that are looked at: a bundle's manifest, its signatures and its image's
 * head fit. */
#define FLOTA_UPDATE_LOOK_SIZE 8192u

#define FLOTA_UPDATE_ASKS_MAX 5u /* one for each consent */

/* Judges by an updater's own functions. No flash is written, and none read before
 * flota_update_look_end(). Treat as private: use the functions. */
struct flota_update_look {
    struct flota_updater updater; /* is never polled */
    int asks[FLOTA_UPDATE_ASKS_MAX];
    uint32_t ask_count;
};

/* Begin. target is kept by reference, request copied: consents given in it are not asked for.
 * Returns as flota_updater_create(), but FLOTA_ERR_CM4_BOOTS, which is asked for. */
int flota_update_look_begin(struct flota_update_look *look, const struct flota_image_target *target,
                            const struct flota_update_request *request);

/* Take the next bytes of the file; what is not needed is dropped. */
void flota_update_look_take(struct flota_update_look *look, const void *data, size_t size);

/* No more bytes come. is_whole: they were all that the file has. Reads both journals: flash must be
 * idle.
 *
 * Returns 0, or what an update with this file would be refused with before its first erase whatever
 * one consents to, as far as these bytes tell (a flash word of the running image that cannot be
 * read, FLOTA_ERR_RUNNING_DAMAGED, shows in an update only). */
int flota_update_look_end(struct flota_update_look *look, bool is_whole);

/* What a person would have to consent to: ask_count errors, FLOTA_ERR_IMAGE_NO_INFO or
 * _OTHER_PRODUCT (foreign), _OTHER_GUARD, _DOWNGRADE, _REJECTED (again), FLOTA_ERR_CM4_BOOTS
 * (options). Returns their number. */
uint32_t flota_update_look_asks(const struct flota_update_look *look, const int **errors);

/* What the image says of itself; NULL: not known, or foreign. */
const struct flota_image_info *flota_update_look_info(const struct flota_update_look *look);

/* The manifest of a bundle; NULL: not known, or no bundle. */
const struct flota_manifest *flota_update_look_manifest(const struct flota_update_look *look);

/* Where an upload of this file would go on with what updater has of it: 0 or the offset of a byte.
 * size: of the file. */
uint32_t flota_update_look_offset(const struct flota_update_look *look,
                                  const struct flota_updater *updater, uint32_t size);

/* FLOTA_IMAGE_DIGEST_SIZE bytes as in struct flota_updater_rest; NULL: not known. */
const uint8_t *flota_update_look_digest(const struct flota_update_look *look);

#endif
