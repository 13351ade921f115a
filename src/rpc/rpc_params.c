/* rpc_params.c - the parameters of a call: checked against the method's table, then read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/base64.h"
#include "rpc_internal.h"
#include <stdio.h>
#include <string.h>

/* --- checking --- */

static const char *expectation(enum flota_rpc_type type)
{
    static const char *const words[] = {"an integer is", "a number is",        "true or false is",
                                        "a string is",   "a base64 string is", "an object is",
                                        "a value is"};
    return words[type];
}

static const char *name_of(enum rpc_token type)
{
    static const char *const words[] = {"an object", "an array", "a string",   "a number",
                                        "a boolean", "null",     "base64 data"};
    return words[type];
}

static bool is_of(const struct flota_rpc_json *json, int token, enum flota_rpc_type type)
{
    int64_t value;
    switch (type) {
    case FLOTA_RPC_INTEGER:
        return flota_rpc_json_is(json, token, RPC_TOKEN_NUMBER) &&
               flota_rpc_json_integer(flota_rpc_json_text(json, token), &value);
    case FLOTA_RPC_NUMBER:
        return flota_rpc_json_is(json, token, RPC_TOKEN_NUMBER);
    case FLOTA_RPC_BOOLEAN:
        return flota_rpc_json_is(json, token, RPC_TOKEN_BOOLEAN);
    case FLOTA_RPC_STRING:
    case FLOTA_RPC_BASE64:
        return flota_rpc_json_is(json, token, RPC_TOKEN_STRING);
    case FLOTA_RPC_OBJECT:
        return flota_rpc_json_is(json, token, RPC_TOKEN_OBJECT);
    default:
        return true;
    }
}

static void refuse(struct flota_rpc_call *call, const char *name, const char *why)
{
    char message[160];
    snprintf(message, sizeof message, "parameter %s: %s", name, why);
    flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, message);
}

static bool check_one(struct flota_rpc_call *call, const struct flota_rpc_param *param)
{
    const struct flota_rpc_json *json = &call->channel->json;
    int token = flota_rpc_json_find(json, call->params, param->name);
    char why[96];
    if (token < 0 && !param->required)
        return true;
    if (token >= 0 && is_of(json, token, param->type))
        return true;
    if (token < 0)
        snprintf(why, sizeof why, "%s expected, and it is missing", expectation(param->type));
    else
        snprintf(why, sizeof why, "%s expected, not %s", expectation(param->type),
                 param->type == FLOTA_RPC_INTEGER && json->tokens[token].type == RPC_TOKEN_NUMBER
                     ? "a fraction or a number out of range"
                     : name_of(json->tokens[token].type));
    refuse(call, param->name, why);
    return false;
}

bool flota_rpc_params_check(struct flota_rpc_call *call)
{
    for (uint8_t i = 0; i < call->method->param_count; i++)
        if (!check_one(call, &call->method->params[i]))
            return false;
    return true;
}

/* --- reading --- */

static int find(const struct flota_rpc_call *call, const char *name)
{
    return flota_rpc_json_find(&call->channel->json, call->params, name);
}

bool flota_rpc_param_integer(const struct flota_rpc_call *call, const char *name, int64_t *value)
{
    const struct flota_rpc_json *json = &call->channel->json;
    int token = find(call, name);
    return flota_rpc_json_is(json, token, RPC_TOKEN_NUMBER) &&
           flota_rpc_json_integer(flota_rpc_json_text(json, token), value);
}

bool flota_rpc_param_boolean(const struct flota_rpc_call *call, const char *name, bool *value)
{
    const struct flota_rpc_json *json = &call->channel->json;
    int token = find(call, name);
    if (!flota_rpc_json_is(json, token, RPC_TOKEN_BOOLEAN))
        return false;
    *value = flota_rpc_text_is(flota_rpc_json_text(json, token), "true");
    return true;
}

bool flota_rpc_param_string(struct flota_rpc_call *call, const char *name, char *text, size_t size)
{
    const struct flota_rpc_json *json = &call->channel->json;
    int token = find(call, name);
    char why[48];
    if (!flota_rpc_json_is(json, token, RPC_TOKEN_STRING))
        return false;
    int length = flota_rpc_json_unescape(flota_rpc_json_text(json, token), text, size);
    if (length >= 0 && !memchr(text, '\0', (size_t)length))
        return true;
    snprintf(why, sizeof why, "longer than %u bytes", (unsigned)size - 1u);
    refuse(call, name, length < 0 ? why : "a zero character is in it");
    return false;
}

/* PHP and others write the slashes of base64 as \/: so unescape first. */
static bool decode(struct flota_rpc_json *json, int token)
{
    struct flota_rpc_token *string = &json->tokens[token];
    char *text = json->text + string->start;
    size_t length = flota_rpc_json_unescape_token(json, token);
    int size = flota_base64_decode(text, length, text, length);
    if (size < 0)
        return false;
    string->end = (uint16_t)(string->start + size);
    return true;
}

bool flota_rpc_param_bytes(struct flota_rpc_call *call, const char *name, const uint8_t **data,
                           size_t *size)
{
    struct flota_rpc_json *json = &call->channel->json;
    int token = find(call, name);
    if (flota_rpc_json_is(json, token, RPC_TOKEN_STRING) && !decode(json, token)) {
        refuse(call, name, "no valid base64");
        return false;
    }
    if (!flota_rpc_json_is(json, token, RPC_TOKEN_BYTES))
        return false;
    struct flota_rpc_text text = flota_rpc_json_text(json, token);
    *data = (const uint8_t *)text.data;
    *size = text.size;
    return true;
}

bool flota_rpc_param_json(const struct flota_rpc_call *call, const char *name,
                          struct flota_rpc_text *text)
{
    int token = name ? find(call, name) : call->params;
    if (token < 0)
        return false;
    *text = flota_rpc_json_raw(&call->channel->json, token);
    return true;
}
