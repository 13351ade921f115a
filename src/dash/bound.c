/* bound.c - endpoints whose fields are configuration keys: `ip` of the section "net" is net.ip.
 *
 * A change goes to flash at once, or nothing of it happens. What others have changed in RAM only
 * (RPC, Config.Set) is neither saved nor lost by it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <stdio.h>
#include <string.h>

#define FIELDS_MAX FLOTA_DASH_FIELDS_MAX

bool dash_is_bound(const struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    return endpoint->config && dash->config.config;
}

static void read_field(const struct flota_config *config, const char *key,
                       const struct flota_field *field, void *data)
{
    char *value = (char *)data + field->offset;
    bool truth;
    int32_t integer;
    switch (field->type) {
    case FLOTA_FIELD_BOOL:
        truth = flota_config_boolean(config, key);
        memcpy(value, &truth, sizeof truth);
        break;
    case FLOTA_FIELD_INT:
        integer = flota_config_integer(config, key);
        memcpy(value, &integer, sizeof integer);
        break;
    case FLOTA_FIELD_STRING:
        snprintf(value, field->size, "%s", flota_config_text(config, key));
        break;
    case FLOTA_FIELD_DOUBLE: /* there are no such keys */
        break;
    }
}

void dash_bound_read(const struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    char key[FLOTA_CONFIG_KEY_MAX];
    for (size_t i = 0; i < endpoint->field_count; i++) {
        snprintf(key, sizeof key, "%s.%s", endpoint->config, endpoint->fields[i].name);
        if (!flota_config_is_private(dash->config.config, key))
            read_field(dash->config.config, key, &endpoint->fields[i], endpoint->scratch);
    }
}

/* --- changes --- */

struct changes {
    struct flota_config_change list[FIELDS_MAX];
    char keys[FIELDS_MAX][FLOTA_CONFIG_KEY_MAX];
    char numbers[FIELDS_MAX][12];
    size_t count;
};

static const char *text_of(const struct flota_field *field, const void *data, char number[12])
{
    const char *value = (const char *)data + field->offset;
    bool truth;
    int32_t integer;
    if (field->type == FLOTA_FIELD_STRING)
        return value;
    if (field->type == FLOTA_FIELD_BOOL) {
        memcpy(&truth, value, sizeof truth);
        return truth ? "true" : "false";
    }
    memcpy(&integer, value, sizeof integer);
    snprintf(number, 12, "%ld", (long)integer);
    return number;
}

/* The fields that came. */
static void collect(const struct flota_endpoint *endpoint, uint64_t seen, struct changes *changes)
{
    changes->count = 0;
    for (size_t i = 0; i < endpoint->field_count && i < FIELDS_MAX; i++) {
        const struct flota_field *field = &endpoint->fields[i];
        char *key = changes->keys[changes->count];
        if (!(seen >> i & 1u))
            continue;
        snprintf(key, FLOTA_CONFIG_KEY_MAX, "%s.%s", endpoint->config, field->name);
        changes->list[changes->count] = (struct flota_config_change){
            key, text_of(field, endpoint->scratch, changes->numbers[changes->count])};
        changes->count++;
    }
}

/* A key that nobody has added, or that is not for people; NULL: none. */
static const char *unknown_key(const struct flota_config *config, const struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (!flota_config_find(config, changes->keys[i]) ||
            flota_config_is_private(config, changes->keys[i]))
            return changes->keys[i];
    return NULL;
}

int dash_bound_write(const struct flota_dash *dash, const struct flota_endpoint *endpoint,
                     uint64_t seen, struct flota_dash_fault *fault)
{
    struct changes changes;
    struct flota_config *config = dash->config.config;
    if (dash->config.is_quiet && !dash->config.is_quiet(dash->config.context)) {
        dash_fault(fault, NULL, "an update uses the flash, where this is kept",
                   "send it again when the update is over");
        return FLOTA_ERR_UPDATE_BUSY;
    }
    collect(endpoint, seen, &changes);
    const char *unknown = unknown_key(config, &changes);
    int error =
        unknown ? FLOTA_ERR_CONFIG_KEY : flota_config_store(config, changes.list, changes.count);
    if (error < 0)
        dash_fault(fault, unknown, flota_error_text(error)->cause, flota_error_text(error)->remedy);
    return error;
}
