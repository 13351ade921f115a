/* update_log.c - an update as told on the console.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"
#include <stdio.h>

#define LINE_MAX_SIZE 320

void flota_http_update_log(const struct flota_http_update *service, const char *line)
{
    if (service->config.log)
        service->config.log(service->config.context, line);
}

void flota_http_update_log_error(const struct flota_http_update *service, int error)
{
    const struct flota_error_text *text = flota_error_text(error);
    char line[LINE_MAX_SIZE];
    snprintf(line, sizeof line, "update failed: %s; %s", text->cause, text->remedy);
    flota_http_update_log(service, line);
}

/* Once the size is known, or the image is being written without one. */
static void log_start(struct flota_http_update *service, const struct flota_update_status *status)
{
    char line[LINE_MAX_SIZE];
    if (service->logged_start || (status->total == 0 && status->phase != FLOTA_UPDATE_RECEIVING))
        return;
    service->logged_start = true;
    if (status->total != 0)
        snprintf(line, sizeof line, "update from %s, %lu B", service->from,
                 (unsigned long)status->total);
    else
        snprintf(line, sizeof line, "update from %s, size unknown", service->from);
    flota_http_update_log(service, line);
}

static void log_percent(struct flota_http_update *service, const struct flota_update_status *status)
{
    unsigned percent = flota_http_update_percent(service);
    char line[LINE_MAX_SIZE];
    while (service->logged_percent + 10u <= percent) {
        service->logged_percent = (uint8_t)(service->logged_percent + 10);
        snprintf(line, sizeof line, "in flash %u %% (%lu of %lu B)", service->logged_percent,
                 (unsigned long)status->in_flash, (unsigned long)status->total);
        flota_http_update_log(service, line);
    }
}

static void log_phase(struct flota_http_update *service, const struct flota_update_status *status)
{
    char line[LINE_MAX_SIZE];
    if (service->logged_phase < FLOTA_UPDATE_VERIFYING && status->phase >= FLOTA_UPDATE_VERIFYING) {
        snprintf(line, sizeof line, "verify %lu B", (unsigned long)status->total);
        flota_http_update_log(service, line);
    }
    if (service->logged_phase != status->phase && status->phase == FLOTA_UPDATE_RESTARTING) {
        snprintf(line, sizeof line, "verified %lu B, sha256 ok", (unsigned long)status->total);
        flota_http_update_log(service, line);
    }
    service->logged_phase = status->phase;
}

void flota_http_update_log_progress(struct flota_http_update *service)
{
    const struct flota_update_status *status = flota_updater_status(&service->updater);
    if (status->phase == FLOTA_UPDATE_IDLE || status->phase == FLOTA_UPDATE_FAILED)
        return;
    log_start(service, status);
    log_percent(service, status);
    log_phase(service, status);
}

/* --- at start --- */

static void log_trial(const struct flota_http_update *service)
{
    const struct flota_trial *trial = service->config.trial;
    bool automatic = trial->config.policy == FLOTA_CONFIRM_AUTOMATIC;
    char line[LINE_MAX_SIZE];
    snprintf(line, sizeof line, "trial: boot %lu, to be confirmed within %lu s, %s",
             (unsigned long)trial->boot.own.attempts.all,
             (unsigned long)(trial->deadline_ms / 1000u),
             automatic ? "by its health check" : "by request: POST /update/commit");
    flota_http_update_log(service, line);
}

static void log_report(const struct flota_http_update *service,
                       const struct flota_boot_report *report)
{
    const struct flota_last_words *words = flota_http_update_last_words(service, report);
    char line[LINE_MAX_SIZE], build_id[FLOTA_BUILD_ID_TEXT], cause[32];
    flota_hex_text(report->tag, sizeof report->tag, build_id);
    snprintf(line, sizeof line, "rolled back: %s (build id %s, %u boots, last reset: %s)",
             flota_boot_reason_text(report->reason), build_id, report->attempts,
             flota_http_update_cause(service, report, cause, sizeof cause));
    flota_http_update_log(service, line);
    if (!words)
        return;
    snprintf(line, sizeof line, "rolled back: it left %s, pc 0x%08lx, lr 0x%08lx, milestone %lu",
             words->what[0] ? words->what : "no fault", (unsigned long)words->pc,
             (unsigned long)words->lr, (unsigned long)words->milestone);
    flota_http_update_log(service, line);
}

static void log_stranded(const struct flota_http_update *service)
{
    const struct flota_boot_decision *decision = &service->config.trial->config.decision;
    char line[LINE_MAX_SIZE];
    snprintf(line, sizeof line, "stranded: %s, but %s; update this device",
             flota_boot_reason_text(decision->reason),
             flota_boot_obstacle_text(decision->obstacle));
    flota_http_update_log(service, line);
}

void flota_http_update_log_running(const struct flota_http_update *service)
{
    const struct flota_trust *trust = service->config.target->trust;
    const struct flota_boot_report *report = flota_trial_report(service->config.trial);
    enum flota_running running = flota_trial_running(service->config.trial);
    if (running == FLOTA_RUNNING_TRIAL)
        log_trial(service);
    if (running == FLOTA_RUNNING_STRANDED)
        log_stranded(service);
    if (report)
        log_report(service, report);
    if (service->recovered)
        flota_http_update_log(service, "an interrupted upload can go on: see resume in the status");
    if (!trust || trust->policy != FLOTA_SIGNATURES_REQUIRED)
        flota_http_update_log(service, "unsigned firmware is accepted (development)");
}
