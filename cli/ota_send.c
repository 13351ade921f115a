/* ota_send.c - bring the file to the device, whatever happens to the connection.
 *
 * Over HTTP in one request, else by OTA.Begin, OTA.Write, OTA.End. What the device has is not sent
 * again: after a lost connection, and after an earlier run that was broken off.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crypto.h"
#include "flota/error.h"
#include "interrupt.h"
#include "ota_job.h"
#include "ota_report.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES         3u   /* without any byte more, before it counts as failed */
#define REACH_S       60.0 /* for a device that has gone to come back */
#define BUSY_TIMEOUTS 1.5  /* of a call: 30 s; a device gives up who stands still for 20 s */
#define LOOK_AGAIN_S  0.5
#define CHUNK_DEFAULT 512u  /* of devices that name no max_chunk */
#define CHUNK_STEP    96u   /* flash words, and base64 without padding */
#define END_S         120.0 /* erasing the last sectors, reading all back */

static bool interrupted(struct ota_job *job)
{
    return device_fail(&job->error, EXIT_INTERRUPTED, "interrupted",
                       "run the same command again: it goes on where this one stopped",
                       "the device keeps what it has received");
}

static uint32_t file_size(const struct ota_job *job)
{
    return job->plan->file->firmware.file.size;
}

static void progress(void *context, uint32_t sent)
{
    struct ota_job *job = context;
    if (sent > job->sent)
        job->sent = sent;
    if (job->sent == job->size) {
        ota_report_phase(job, OTA_VERIFYING, "");
        return;
    }
    ota_report_phase(job, OTA_RECEIVING, "");
    ota_report_progress(job);
}

/* --- over HTTP --- */

static void write_query(const struct ota_plan *plan, char query[128])
{
    char timeout[32] = "";
    if (plan->commit_timeout_s)
        snprintf(timeout, sizeof timeout, "commit_timeout=%u&", plan->commit_timeout_s);
    snprintf(query, 128, "%s%s%s%s%s%s", plan->consents.foreign ? "foreign=1&" : "",
             plan->consents.downgrade ? "downgrade=1&" : "", plan->consents.guard ? "guard=1&" : "",
             plan->consents.again ? "force=1&" : "", plan->consents.options ? "options=1&" : "",
             timeout);
    if (query[0])
        query[strlen(query) - 1] = '\0'; /* the last & */
}

/* The device has all of it. */
static void say_received(struct ota_job *job)
{
    if (job->phase >= OTA_VERIFYING)
        return;
    ota_report_phase(job, OTA_RECEIVING, "");
    job->sent = job->size;
    ota_report_progress(job);
    ota_report_phase(job, OTA_VERIFYING, "");
}

/* Bytes in flash, of the image that a bundle holds: how far it really is. */
static void look(void *context, const cJSON *status)
{
    struct ota_job *job = context;
    const char *phase = device_text(status, "phase");
    if (strcmp(phase, "verifying") == 0 || strcmp(phase, "restarting") == 0)
        say_received(job);
    if (strcmp(phase, "receiving") != 0 || device_number(status, "size") == 0)
        return;
    job->size = (uint32_t)device_number(status, "size");
    job->sent = (uint32_t)device_number(status, "in_flash");
    ota_report_phase(job, OTA_RECEIVING, "");
    ota_report_progress(job);
}

static bool send_http(struct ota_job *job, uint32_t offset)
{
    char query[128];
    cJSON *reply = NULL;
    const struct file *file = &job->plan->file->firmware.file;
    write_query(job->plan, query);
    const struct device_upload upload = {.bytes = file->bytes,
                                         .size = file->size,
                                         .offset = offset,
                                         .query = query,
                                         .look = look,
                                         .progress = progress,
                                         .context = job};
    bool done = job->device.way->upload(&job->device, &upload, &reply, &job->error);
    cJSON_Delete(reply);
    if (done)
        say_received(job);
    return done;
}

/* --- by RPC --- */

struct session {
    uint32_t offset;
    uint32_t chunk;
};

static bool begin_once(struct ota_job *job, bool resume, cJSON **result)
{
    const struct ota_plan *plan = job->plan;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddNumberToObject(params, "size", file_size(job));
    ota_job_add_wishes(plan, params);
    if (resume)
        cJSON_AddTrueToObject(params, "resume");
    bool done = device_call(&job->device, "OTA.Begin", params, result, &job->error);
    cJSON_Delete(params);
    return done;
}

/* The rest that the device would take must be of this very file. */
static bool is_ours(const struct ota_job *job, const cJSON *result)
{
    const char *digest = job->plan->file->digest;
    double offset = device_number(result, "offset");
    return offset == 0 || (digest[0] && offset < file_size(job) &&
                           strcmp(device_text(result, "digest"), digest) == 0);
}

static bool begin(struct ota_job *job, struct session *session)
{
    cJSON *result = NULL;
    if (!begin_once(job, true, &result))
        return false;
    if (!is_ours(job, result)) {
        cJSON_Delete(result);
        if (!begin_once(job, false, &result))
            return false;
    }
    double chunk = device_number(result, "max_chunk");
    session->offset = (uint32_t)device_number(result, "offset");
    session->chunk = chunk >= 32 && chunk <= 65536 ? (uint32_t)chunk : CHUNK_DEFAULT;
    if (session->chunk > job->device.way->chunk_max)
        session->chunk = (uint32_t)job->device.way->chunk_max;
    if (session->chunk > CHUNK_STEP)
        session->chunk -= session->chunk % CHUNK_STEP;
    cJSON_Delete(result);
    return true;
}

static bool write_once(struct ota_job *job, uint32_t offset, uint32_t size, cJSON **result)
{
    const uint8_t *bytes = job->plan->file->firmware.file.bytes + offset;
    char *text = malloc(CRYPTO_BASE64_SIZE(size));
    if (!text)
        return device_fail(&job->error, EXIT_OTHER, "not enough memory", "", "%s", "");
    crypto_base64(bytes, size, text);
    cJSON *params = cJSON_CreateObject();
    cJSON_AddNumberToObject(params, "offset", offset);
    cJSON_AddItemToObject(params, "data", cJSON_CreateStringReference(text));
    bool done = device_call(&job->device, "OTA.Write", params, result, &job->error);
    cJSON_Delete(params);
    free(text);
    return done;
}

/* May the same offset be tried again on this connection? Not when it is gone, nor when the device
 * has said in Flota's own words what is wrong. */
static bool may_repeat(const struct device_error *error)
{
    bool silent = error->exit == EXIT_TIMEOUT || error->exit == EXIT_UNREACHABLE;
    return silent || (error->exit == EXIT_REFUSED && error->flota == 0);
}

/* How far the device is after a piece; devices that do not tell have taken it whole. */
static bool take_offset(struct ota_job *job, const cJSON *result, uint32_t size,
                        struct session *session)
{
    const cJSON *offset = device_member(result, "offset");
    double next = cJSON_IsNumber(offset) ? offset->valuedouble : session->offset + size;
    if (next <= session->offset || next > file_size(job))
        return device_fail(&job->error, EXIT_TRANSFER, "the transfer failed",
                           "try again; if it stays, another client may be writing, too",
                           "the device says it is at byte %.0f after byte %u was sent", next,
                           session->offset + size - 1);
    session->offset = (uint32_t)next;
    return true;
}

static bool write_piece(struct ota_job *job, struct session *session)
{
    uint32_t left = file_size(job) - session->offset;
    uint32_t size = left < session->chunk ? left : session->chunk;
    for (unsigned attempt = 1;; attempt++) {
        cJSON *result = NULL;
        bool done = write_once(job, session->offset, size, &result);
        if (done)
            done = take_offset(job, result, size, session);
        cJSON_Delete(result);
        if (done || attempt == TRIES || !may_repeat(&job->error) || interrupt_pending())
            return done;
    }
}

static double longer(double a, double b)
{
    return a > b ? a : b;
}

static bool send_rpc(struct ota_job *job)
{
    struct session session;
    cJSON *result = NULL;
    if (!begin(job, &session))
        return false;
    progress(job, session.offset);
    while (session.offset < file_size(job)) {
        if (!write_piece(job, &session) || interrupt_pending())
            return false;
        progress(job, session.offset);
    }
    bool done = device_call_within(&job->device, longer(END_S, device_timeout(&job->device)),
                                   "OTA.End", NULL, &result, &job->error);
    cJSON_Delete(result);
    return done;
}

/* --- once more --- */

static bool is_busy(const struct device_error *error)
{
    return error->flota == FLOTA_ERR_UPDATE_BUSY;
}

static bool is_receiving(const cJSON *status)
{
    const char *phase = device_text(status, "phase");
    return strcmp(phase, "checking") == 0 || strcmp(phase, "receiving") == 0;
}

/* Somebody has begun an update. Is it an earlier run of ours, or one that was left? Then it ends
 * when the last bytes on their way have come, or stands still and the device gives it up soon; else
 * the other one has the right of way. OTA.Begin tells itself where to go on, so it may be tried at
 * any time; over HTTP the end must be seen, else what is there would be sent again. Returns whether
 * to ask again, and where to go on. */
static bool wait_for_busy(struct ota_job *job, double *deadline_s, uint32_t *offset)
{
    struct device_error busy = job->error;
    double received = -1;
    if (*deadline_s == 0) {
        *deadline_s = clock_s() + BUSY_TIMEOUTS * device_timeout(&job->device);
        ota_report_note(job, "another update was begun there; waiting to see whether it goes on");
    }
    while (clock_s() < *deadline_s) {
        cJSON *status = NULL;
        if (!clock_wait(LOOK_AGAIN_S) || !ota_job_status(job, &status))
            return false;
        bool ended = !is_receiving(status);
        bool stands_still = device_number(status, "received") == received;
        received = device_number(status, "received");
        *offset = ota_file_rest(job->plan->file, status);
        cJSON_Delete(status);
        if (ended || (stands_still && !job->device.way->upload))
            break;
    }
    job->error = busy;
    return clock_s() < *deadline_s;
}

/* What the device makes of it when the answer was lost. */
enum after { AFTER_APPLIED, AFTER_REFUSED, AFTER_GO_ON };

/* This very file was installed and left again, and not in an earlier run. */
static bool was_rolled_back(const struct ota_job *job, const cJSON *status)
{
    const cJSON *report = device_member(status, "rolled_back");
    return job->new_build[0] && !job->plan->consents.again &&
           strcmp(device_text(report, "build_id"), job->new_build) == 0;
}

static enum after judge_status(struct ota_job *job, const cJSON *status)
{
    const char *phase = device_text(status, "phase");
    const cJSON *refusal = device_member(status, "error");
    bool restarted = job->boot_id != 0 && device_number(status, "boot_id") != job->boot_id;
    if (restarted && job->new_build[0] &&
        strcmp(device_text(status, "build_id"), job->new_build) == 0)
        return AFTER_APPLIED;
    if (restarted)
        return was_rolled_back(job, status) ? AFTER_APPLIED : AFTER_GO_ON;
    if (strcmp(phase, "verifying") == 0 || strcmp(phase, "restarting") == 0)
        return AFTER_APPLIED;
    if (strcmp(phase, "failed") != 0 || !cJSON_IsObject(refusal))
        return AFTER_GO_ON;
    struct device_error lost = job->error;
    device_refused(&job->error, refusal);
    if (job->error.exit != EXIT_TRANSFER)
        return AFTER_REFUSED;
    job->error = lost;
    return AFTER_GO_ON;
}

/* After this answer it takes no file before it has restarted. */
static bool reach_restarted(struct ota_job *job, cJSON **status)
{
    double deadline_s = clock_s() + REACH_S;
    while (ota_job_reach(job, deadline_s - clock_s(), status)) {
        double boot_id = device_number(*status, "boot_id");
        if (boot_id != job->boot_id) {
            job->boot_id = boot_id;
            return true;
        }
        cJSON_Delete(*status);
        *status = NULL;
        if (clock_s() >= deadline_s || !clock_wait(LOOK_AGAIN_S))
            return false;
    }
    return false;
}

/* Look what has become of it, and where to go on. */
static enum after look_again(struct ota_job *job, uint32_t *offset)
{
    struct device_error lost = job->error;
    cJSON *status = NULL;
    char note[600];
    snprintf(note, sizeof note, "%s: %s; trying again", lost.what, lost.why);
    ota_report_note(job, note);
    ota_job_close(job);
    bool restarts = lost.flota == FLOTA_ERR_OPTIONS_SET;
    if (!clock_wait(LOOK_AGAIN_S) ||
        !(restarts ? reach_restarted(job, &status) : ota_job_reach(job, REACH_S, &status)))
        return AFTER_REFUSED;
    enum after after = judge_status(job, status);
    *offset = ota_file_rest(job->plan->file, status);
    cJSON_Delete(status);
    return after;
}

/* The status shows that somebody else is at it. */
static bool yield_way(struct ota_job *job, const cJSON *status, double *deadline_s,
                      uint32_t *offset)
{
    if (!job->device.way->upload || !is_receiving(status))
        return true;
    device_fail(&job->error, EXIT_REFUSED, "the device refused",
                device_remedy(FLOTA_ERR_UPDATE_BUSY), "another update is in progress: %.60s (%s)",
                device_text(status, "from"), flota_error_text(FLOTA_ERR_UPDATE_BUSY)->name);
    job->error.flota = FLOTA_ERR_UPDATE_BUSY;
    return wait_for_busy(job, deadline_s, offset);
}

struct attempts {
    unsigned count; /* without any byte more */
    uint32_t best;
    double busy_until_s; /* 0: nobody was in the way */
};

static bool send_from(struct ota_job *job, uint32_t offset)
{
    if (job->device.way->upload) /* the device says when it is so far */
        return send_http(job, offset);
    ota_report_phase(job, OTA_RECEIVING, "");
    return send_rpc(job);
}

/* What failed is lost for good, or is the same thing for the last time. */
static bool is_over(struct ota_job *job, struct attempts *attempts)
{
    bool further = job->sent > attempts->best;
    attempts->count = further ? 0 : attempts->count + 1;
    attempts->best = further ? job->sent : attempts->best;
    return !ota_job_is_lost(&job->error) || attempts->count == TRIES;
}

bool ota_job_send(struct ota_job *job, const cJSON *status)
{
    uint32_t offset = ota_file_rest(job->plan->file, status);
    struct attempts attempts = {.best = offset};
    enum after after = AFTER_GO_ON;
    job->size = file_size(job);
    job->sent = offset;
    if (!yield_way(job, status, &attempts.busy_until_s, &offset))
        after = AFTER_REFUSED;
    if (offset > 0)
        ota_report_note(job, "the device has a part of this file already: only the rest is sent");
    while (after == AFTER_GO_ON && !interrupt_pending()) {
        if (send_from(job, offset))
            after = AFTER_APPLIED;
        else if (is_busy(&job->error))
            after =
                wait_for_busy(job, &attempts.busy_until_s, &offset) ? AFTER_GO_ON : AFTER_REFUSED;
        else
            after = is_over(job, &attempts) ? AFTER_REFUSED : look_again(job, &offset);
    }
    if (after != AFTER_APPLIED)
        return interrupt_pending() ? interrupted(job) : false;
    ota_report_phase(job, OTA_VERIFYING, "");
    return true;
}
