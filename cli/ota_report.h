/* ota_report.h - what an update has to say: a bar, lines, or events; one device, or many.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_OTA_REPORT_H
#define FLOTA_CLI_OTA_REPORT_H

#include "ota_job.h"
#include <pthread.h>

enum ota_style {
    OTA_STYLE_QUIET, /* errors only */
    OTA_STYLE_LINES, /* a line for each phase, and each 10 % */
    OTA_STYLE_BARS   /* a terminal: a line for each device, drawn over and over */
};

struct ota_report {
    enum ota_style style;
    bool json; /* events on stdout */
    bool colours;
    const struct ota_job *jobs;
    size_t count;
    pthread_mutex_t lock;
    size_t drawn; /* lines on the terminal that the next drawing goes over */
    double drawn_s;
};

void ota_report_init(struct ota_report *report, const struct ota_job *jobs, size_t count, bool json,
                     bool quiet);

/* Each may be called by any job's thread. text: what there is to say about it, "" for nothing. A
 * phase is said once. */
void ota_report_phase(struct ota_job *job, enum ota_phase phase, const char *text);
void ota_report_progress(struct ota_job *job);
void ota_report_note(struct ota_job *job, const char *text);
void ota_report_log(void *job, const char *line); /* of the device: device_options.log */
void ota_report_end(struct ota_job *job);

/* After the last one, for more than one. */
void ota_report_summary(struct ota_report *report);

#endif
