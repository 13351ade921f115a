/* flota/trial.h - the running image's own part in its trial: confirm in time, or give up.
 *
 * An image on trial runs under a watchdog that cannot be stopped; flota_trial_poll() is what feeds
 * it, so an image that hangs is reset and in the end rolled back by the guard. When the deadline
 * passes without a confirmation, the image writes FAILED itself and resets.
 *
 *     flota_trial_init(&trial, &config, now_ms);
 *     for (;;) flota_trial_poll(&trial, now_ms, healthy);
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_TRIAL_H
#define FLOTA_TRIAL_H

#include "flota/boot.h"
#include "flota/platform.h"

#define FLOTA_TRIAL_DEADLINE_MS 300000u /* when neither the update nor the configuration says */

/* Less would fail by itself: a start, an address by DHCP and a person's click take their time. A
 * shorter wish counts as this. */
#define FLOTA_TRIAL_DEADLINE_MIN_MS 10000u

/* CONFIRMED that cannot be written is tried again, each time at the cost of words of the journal.
 */
#define FLOTA_CONFIRM_RETRY_MS  1000u
#define FLOTA_CONFIRM_TRIES_MAX 10u

enum flota_confirm_policy {
    FLOTA_CONFIRM_AUTOMATIC, /* as soon as the health check holds */
    FLOTA_CONFIRM_EXPLICIT   /* by a person or the application only */
};

struct flota_trial_config {
    const struct flota_flash *flash;
    const struct flota_platform *platform;
    enum flota_confirm_policy policy;
    uint32_t deadline_ms; /* 0: FLOTA_TRIAL_DEADLINE_MS; the update's own wish comes first. Never
                             less than FLOTA_TRIAL_DEADLINE_MIN_MS */
    struct flota_boot_decision decision; /* the guard's, of this boot */
};

enum flota_running {
    FLOTA_RUNNING_UNRECORDED, /* from the factory or a programmer: nothing to confirm */
    FLOTA_RUNNING_TRIAL,
    FLOTA_RUNNING_CONFIRMED,
    FLOTA_RUNNING_STRANDED /* ought to be left, and cannot be; takes updates */
};

/* Treat all members as private. */
struct flota_trial {
    struct flota_trial_config config;
    struct flota_boot boot; /* as read at start, and after each change */
    enum flota_running running;
    uint32_t started_ms;
    uint32_t deadline_ms;
    bool has_report;
    struct flota_boot_report report;
    bool leaving;           /* a person wants to go back: not to be confirmed any more */
    bool over;              /* FAILED is written, or cannot be: the watchdog is no longer fed */
    uint32_t confirm_count; /* tries of the automatic policy */
    uint32_t confirm_ms;    /* time of the last one */
    int confirm_error;      /* its result */
};

/* Read the journals: on trial, or not? Is there a rollback to report? */
void flota_trial_init(struct flota_trial *trial, const struct flota_trial_config *config,
                      uint32_t now_ms);

/* What the configuration says instead: once it is read, before the first turn. The update's own
 * wish still comes first; deadline_ms 0: as it is. */
void flota_trial_configure(struct flota_trial *trial, enum flota_confirm_policy policy,
                           uint32_t deadline_ms);

/* One turn: feed the watchdog; confirm when healthy under the automatic policy; at the deadline
 * write FAILED and reset. Returns 0; 1 when it has confirmed just now; or the error with which
 * CONFIRMED could not be written: it is tried again once per second, FLOTA_CONFIRM_TRIES_MAX times
 * in all and while FAILED keeps its room; then the deadline decides. While an image is on trial
 * there is no update, so flash is idle. */
int flota_trial_poll(struct flota_trial *trial, uint32_t now_ms, bool healthy);

/* Confirm now. Returns 0 (also when it is confirmed already), FLOTA_ERR_NOT_ON_TRIAL for an image
 * without records or one that is being left, else why it could not be written. Also ends stranded.
 * Flash must be idle. */
int flota_trial_confirm(struct flota_trial *trial);

/* The application's own verdict: give this image up; resets. Returns FLOTA_ERR_NOT_ON_TRIAL, or the
 * journal's error. */
int flota_trial_give_up(struct flota_trial *trial, uint32_t cause);

/* flota_trial_go_back() comes soon, once the answer is out: nothing confirms from here on. */
void flota_trial_leave_later(struct flota_trial *trial);

/* A person's verdict: go back to the image before, while this one is on trial; resets. Not refused
 * afterwards, as it did nothing wrong. Returns as flota_trial_give_up(). */
int flota_trial_go_back(struct flota_trial *trial);

/* An update has confirmed the running image, which ends stranded: read the journals again. Flash
 * must be idle. */
void flota_trial_look_again(struct flota_trial *trial);

/* A person has read the report of the last rollback. */
int flota_trial_seen(struct flota_trial *trial);

/* ---- queries ---- */

/* A wish for the time to confirm in, as it counts; 0 stays 0. */
uint32_t flota_trial_sound_deadline(uint32_t deadline_ms);

enum flota_running flota_trial_running(const struct flota_trial *trial);

/* Milliseconds until the deadline; 0 unless on trial. */
uint32_t flota_trial_remaining_ms(const struct flota_trial *trial, uint32_t now_ms);

/* The last rollback that nobody has read about; NULL: none. */
const struct flota_boot_report *flota_trial_report(const struct flota_trial *trial);

#endif
