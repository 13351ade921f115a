/* ota_log.c - an update as told on the console.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/signature.h"
#include "ota_internal.h"
#include <stdio.h>

#define LINE_MAX_SIZE 320

void flota_ota_log(const struct flota_ota *ota, const char *line)
{
    if (ota->config.log)
        ota->config.log(ota->config.context, line);
}

void flota_ota_log_error(struct flota_ota *ota, int error)
{
    const struct flota_error_text *text = flota_error_text(error);
    char line[LINE_MAX_SIZE];
    if (ota->logged_error)
        return;
    ota->logged_error = true;
    snprintf(line, sizeof line, "update failed: %s; %s", text->cause, text->remedy);
    flota_ota_log(ota, line);
}

/* Once the size is known, or the image is being written without one. */
static void log_start(struct flota_ota *ota, const struct flota_update_status *status)
{
    char line[LINE_MAX_SIZE];
    if (ota->logged_start || (status->total == 0 && status->phase != FLOTA_UPDATE_RECEIVING))
        return;
    ota->logged_start = true;
    if (status->total != 0)
        snprintf(line, sizeof line, "update from %s, %lu B", ota->from,
                 (unsigned long)status->total);
    else
        snprintf(line, sizeof line, "update from %s, size unknown", ota->from);
    flota_ota_log(ota, line);
}

static void log_percent(struct flota_ota *ota, const struct flota_update_status *status)
{
    unsigned percent = flota_ota_percent(ota);
    char line[LINE_MAX_SIZE];
    while (ota->logged_percent + 10u <= percent) {
        ota->logged_percent = (uint8_t)(ota->logged_percent + 10);
        snprintf(line, sizeof line, "in flash %u %% (%lu of %lu B)", ota->logged_percent,
                 (unsigned long)status->in_flash, (unsigned long)status->total);
        flota_ota_log(ota, line);
    }
}

static void log_phase(struct flota_ota *ota, const struct flota_update_status *status)
{
    char line[LINE_MAX_SIZE];
    if (ota->logged_phase < FLOTA_UPDATE_VERIFYING && status->phase >= FLOTA_UPDATE_VERIFYING) {
        snprintf(line, sizeof line, "verify %lu B", (unsigned long)status->total);
        flota_ota_log(ota, line);
    }
    if (ota->logged_phase != status->phase && status->phase == FLOTA_UPDATE_RESTARTING) {
        snprintf(line, sizeof line, "verified %lu B, sha256 ok", (unsigned long)status->total);
        flota_ota_log(ota, line);
    }
    ota->logged_phase = status->phase;
}

void flota_ota_log_progress(struct flota_ota *ota)
{
    const struct flota_update_status *status = flota_updater_status(&ota->updater);
    if (status->phase == FLOTA_UPDATE_IDLE || status->phase == FLOTA_UPDATE_FAILED)
        return;
    log_start(ota, status);
    log_percent(ota, status);
    log_phase(ota, status);
}

/* --- at start --- */

static void log_trial(const struct flota_ota *ota)
{
    const struct flota_trial *trial = ota->config.trial;
    bool automatic = trial->config.policy == FLOTA_CONFIRM_AUTOMATIC;
    char line[LINE_MAX_SIZE];
    snprintf(line, sizeof line, "trial: boot %lu, to be confirmed within %lu s, %s",
             (unsigned long)trial->boot.own.attempts.all,
             (unsigned long)(trial->deadline_ms / 1000u),
             automatic ? "by its health check" : "by request: POST /update/commit");
    flota_ota_log(ota, line);
}

static void log_report(const struct flota_ota *ota, const struct flota_boot_report *report)
{
    const struct flota_last_words *words = flota_ota_last_words(ota, report);
    char line[LINE_MAX_SIZE], build_id[FLOTA_BUILD_ID_TEXT], cause[32];
    flota_hex_text(report->tag, sizeof report->tag, build_id);
    snprintf(line, sizeof line, "rolled back: %s (build id %s, %u boots, last reset: %s)",
             flota_boot_reason_text(report->reason), build_id, report->attempts,
             flota_ota_cause(ota, report, cause, sizeof cause));
    flota_ota_log(ota, line);
    if (!words)
        return;
    snprintf(line, sizeof line, "rolled back: it left %s, pc 0x%08lx, lr 0x%08lx, milestone %lu",
             words->what[0] ? words->what : "no fault", (unsigned long)words->pc,
             (unsigned long)words->lr, (unsigned long)words->milestone);
    flota_ota_log(ota, line);
}

static void log_stranded(const struct flota_ota *ota)
{
    const struct flota_boot_decision *decision = &ota->config.trial->config.decision;
    char line[LINE_MAX_SIZE];
    snprintf(line, sizeof line, "stranded: %s, but %s; update this device",
             flota_boot_reason_text(decision->reason),
             flota_boot_obstacle_text(decision->obstacle));
    flota_ota_log(ota, line);
}

void flota_ota_log_running(const struct flota_ota *ota)
{
    const struct flota_trust *trust = ota->config.target->trust;
    const struct flota_boot_report *report = flota_trial_report(ota->config.trial);
    enum flota_running running = flota_trial_running(ota->config.trial);
    if (running == FLOTA_RUNNING_TRIAL)
        log_trial(ota);
    if (running == FLOTA_RUNNING_STRANDED)
        log_stranded(ota);
    if (report)
        log_report(ota, report);
    if (ota->recovered)
        flota_ota_log(ota, "an interrupted upload can go on: see resume in the status");
    if (!trust || trust->policy != FLOTA_SIGNATURES_REQUIRED)
        flota_ota_log(ota, "unsigned firmware is accepted (development)");
}
