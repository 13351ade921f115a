/* rpc_http_query.c - GET /rpc/METHOD?a=1: the query's values as the params object.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rpc_http_internal.h"
#include <string.h>

/* May the value stand in JSON as it is? What may not becomes a string, and the check of the
 * parameter's type says what was expected. */
static bool is_literal(enum flota_rpc_type type, const char *value)
{
    switch (type) {
    case FLOTA_RPC_INTEGER:
    case FLOTA_RPC_NUMBER:
        return value[0] != '\0' && strspn(value, "0123456789+-.eE") == strlen(value);
    case FLOTA_RPC_BOOLEAN:
        return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    case FLOTA_RPC_OBJECT:
        return value[0] == '{';
    case FLOTA_RPC_ANY:
        return value[0] != '\0' && strchr("{[\"-0123456789", value[0]);
    default:
        return false;
    }
}

static void add_value(struct flota_json *json, const struct flota_rpc_param *param,
                      const char *value)
{
    flota_json_key(json, param->name);
    if (is_literal(param->type, value))
        flota_json_raw(json, value);
    else if (param->type == FLOTA_RPC_BOOLEAN && strcmp(value, "1") == 0)
        flota_json_raw(json, "true");
    else if (param->type == FLOTA_RPC_BOOLEAN && strcmp(value, "0") == 0)
        flota_json_raw(json, "false");
    else
        flota_json_string(json, value, SIZE_MAX);
}

size_t flota_rpc_http_query(const struct flota_http_connection *connection,
                            const struct flota_rpc_method *method, char *text, size_t size)
{
    char value[FLOTA_HTTP_TARGET_MAX];
    struct flota_json json;
    flota_json_begin(&json, text, size);
    flota_json_raw(&json, "{");
    for (uint8_t i = 0; method && i < method->param_count; i++)
        if (flota_http_query(connection, method->params[i].name, value, sizeof value) >= 0)
            add_value(&json, &method->params[i], value);
    flota_json_raw(&json, "}");
    return json.full ? 0 : json.size;
}
