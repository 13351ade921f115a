/* ota_many.h - several updates side by side, one device or many.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_OTA_MANY_H
#define FLOTA_CLI_OTA_MANY_H

#include "ota_job.h"
#include <pthread.h>

struct ota_many {
    const struct ota_plan *plan;
    uint32_t parallel; /* at a time */
    bool json, quiet;
    struct ota_job *jobs; /* options.port and label are ours */
    size_t count;
    /* private */
    size_t next;
    pthread_mutex_t lock;
};

/* Add a device; the texts are copied. port: NULL for none; label: NULL for the port itself. */
void ota_many_add(struct ota_many *many, const char *port, const char *label);

/* Add those of a file: "PORT [NAME]" in each line, # begins a comment. Returns false after having
 * said what is wrong. */
bool ota_many_read(struct ota_many *many, const char *command, const char *path);

/* Run all. Returns the worst exit code. */
int ota_many_run(struct ota_many *many);

void ota_many_free(struct ota_many *many);

#endif
