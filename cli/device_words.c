/* device_words.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_words.h"
#include <stdio.h>
#include <string.h>

const cJSON *device_member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *device_text(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(device_member(object, key));
    return text ? text : "";
}

double device_number(const cJSON *object, const char *key)
{
    const cJSON *number = device_member(object, key);
    return cJSON_IsNumber(number) ? number->valuedouble : 0;
}

static void add_fault(const cJSON *fault, char *text, size_t size)
{
    if (!cJSON_IsObject(fault) || device_text(fault, "what")[0] == '\0')
        return; /* it left a milestone only */
    snprintf(text, size, "; it stopped with %.40s at %.12s", device_text(fault, "what"),
             device_text(fault, "pc"));
}

bool device_rollback_words(const cJSON *status, char *text, size_t size)
{
    const cJSON *report = device_member(status, "rolled_back");
    if (!cJSON_IsObject(report))
        return false;
    int used = snprintf(text, size, "%.100s (%.40s, attempt %.0f)", device_text(report, "reason"),
                        device_text(report, "cause"), device_number(report, "attempts"));
    if (used > 0 && (size_t)used < size)
        add_fault(device_member(report, "fault"), text + used, size - (size_t)used);
    return true;
}

static void trial_words(const cJSON *trial, char *text, size_t size)
{
    bool automatic = strcmp(device_text(trial, "policy"), "automatic") == 0;
    snprintf(text, size, "on trial, %.0f s left, then it goes back: %s",
             device_number(trial, "remaining_ms") / 1000,
             automatic ? "the device confirms by itself" : "flota confirm keeps it");
}

/* A device that is none of Flota's tells whether its firmware is committed. */
static bool committed_words(const cJSON *status, char *text, size_t size)
{
    const cJSON *committed = device_member(status, "is_committed");
    if (!cJSON_IsBool(committed))
        return false;
    snprintf(text, size, "%s",
             cJSON_IsTrue(committed) ? "confirmed" : "not committed yet: flota confirm keeps it");
    return true;
}

bool device_state_words(const cJSON *status, char *text, size_t size)
{
    const char *phase = device_text(status, "phase");
    const cJSON *trial = device_member(status, "trial");
    if (phase[0] == '\0')
        return committed_words(status, text, size);
    if (strcmp(phase, "trial") == 0 && cJSON_IsObject(trial)) {
        trial_words(trial, text, size);
    } else if (strcmp(phase, "rolled-back") == 0) {
        int used = snprintf(text, size, "rolled back: ");
        device_rollback_words(status, text + used, size - (size_t)used);
    } else if (strcmp(phase, "stranded") == 0) {
        snprintf(text, size, "stranded: %.200s", device_text(status, "stranded"));
    } else if (strcmp(phase, "receiving") == 0 || strcmp(phase, "checking") == 0) {
        snprintf(text, size, "%s an update from %.40s, %.0f %%", phase, device_text(status, "from"),
                 device_number(status, "percent"));
    } else {
        snprintf(text, size, "%.60s", phase);
    }
    return true;
}
