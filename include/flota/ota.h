/* flota/ota.h - the one update service of a device: whoever delivers bytes, over whatever way in.
 *
 * Owns the updater (update.h), the trial's and the restart's procedure, the console's lines and the
 * status. One update at a time; its owner is a connection, an RPC client or the HTTP client.
 *
 *     flota_ota_begin(&ota, &request, &owner);
 *     while (...) taken = flota_ota_write(&ota, data, size);      // poll in between
 *     while (flota_ota_finish(&ota) == FLOTA_UPDATER_PENDING) ... // poll in between
 *     flota_ota_restart(&ota, FLOTA_OTA_ANSWER_MS);
 *     answer the client; once it has the answer: flota_ota_restart(&ota, FLOTA_OTA_ANSWERED_MS);
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_OTA_H
#define FLOTA_OTA_H

#include "flota/auth.h"
#include "flota/json.h"
#include "flota/stream.h"
#include "flota/trial.h"
#include "flota/update.h"

/* Wait for the answer to be acknowledged, at most: lwIP sends a lost one again after 3 s. */
#define FLOTA_OTA_ANSWER_MS   4000u
#define FLOTA_OTA_ANSWERED_MS 20u     /* from there on: lets the end of a connection go out */
#define FLOTA_OTA_PIECE_MS    300000u /* wait for a file's next piece, at most */
#define FLOTA_OTA_VANISHED_MS 20000u  /* an owner that may vanish is given up for another one */

/* What a person should know beside what the update tells; static texts. */
struct flota_ota_notice {
    const char *kind; /* "bad", "wait" or "loud", as in SPEC.md, Status */
    const char *title, *text;
    bool until_seen; /* it has a button that says that it was read: `seen` below */
};

struct flota_ota_config {
    const struct flota_image_target *target;
    struct flota_auth auth;    /* what the status says about credentials */
    struct flota_trial *trial; /* of the running image; never NULL */
    uint32_t boot_id; /* random at each start: tells clients that the device has restarted */
    const struct flota_last_words *last_words; /* of the run before this one; may be NULL */
    const char *(*reset_text)(uint32_t cause); /* words of a record's reset cause; may be NULL */
    /* One line for the console, without line end. May be NULL. */
    void (*log)(void *context, const char *line);
    /* The status tells this, too, unless it returns NULL. May be NULL. */
    const struct flota_ota_notice *(*notice)(void *context);
    /* flota_ota_seen() was called: 0 or FLOTA_ERR_*. May be NULL. */
    int (*seen)(void *context);
    void *context;
};

struct flota_ota_request {
    const char *from;     /* who updates, for people: "192.168.0.5", "serial line"; copied */
    uint32_t total_size;  /* of the file, 0 when unknown */
    uint32_t deadline_ms; /* to confirm in; 0: default; below FLOTA_TRIAL_DEADLINE_MIN_MS counts as
                             that, and the console says so */
    uint32_t idle_ms;     /* without a call of the owner the update is given up; 0: never */
    int error;            /* what the way in has found already: begin refuses with it; else 0 */
    bool in_pieces;       /* see flota_ota_release() */
    struct flota_image_consents consents;
};

/* Whose the running update is. Kept by reference until the update ends or is released. */
struct flota_ota_owner {
    /* The update has failed by itself (flash), was cancelled by somebody else, stood idle, or was
     * taken over. It is over: the owner answers its client. Called from flota_ota_poll(),
     * flota_ota_cancel(), flota_ota_begin() and flota_ota_resume() of another owner. */
    void (*failed)(void *context, int error);
    void *context;
    /* Nothing tells when it has gone: after FLOTA_OTA_VANISHED_MS without a call of its own
     * another owner may take its place. */
    bool may_vanish;
};

/* The last update since start, for those who poll: OTA.Status, the tool. */
enum flota_ota_outcome { FLOTA_OTA_NONE, FLOTA_OTA_RUNS, FLOTA_OTA_FAILED, FLOTA_OTA_APPLIED };

/* Treat all members as private. */
struct flota_ota {
    struct flota_ota_config config;
    struct flota_updater updater;
    const struct flota_ota_owner *owner;
    char from[FLOTA_STREAM_PEER_MAX]; /* the last one who updated */
    uint32_t now_ms;
    uint32_t idle_ms;
    uint32_t touched_ms; /* the owner's last call */
    uint32_t left_ms;    /* when the last owner let go */
    bool can_revert;     /* revert is the image in the other bank that one can go back to */
    struct flota_image_info revert;
    bool recovered;  /* the updater holds what an earlier run left, until somebody continues */
    bool activate;   /* verified: swap and reset at activate_at_ms */
    bool go_back;    /* leave the running image, which is on trial */
    bool reset_only; /* at activate_at_ms, for what holds from a reset on */
    bool unattended; /* the owner has left after the last byte: the update goes on */
    bool swapped;    /* the restart was ordered: nothing can be started any more */
    uint32_t activate_at_ms;
    bool logged_start;
    bool logged_error;
    uint8_t logged_percent;
    enum flota_update_phase logged_phase;
};

void flota_ota_init(struct flota_ota *ota, const struct flota_ota_config *config);

/* Let flash work, and restart when the time has come: call it at each turn. Returns
 * FLOTA_UPDATER_GOES_ON when there is work that needs no waiting, FLOTA_UPDATER_WAITS while an
 * update is in progress otherwise, FLOTA_UPDATER_NEEDS_INPUT without one. */
int flota_ota_poll(struct flota_ota *ota, uint32_t now_ms);

/* Has it an owner, or goes on alone, or restarts? Then nobody else may begin. An owner that has
 * vanished does not count. */
bool flota_ota_is_busy(const struct flota_ota *ota);

/* Does no update use the flash? Then the journals may be read and written. */
bool flota_ota_is_quiet(const struct flota_ota *ota);

/* --- with a file --- */

/* Begin an update; the same owner may begin anew. Returns 0; FLOTA_ERR_UPDATE_BUSY, and nothing has
 * changed; or request->error, FLOTA_ERR_ON_TRIAL, or what flota_updater_create() refuses with: then
 * the status tells about this attempt, and it has no owner. With the consent to it, option bytes
 * that stand in the way are set instead: FLOTA_ERR_OPTIONS_SET, and the restart is ordered
 * (FLOTA_OTA_ANSWER_MS). */
int flota_ota_begin(struct flota_ota *ota, const struct flota_ota_request *request,
                    const struct flota_ota_owner *owner);

/* Go on with the file that broke off or comes in pieces, at offset. As flota_updater_resume(), or
 * FLOTA_ERR_UPDATE_BUSY; on an error nothing has changed. */
int flota_ota_resume(struct flota_ota *ota, const struct flota_ota_request *request,
                     uint32_t offset, const struct flota_ota_owner *owner);

/* Take the next bytes of the file. Returns how many, or the error with which the update failed
 * (logged; owner->failed is not called for what the owner is told here). FLOTA_ERR_NOT_READY, which
 * changes nothing, behind flota_ota_finish(). */
int flota_ota_write(struct flota_ota *ota, const void *data, size_t size);

/* The time to confirm in came behind the file. Before flota_ota_finish() returned 0. */
void flota_ota_set_deadline(struct flota_ota *ota, uint32_t deadline_ms);

/* All bytes were given: FLOTA_UPDATER_PENDING, 0 when verified, or the error with which the update
 * failed. */
int flota_ota_finish(struct flota_ota *ota);

/* After flota_ota_finish() returned 0: swap and restart in wait_ms, once the answer is out. Called
 * again with a smaller wait when the answer was acknowledged; a larger one changes nothing. */
void flota_ota_restart(struct flota_ota *ota, uint32_t wait_ms);

/* The owner lets go, and the rest of the file is to come with flota_ota_resume(), from anybody; or
 * it is given up after FLOTA_OTA_PIECE_MS. */
void flota_ota_release(struct flota_ota *ota);

/* The owner is gone. A file that came whole is installed without it (returns true); else the update
 * fails with error (a transfer error can be resumed). */
bool flota_ota_leave(struct flota_ota *ota, int error);

/* The owner gives up. */
void flota_ota_fail(struct flota_ota *ota, int error);

/* --- a look at a file --- */

/* Treat all members as private. */
struct flota_ota_check {
    struct flota_update_look look;
    int refused; /* before its first byte */
    uint32_t size;
    uint32_t seen; /* bytes that came */
};

/* What would an update with this file be refused with, or ask consent for? Nothing begins. request
 * as for flota_ota_begin(); total_size 0: what comes is all of it when it is less than
 * FLOTA_UPDATE_LOOK_SIZE. Returns 0 or FLOTA_ERR_UPDATE_BUSY. */
int flota_ota_check_begin(const struct flota_ota *ota, struct flota_ota_check *check,
                          const struct flota_ota_request *request);

/* Take the file's first bytes, the more the better up to FLOTA_UPDATE_LOOK_SIZE. Any may follow. */
void flota_ota_check_take(struct flota_ota_check *check, const void *data, size_t size);

/* Returns 0 and fills error with what the file is refused for, 0 for nothing; FLOTA_UPDATER_PENDING
 * while flash works and the journals can't be read: again after flota_ota_poll();
 * FLOTA_ERR_UPDATE_BUSY; or FLOTA_ERR_BAD_REQUEST when fewer bytes came than FLOTA_UPDATE_LOOK_SIZE
 * and than the file has. */
int flota_ota_check_end(const struct flota_ota *ota, struct flota_ota_check *check, int *error);

/* The answer to POST /api/firmware_update?check=1 (SPEC.md), without line end. */
void flota_ota_check_json(const struct flota_ota *ota, const struct flota_ota_check *check,
                          int error, struct flota_json *json);

/* --- without a file --- */

/* 0, or FLOTA_ERR_UPDATE_BUSY, or as flota_trial_confirm(). */
int flota_ota_confirm(struct flota_ota *ota);

/* A person has read why the last update was rolled back. */
int flota_ota_seen(struct flota_ota *ota);

/* End the update in progress, whoever's it is. FLOTA_ERR_NOT_READY when there is none. */
int flota_ota_cancel(struct flota_ota *ota);

/* Go back to the image before: ends a trial (returns FLOTA_OTA_ENDS_TRIAL: the restart is ordered,
 * answer the client), or begins a revert (returns 0: go on with flota_ota_finish(), owner as for an
 * update). Or an error. */
#define FLOTA_OTA_ENDS_TRIAL 1
int flota_ota_revert(struct flota_ota *ota, const struct flota_ota_request *request,
                     const struct flota_ota_owner *owner);

/* --- what to tell --- */

/* How much of the image is in flash, 0 to 100; 0 while its size is unknown. */
unsigned flota_ota_percent(const struct flota_ota *ota);

/* The status as GET /api/firmware_update answers it (SPEC.md), one JSON object without line end; it
 * always fits into FLOTA_OTA_STATUS_MAX bytes. _members: without its braces and the words for
 * people (notices, outcome), to be put into another object. */
#define FLOTA_OTA_STATUS_MAX 4090u /* with its zero */
void flota_ota_status_json(const struct flota_ota *ota, struct flota_json *json);
void flota_ota_status_members(const struct flota_ota *ota, struct flota_json *json);

/* The answer to an update that was applied. */
void flota_ota_success_json(const struct flota_ota *ota, struct flota_json *json);

enum flota_ota_outcome flota_ota_outcome(const struct flota_ota *ota);
int flota_ota_error(const struct flota_ota *ota); /* of the last update; 0 */

void flota_ota_log(const struct flota_ota *ota, const char *line);

/* --- fetching a file from a URL --- */

/* Texts are the caller's until start() has returned. */
struct flota_pull_request {
    const char *url;          /* NULL: the configured one */
    uint32_t deadline_ms;     /* to confirm in; 0: as configured, or default */
    uint32_t timeout_ms;      /* without progress; 0: as configured */
    bool ignore_same_version; /* end with FLOTA_ERR_SAME_VERSION instead of installing it again */
    struct flota_image_consents consents;
    /* The update has ended: 0, then the restart is ordered (flota_ota_restart(..., _ANSWER_MS)
     * was called, the requester shortens it when its answer is out), or the error. Called once
     * from the puller's poll, after start() returned 0 only. context must outlive the update; a
     * requester that has gone ignores the call. */
    void (*ended)(void *context, int result);
    void *context;
};

/* What fetches: the module ota-http-client. */
struct flota_puller {
    /* Returns 0, or why it can't start: FLOTA_ERR_UPDATE_BUSY, _URL_BAD, _URL_SCHEME, _ON_TRIAL. */
    int (*start)(void *context, const struct flota_pull_request *request);
    void *context;
};

#endif
