/* http_update_keys.c - GET and POST /api/firmware_keys: whose firmware this device takes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/json.h"
#include "http_update_internal.h"
#include <string.h>

static void add_slot(struct flota_json *json, const struct flota_key *key, unsigned slot)
{
    static const char *const states[] = {"empty", "active", "revoked"};
    char fingerprint[2 * sizeof key->hash + 1];
    flota_hex_text(key->hash, sizeof key->hash, fingerprint);
    flota_json_raw(json, slot == 0 ? "{" : ",{");
    flota_json_number(json, "slot", slot);
    flota_json_text(json, "state", states[key->state]);
    flota_json_text(json, "fingerprint", key->state == FLOTA_KEY_EMPTY ? NULL : fingerprint);
    flota_json_raw(json, "}");
}

static void reply_keys(const struct flota_http_update *service,
                       struct flota_http_connection *connection)
{
    const struct flota_trust *trust = service->config.ota->config.target->trust;
    char text[FLOTA_HTTP_TEXT_MAX];
    struct flota_json json;
    bool required = trust && trust->policy == FLOTA_SIGNATURES_REQUIRED;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    flota_json_text(&json, "policy", required ? "required" : "optional");
    flota_json_number(&json, "sequence", trust ? trust->sequence : 0);
    flota_json_key(&json, "slots");
    flota_json_raw(&json, "[");
    for (unsigned i = 0; trust && i < FLOTA_KEY_SLOTS; i++)
        add_slot(&json, &trust->keys[i], i);
    flota_json_raw(&json, "]}\r\n");
    flota_http_respond_text(connection, 200, "application/json", NULL, text);
}

static void keys_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    if (flota_http_is_method(connection, "GET")) {
        reply_keys(service, connection);
        return;
    }
    int error = flota_http_update_authorize(service, connection);
    if (error == 0 && !flota_ota_is_quiet(service->config.ota)) /* it goes into the journal */
        error = FLOTA_ERR_UPDATE_BUSY;
    if (error == 0 && !service->config.ota->config.target->trust)
        error = FLOTA_ERR_STATEMENT_BAD;
    if (error < 0) {
        flota_http_update_reply_error(service, connection, error);
        return;
    }
    service->statement_size = 0;
    service->statement_client = connection;
}

static size_t keys_body(void *context, struct flota_http_connection *connection,
                        const uint8_t *data, size_t size)
{
    struct flota_http_update *service = context;
    if (service->statement_client != connection) {
        flota_http_update_reply_error(service, connection, FLOTA_ERR_UPDATE_BUSY);
        return size;
    }
    if (size > sizeof service->statement - service->statement_size) {
        flota_http_update_reply_error(service, connection, FLOTA_ERR_STATEMENT_BAD);
        return size;
    }
    memcpy(service->statement + service->statement_size, data, size);
    service->statement_size += size;
    return size;
}

static void keys_end(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    const struct flota_image_target *target = service->config.ota->config.target;
    int error = !flota_ota_is_quiet(service->config.ota) || service->statement_client != connection
                    ? FLOTA_ERR_UPDATE_BUSY
                    : flota_trust_accept(target->trust, target->flash, service->statement,
                                         service->statement_size);
    if (error < 0) {
        flota_http_update_reply_error(service, connection, error);
        return;
    }
    flota_ota_log(service->config.ota, "keys changed by a signed statement");
    reply_keys(service, connection);
}

const struct flota_http_handler flota_http_keys_handler = {
    .begin = keys_begin,
    .body = keys_body,
    .end = keys_end,
};
