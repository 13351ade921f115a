/* ota_verdict.c - from the restart to the verdict: confirmed, or rolled back and why.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "interrupt.h"
#include "ota_job.h"
#include "ota_report.h"
#include <stdio.h>
#include <string.h>

#define SILENT_S     180.0 /* without an answer; a device whose new image hangs is back by then */
#define SAME_RUN_S   60.0  /* for the restart to happen */
#define LOOK_AGAIN_S 0.3
#define LOOK_S       3.0 /* for an answer: what was asked while the device restarted, got lost */

struct verdict {
    double heard_s; /* when the device last answered */
    double since_s; /* when the waiting began */
    bool hinted;
};

enum look { LOOK_AGAIN, LOOK_GOOD, LOOK_BAD };

static enum look confirmed(struct ota_job *job, const cJSON *status)
{
    snprintf(job->outcome, sizeof job->outcome, "%.60s %.60s", device_text(status, "name"),
             device_text(status, "version"));
    ota_report_phase(job, OTA_CONFIRMED, job->outcome);
    return LOOK_GOOD;
}

static enum look rolled_back(struct ota_job *job, const cJSON *status)
{
    char why[DEVICE_WORDS_MAX];
    if (!device_rollback_words(status, why, sizeof why))
        snprintf(why, sizeof why, "%.200s",
                 device_text(status, "message")[0] ? device_text(status, "message")
                                                   : "the device does not say why");
    device_fail(&job->error, EXIT_ROLLED_BACK, "the new firmware was rolled back",
                "repair it and try again; --force tries this very image again", "%s", why);
    snprintf(job->error.running, sizeof job->error.running, "%.60s %.60s",
             device_text(status, "name"), device_text(status, "version"));
    return LOOK_BAD;
}

static enum look stranded(struct ota_job *job, const cJSON *status)
{
    device_fail(&job->error, EXIT_OTHER, "the new firmware runs, but is stranded",
                "send a firmware that works: there is none to go back to", "%.200s",
                device_text(status, "stranded"));
    return LOOK_BAD;
}

/* --- on trial --- */

static void hint(struct ota_job *job, struct verdict *verdict, const cJSON *trial)
{
    char note[300];
    if (verdict->hinted)
        return;
    verdict->hinted = true;
    snprintf(note, sizeof note,
             "it waits %.0f s for somebody to confirm it, else it is rolled back: flota confirm "
             "--port %.120s",
             device_number(trial, "remaining_ms") / 1000, job->device.name);
    ota_report_note(job, note);
}

static enum look on_trial(struct ota_job *job, struct verdict *verdict, const cJSON *status)
{
    const cJSON *trial = device_member(status, "trial");
    bool is_explicit = strcmp(device_text(trial, "policy"), "explicit") == 0;
    char words[DEVICE_WORDS_MAX];
    device_state_words(status, words, sizeof words);
    ota_report_phase(job, OTA_TRIAL, words);
    if (!is_explicit && (cJSON_IsObject(trial) || !job->plan->confirm))
        return LOOK_AGAIN;
    if (!job->plan->confirm) {
        hint(job, verdict, trial);
        return LOOK_AGAIN;
    }
    if (device_act(&job->device, "OTA.Commit", &job->error) || ota_job_is_lost(&job->error))
        return LOOK_AGAIN; /* the status will say that it is */
    return LOOK_BAD;
}

/* --- one look --- */

static enum look judge_new(struct ota_job *job, struct verdict *verdict, const cJSON *status)
{
    const char *running = device_text(status, "running");
    if (strcmp(running, "trial") == 0)
        return on_trial(job, verdict, status);
    if (strcmp(running, "stranded") == 0)
        return stranded(job, status);
    return confirmed(job, status);
}

/* The run before the restart still answers. */
static enum look judge_old(struct ota_job *job, const struct verdict *verdict, const cJSON *status)
{
    const cJSON *refusal = device_member(status, "error");
    if (strcmp(device_text(status, "phase"), "failed") == 0 && cJSON_IsObject(refusal)) {
        device_refused(&job->error, refusal);
        return LOOK_BAD;
    }
    if (clock_s() < verdict->since_s + SAME_RUN_S)
        return LOOK_AGAIN;
    device_fail(&job->error, EXIT_TIMEOUT, "the device has not restarted",
                "look at its console; flota info shows how it stands", "%g s after the update",
                SAME_RUN_S);
    return LOOK_BAD;
}

static enum look judge(struct ota_job *job, struct verdict *verdict, const cJSON *status)
{
    const char *build = device_text(status, "build_id");
    if (device_number(status, "boot_id") == job->boot_id) {
        const char *coming = device_text(device_member(status, "new"), "build_id");
        if (!job->new_build[0])
            snprintf(job->new_build, sizeof job->new_build, "%s", coming);
        return judge_old(job, verdict, status);
    }
    bool is_new = job->new_build[0] ? strcmp(build, job->new_build) == 0
                                    : strcmp(build, job->running_build) != 0;
    return is_new ? judge_new(job, verdict, status) : rolled_back(job, status);
}

/* --- waiting --- */

/* Nothing that Flota could ask answers in a foreign image, nor in other makers' firmware. */
static bool finish_unasked(struct ota_job *job, const char *why)
{
    snprintf(job->outcome, sizeof job->outcome, "%s", why);
    ota_report_phase(job, OTA_DONE, job->outcome);
    return true;
}

static bool interrupted(struct ota_job *job)
{
    return device_fail(&job->error, EXIT_INTERRUPTED, "interrupted",
                       "flota info shows how it ended", "the update goes on without this program");
}

static bool silent(struct ota_job *job)
{
    struct device_error last = job->error;
    return device_fail(&job->error, EXIT_TIMEOUT, "no verdict",
                       "see whether the network gave it another address; its console tells more",
                       "the device has not answered for %g s since its restart (%.150s)", SILENT_S,
                       last.why);
}

static enum look look(struct ota_job *job, struct verdict *verdict)
{
    cJSON *status = NULL;
    enum look result = LOOK_AGAIN;
    if (ota_job_status(job, &status)) {
        verdict->heard_s = clock_s();
        result = judge(job, verdict, status);
    } else if (!ota_job_is_lost(&job->error) && !interrupt_pending()) {
        result = LOOK_BAD;
    } else if (clock_s() > verdict->heard_s + SILENT_S) {
        silent(job);
        result = LOOK_BAD;
    }
    cJSON_Delete(status);
    return result;
}

bool ota_job_await(struct ota_job *job)
{
    struct verdict verdict = {.heard_s = clock_s(), .since_s = clock_s()};
    const struct ota_file *file = job->plan->file;
    enum look result = LOOK_AGAIN;
    ota_report_phase(job, OTA_RESTARTING, "");
    if (job->plan->no_wait)
        return finish_unasked(job, "applied; the verdict was not waited for");
    if (file && !file->has_info)
        return finish_unasked(job, "applied; a foreign image gives no verdict");
    if (job->boot_id == 0)
        return finish_unasked(job, "applied; this device gives no verdict. It may have to be "
                                   "committed, else it goes back: flota confirm");
    if (device_timeout(&job->device) > LOOK_S)
        job->options.timeout_s = LOOK_S;
    while (result == LOOK_AGAIN && clock_wait(LOOK_AGAIN_S))
        result = look(job, &verdict);
    if (interrupt_pending() && result != LOOK_GOOD)
        return interrupted(job);
    return result == LOOK_GOOD;
}
