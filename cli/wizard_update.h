/* wizard_update.h - a pretended firmware update for the live page: its phases, in words that say
 * what it is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_UPDATE_H
#define FLOTA_CLI_WIZARD_UPDATE_H

#include "flota/access.h"
#include "flota/http.h"
#include "flota/image.h"

#define WIZARD_UPDATE_TRIAL_MS 3000u

enum wizard_update_phase {
    WIZARD_UPDATE_IDLE,
    WIZARD_UPDATE_RECEIVING,
    WIZARD_UPDATE_RESTARTING,
    WIZARD_UPDATE_TRIAL,
    WIZARD_UPDATE_CONFIRMED
};

struct wizard_update {
    struct flota_access *access;
    uint8_t level; /* that an update needs */
    enum wizard_update_phase phase;
    const struct flota_http_connection *client; /* who uploads, or asks; else NULL */
    bool is_check;                              /* only asks what an upload would say */
    uint32_t since_ms, now_ms;
    uint32_t boot_id;
    uint64_t received, size;
    size_t head_size; /* of the file's first bytes */
    uint8_t head[FLOTA_IMAGE_HEAD_SIZE];
    char name[33], version[33], build_id[33]; /* of the file; "": not known */
    char running_version[33], running_build[33];
};

/* Serves "/api/firmware_update"; context: struct wizard_update. */
extern const struct flota_http_handler wizard_update_handler;

/* Its members are kept over another description. */
void wizard_update_turn(struct wizard_update *update, uint32_t now_ms);

/* The status, as flota_dash_config.status. */
int wizard_update_status(void *context, char *json, size_t size);

/* --- answers --- */

void wizard_update_respond_status(struct wizard_update *update,
                                  struct flota_http_connection *connection);
void wizard_update_respond_busy(const struct wizard_update *update,
                                struct flota_http_connection *connection);
void wizard_update_respond_check(const struct wizard_update *update,
                                 struct flota_http_connection *connection);
void wizard_update_respond_success(const struct wizard_update *update,
                                   struct flota_http_connection *connection);

#endif
