/* ota_report.c - the words of a rollback, for the page and the console.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ota_internal.h"
#include <stdio.h>
#include <string.h>

const char *flota_ota_cause(const struct flota_ota *ota, const struct flota_boot_report *report,
                            char *text, size_t size)
{
    if (report->reason == FLOTA_REASON_DEADLINE)
        snprintf(text, size, "deadline of %lu s", (unsigned long)(report->cause / 1000u));
    else if (report->reason == FLOTA_REASON_APPLICATION)
        snprintf(text, size, "application: %lu", (unsigned long)report->cause);
    else if (report->reason == FLOTA_REASON_REQUEST)
        snprintf(text, size, "request");
    else if (report->reason == FLOTA_REASON_NONE || !ota->config.reset_text)
        snprintf(text, size, "unknown");
    else
        snprintf(text, size, "%s", ota->config.reset_text(report->cause));
    return text;
}

const struct flota_last_words *flota_ota_last_words(const struct flota_ota *ota,
                                                    const struct flota_boot_report *report)
{
    const struct flota_last_words *words = ota->config.last_words;
    bool same = words && words->valid && memcmp(words->tag, report->tag, sizeof words->tag) == 0;
    return same ? words : NULL;
}
