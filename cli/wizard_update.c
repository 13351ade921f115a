/* wizard_update.c - see wizard_update.h. Its answers: wizard_update_status.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_update.h"
#include <stdio.h>
#include <string.h>

#define RATE       300u   /* bytes per ms that this flash seems to take */
#define AHEAD      16384u /* bytes that it takes at once */
#define VERIFY_MS  800u
#define RESTART_MS 2000u

/* --- the file --- */

static void read_head(struct wizard_update *update)
{
    struct flota_image_info info;
    bool found = flota_image_find_info(update->head, (uint32_t)update->head_size, &info) >= 0 &&
                 info.magic == FLOTA_IMAGE_INFO_MAGIC;
    update->name[0] = update->version[0] = update->build_id[0] = '\0';
    if (!found)
        return;
    snprintf(update->name, sizeof update->name, "%.32s", info.name);
    snprintf(update->version, sizeof update->version, "%.32s", info.version);
    flota_build_id_text(&info, update->build_id);
}

static void take_head(struct wizard_update *update, const uint8_t *data, size_t size)
{
    size_t room = sizeof update->head - update->head_size;
    size_t part = size < room ? size : room;
    memcpy(update->head + update->head_size, data, part);
    update->head_size += part;
    if (part > 0 && update->head_size == sizeof update->head)
        read_head(update);
}

static void enter(struct wizard_update *update, enum wizard_update_phase phase)
{
    update->phase = phase;
    update->since_ms = update->now_ms;
}

static bool is_busy(const struct wizard_update *update)
{
    return update->client || update->phase == WIZARD_UPDATE_RECEIVING ||
           update->phase == WIZARD_UPDATE_RESTARTING;
}

static void begin_file(struct wizard_update *update, struct flota_http_connection *connection,
                       bool is_check)
{
    update->client = connection;
    update->is_check = is_check;
    update->head_size = 0;
    read_head(update);
    if (is_check)
        return;
    update->received = 0;
    update->size = flota_http_body_size(connection);
    if (update->size == UINT64_MAX)
        update->size = 0;
    enter(update, WIZARD_UPDATE_RECEIVING);
}

/* --- the handler --- */

static bool asks(const struct flota_http_connection *connection, const char *name)
{
    char value[8];
    return flota_http_query(connection, name, value, sizeof value) >= 0;
}

static void begin(void *context, struct flota_http_connection *connection)
{
    struct wizard_update *update = context;
    int refused;
    if (flota_http_is_method(connection, "GET")) {
        wizard_update_respond_status(update, connection);
        return;
    }
    refused = flota_access_check(update->access, connection, update->level);
    if (refused < 0)
        flota_access_refuse(update->access, connection, refused, true);
    else if (asks(connection, "confirm") || asks(connection, "revert") ||
             asks(connection, "seen") || asks(connection, "cancel"))
        wizard_update_respond_status(update, connection);
    else if (is_busy(update))
        wizard_update_respond_busy(update, connection);
    else
        begin_file(update, connection, asks(connection, "check"));
}

static size_t take(void *context, struct flota_http_connection *connection, const uint8_t *data,
                   size_t size)
{
    struct wizard_update *update = context;
    if (update->client != connection)
        return size;
    uint64_t passed = flota_http_now_ms(connection) - update->since_ms;
    uint64_t room = passed * RATE + AHEAD - update->received;
    if (!update->is_check && room < size)
        size = (int64_t)room > 0 ? (size_t)room : 0;
    take_head(update, data, size);
    update->received += update->is_check ? 0 : size;
    return size;
}

static void end(void *context, struct flota_http_connection *connection)
{
    struct wizard_update *update = context;
    if (update->client != connection)
        return;
    if (update->is_check) {
        wizard_update_respond_check(update, connection);
        return;
    }
    update->size = update->received;
    update->since_ms = update->now_ms; /* of verifying */
}

/* Verifying. */
static void wait_for_flash(void *context, struct flota_http_connection *connection)
{
    struct wizard_update *update = context;
    if (update->client != connection || update->now_ms - update->since_ms < VERIFY_MS)
        return;
    wizard_update_respond_success(update, connection);
    enter(update, WIZARD_UPDATE_RESTARTING);
}

static void done(void *context, struct flota_http_connection *connection, bool sent, int reason)
{
    struct wizard_update *update = context;
    (void)sent;
    (void)reason;
    if (update->client != connection)
        return;
    update->client = NULL;
    if (update->phase == WIZARD_UPDATE_RECEIVING)
        enter(update, WIZARD_UPDATE_IDLE);
}

const struct flota_http_handler wizard_update_handler = {
    .begin = begin, .body = take, .end = end, .wait = wait_for_flash, .done = done};

static void restart(struct wizard_update *update)
{
    update->boot_id++;
    if (update->name[0]) {
        snprintf(update->running_version, sizeof update->running_version, "%s", update->version);
        snprintf(update->running_build, sizeof update->running_build, "%s", update->build_id);
    }
    enter(update, WIZARD_UPDATE_TRIAL);
}

void wizard_update_turn(struct wizard_update *update, uint32_t now_ms)
{
    update->now_ms = now_ms;
    uint32_t passed = now_ms - update->since_ms;
    if (update->phase == WIZARD_UPDATE_RESTARTING && passed >= RESTART_MS)
        restart(update);
    else if (update->phase == WIZARD_UPDATE_TRIAL && passed >= WIZARD_UPDATE_TRIAL_MS)
        enter(update, WIZARD_UPDATE_CONFIRMED);
}
