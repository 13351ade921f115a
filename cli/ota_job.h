/* ota_job.h - the update of one device, from the first look to the verdict.
 *
 *     checking, receiving, verifying, restarting, trial, confirmed; or rolled-back, failed
 *
 * Several jobs run side by side in threads; what they have to say goes through the report.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_OTA_JOB_H
#define FLOTA_CLI_OTA_JOB_H

#include "device.h"
#include "device_words.h"
#include "ota_file.h"

enum ota_phase {
    OTA_WAITING, /* for its turn */
    OTA_CHECKING,
    OTA_RECEIVING,
    OTA_VERIFYING,
    OTA_RESTARTING,
    OTA_TRIAL,
    OTA_CONFIRMED,
    OTA_ROLLED_BACK,
    OTA_FAILED,
    OTA_DONE /* as far as was asked for: --no-wait, --dry-run, a foreign image */
};

/* What is to be done, the same for all devices. */
struct ota_plan {
    const char *command;
    const struct ota_file *file; /* NULL: the device fetches url */
    const struct ota_plan *next; /* the same with a file for another board; NULL: none */
    const char *url;
    struct flota_image_consents consents;
    uint32_t commit_timeout_s; /* 0: the firmware's own */
    bool confirm;              /* what waits for a person's confirmation */
    bool no_wait;
    bool no_check;
    bool dry_run;
};

struct ota_report;

struct ota_job {
    const struct ota_plan *plan;
    struct ota_report *report;
    const char *label;
    struct device_options options;
    char source[32]; /* options.source: a connection goes on with what an earlier one began */
    struct device device;
    bool is_open;

    /* What the device said before anything was changed. */
    double boot_id;    /* 0: it tells none */
    char running[128]; /* "project1 1.4.2" */
    char running_build[80];
    char new_build[80]; /* "": not known */

    enum ota_phase phase;
    uint32_t sent, size; /* bytes, where the device tells: in its flash, of the image */
    unsigned said_percent;
    char outcome[DEVICE_WORDS_MAX]; /* "project1 1.5.0", or what was done */
    struct device_error error;
    enum exit_code exit;
};

/* Do all of it. Fills phase, outcome, error and exit. */
void ota_job_run(struct ota_job *job);

/* --- between its files --- */

/* Add what the plan consents to, and its commit timeout, to the parameters of a method. */
void ota_job_add_wishes(const struct ota_plan *plan, cJSON *params);

/* Open the device, unless it is, and ask for its status. */
bool ota_job_status(struct ota_job *job, cJSON **status);

/* The same until it answers, or seconds have passed: it may be restarting. */
bool ota_job_reach(struct ota_job *job, double seconds, cJSON **status);
void ota_job_close(struct ota_job *job);

/* Has the connection failed, not the update? */
bool ota_job_is_lost(const struct device_error *error);

/* Send the file, or let the device fetch it (ota_send.c, ota_pull.c): returns when the device has
 * all of it and has found it good. */
bool ota_job_send(struct ota_job *job, const cJSON *status);
bool ota_job_pull(struct ota_job *job);

/* Wait for the verdict (ota_verdict.c). */
bool ota_job_await(struct ota_job *job);

#endif
