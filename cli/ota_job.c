/* ota_job.c - one device: look, send, wait.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ota_job.h"
#include "flota/error.h"
#include "interrupt.h"
#include "ota_report.h"
#include <stdio.h>
#include <string.h>

#define LOOK_AGAIN_S 0.5

void ota_job_add_wishes(const struct ota_plan *plan, cJSON *params)
{
    if (plan->commit_timeout_s)
        cJSON_AddNumberToObject(params, "commit_timeout", plan->commit_timeout_s);
    if (plan->consents.foreign)
        cJSON_AddTrueToObject(params, "foreign");
    if (plan->consents.downgrade)
        cJSON_AddTrueToObject(params, "downgrade");
    if (plan->consents.guard)
        cJSON_AddTrueToObject(params, "guard");
    if (plan->consents.again)
        cJSON_AddTrueToObject(params, "force");
    if (plan->consents.options)
        cJSON_AddTrueToObject(params, "options");
}

/* --- the device --- */

void ota_job_close(struct ota_job *job)
{
    if (job->is_open)
        device_close(&job->device);
    job->is_open = false;
}

bool ota_job_status(struct ota_job *job, cJSON **status)
{
    *status = NULL;
    if (!job->is_open && !device_open(&job->device, &job->options, &job->error)) {
        device_close(&job->device);
        return false;
    }
    job->is_open = true;
    if (device_status(&job->device, status, &job->error))
        return true;
    ota_job_close(job); /* the next look begins anew */
    return false;
}

bool ota_job_is_lost(const struct device_error *error)
{
    return error->exit == EXIT_UNREACHABLE || error->exit == EXIT_TIMEOUT ||
           error->exit == EXIT_TRANSFER;
}

bool ota_job_reach(struct ota_job *job, double seconds, cJSON **status)
{
    double deadline_s = clock_s() + seconds;
    for (;;) {
        if (ota_job_status(job, status))
            return true;
        if (!ota_job_is_lost(&job->error) || clock_s() >= deadline_s || !clock_wait(LOOK_AGAIN_S))
            return false;
    }
}

/* --- looking --- */

static void take_identity(struct ota_job *job, const cJSON *status)
{
    job->boot_id = device_number(status, "boot_id");
    snprintf(job->running_build, sizeof job->running_build, "%s", device_text(status, "build_id"));
    if (device_text(status, "version")[0])
        snprintf(job->running, sizeof job->running, "%.60s %.60s", device_text(status, "name"),
                 device_text(status, "version"));
    if (job->plan->file)
        snprintf(job->new_build, sizeof job->new_build, "%s", job->plan->file->build_id);
}

/* Of several files it gets the one for its board; when none is, the first is judged. */
static void choose_file(struct ota_job *job, const cJSON *status)
{
    const char *board = device_text(status, "board");
    for (const struct ota_plan *plan = job->plan; plan && plan->file; plan = plan->next) {
        if (plan->file->has_info && strcmp(plan->file->info.board, board) == 0) {
            job->plan = plan;
            return;
        }
    }
}

/* What it would refuse whatever the file. */
static bool check_state(struct ota_job *job, const cJSON *status)
{
    const struct flota_error_text *text = flota_error_text(FLOTA_ERR_ON_TRIAL);
    if (strcmp(device_text(status, "running"), "trial") != 0)
        return true;
    return device_fail(&job->error, EXIT_REFUSED, "the device would refuse the update",
                       device_remedy(FLOTA_ERR_ON_TRIAL), "%s (%s)", text->cause, text->name);
}

static bool look(struct ota_job *job, cJSON **status)
{
    ota_report_phase(job, OTA_CHECKING, "");
    if (!ota_job_status(job, status))
        return false;
    choose_file(job, *status);
    take_identity(job, *status);
    const struct ota_plan *plan = job->plan;
    if (plan->no_check)
        return true;
    return check_state(job, *status) &&
           (!plan->file || ota_file_check(plan->file, &plan->consents, *status, &job->error));
}

/* --- the whole --- */

static bool finish_dry(struct ota_job *job)
{
    snprintf(job->outcome, sizeof job->outcome,
             "would be sent: nothing speaks against it here; signature and guard are the device's "
             "to judge");
    ota_report_phase(job, OTA_DONE, job->outcome);
    return true;
}

static bool run(struct ota_job *job, cJSON **status)
{
    if (!look(job, status))
        return false;
    if (job->plan->dry_run)
        return finish_dry(job);
    if (!(job->plan->file ? ota_job_send(job, *status) : ota_job_pull(job)))
        return false;
    return ota_job_await(job);
}

static void conclude(struct ota_job *job, bool done)
{
    job->exit = done ? EXIT_DONE : job->error.exit;
    bool changed = job->phase >= OTA_RESTARTING && job->exit != EXIT_ROLLED_BACK;
    if (!done && !changed && !job->error.running[0])
        snprintf(job->error.running, sizeof job->error.running, "%s", job->running);
    if (!done)
        ota_report_phase(job, job->exit == EXIT_ROLLED_BACK ? OTA_ROLLED_BACK : OTA_FAILED,
                         job->error.why);
    ota_report_end(job);
}

void ota_job_run(struct ota_job *job)
{
    cJSON *status = NULL;
    if (interrupt_pending()) {
        device_fail(&job->error, EXIT_INTERRUPTED, "interrupted", "", "before it began");
        conclude(job, false);
        return;
    }
    bool done = run(job, &status);
    cJSON_Delete(status);
    ota_job_close(job);
    conclude(job, done);
}
