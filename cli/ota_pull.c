/* ota_pull.c - OTA.Update: the device fetches the file itself.
 *
 * The call is answered when the fetch has ended, so a second connection looks how far it is; a
 * serial line has no second one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "interrupt.h"
#include "ota_job.h"
#include "ota_report.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define FETCH_S      1800.0 /* the device's own time limits come first */
#define LOOK_AGAIN_S 0.5

struct pull {
    const struct ota_plan *plan;
    struct device_options options;
    struct device_error error;
    bool done;
    pthread_mutex_t lock;
    bool ended;
};

static cJSON *write_params(const struct ota_plan *plan)
{
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "url", plan->url);
    cJSON_AddFalseToObject(params, "ignore_same_version");
    ota_job_add_wishes(plan, params);
    return params;
}

static void *fetch(void *context)
{
    struct pull *pull = context;
    struct device device;
    cJSON *result = NULL, *params = write_params(pull->plan);
    bool done = device_open(&device, &pull->options, &pull->error) &&
                device_call_within(&device, FETCH_S, "OTA.Update", params, &result, &pull->error);
    device_close(&device);
    cJSON_Delete(params);
    cJSON_Delete(result);
    pthread_mutex_lock(&pull->lock);
    pull->done = done;
    pull->ended = true;
    pthread_mutex_unlock(&pull->lock);
    return NULL;
}

static bool has_ended(struct pull *pull)
{
    pthread_mutex_lock(&pull->lock);
    bool ended = pull->ended;
    pthread_mutex_unlock(&pull->lock);
    return ended;
}

static void show(struct ota_job *job, const cJSON *status)
{
    const char *coming = device_text(device_member(status, "new"), "build_id");
    const char *phase = device_text(status, "phase");
    if (coming[0])
        snprintf(job->new_build, sizeof job->new_build, "%s", coming);
    job->size = (uint32_t)device_number(status, "size");
    job->sent = (uint32_t)device_number(status, "in_flash");
    if (strcmp(phase, "verifying") == 0)
        ota_report_phase(job, OTA_VERIFYING, "");
    else if (strcmp(phase, "receiving") == 0 && job->sent <= job->size)
        ota_report_progress(job);
}

static void watch(struct ota_job *job, struct pull *pull)
{
    bool has_second = strcmp(job->device.way->name, "serial") != 0;
    while (!has_ended(pull)) {
        cJSON *status = NULL;
        if (has_second && ota_job_status(job, &status))
            show(job, status);
        cJSON_Delete(status);
        if (!clock_wait(LOOK_AGAIN_S))
            return; /* the call ends by itself, too */
    }
}

bool ota_job_pull(struct ota_job *job)
{
    struct pull pull = {.plan = job->plan, .options = job->options};
    pthread_t thread;
    pull.options.source = NULL; /* two connections, two names */
    ota_report_phase(job, OTA_RECEIVING, "");
    if (strcmp(job->device.way->name, "serial") == 0)
        ota_job_close(job);
    pthread_mutex_init(&pull.lock, NULL);
    if (pthread_create(&thread, NULL, fetch, &pull) != 0)
        return device_fail(&job->error, EXIT_OTHER, "no thread can be started", "", "%s", "");
    watch(job, &pull);
    pthread_join(thread, NULL);
    pthread_mutex_destroy(&pull.lock);
    if (pull.done)
        return true;
    job->error = pull.error;
    bool lost = ota_job_is_lost(&pull.error) && pull.error.exit != EXIT_UNREACHABLE;
    cJSON *status = NULL; /* the answer may have been lost in the restart */
    if (!lost || !ota_job_reach(job, device_timeout(&job->device), &status))
        return false;
    bool applied = device_number(status, "boot_id") != job->boot_id;
    cJSON_Delete(status);
    if (!applied)
        job->error = pull.error;
    return applied;
}
