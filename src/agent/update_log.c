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
