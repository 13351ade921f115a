/* rpc_frame.c - read a frame: who asks, for what, with which parameters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rpc_internal.h"
#include <stdio.h>
#include <string.h>

static int find(const struct flota_rpc_call *call, const char *key)
{
    return flota_rpc_json_find(&call->channel->json, 0, key);
}

static bool is(const struct flota_rpc_call *call, int token, enum rpc_token type)
{
    return flota_rpc_json_is(&call->channel->json, token, type);
}

static struct flota_rpc_text text_of(const struct flota_rpc_call *call, int token)
{
    return flota_rpc_json_text(&call->channel->json, token);
}

static bool refuse(struct flota_rpc_call *call, int code, const char *message)
{
    flota_rpc_error(call, code, message);
    return true;
}

static size_t raw_size(const struct flota_rpc_call *call, int token)
{
    return token < 0 ? 0 : flota_rpc_json_raw(&call->channel->json, token).size;
}

/* What the reply echoes. Returns NULL, or what is wrong with it. */
static const char *read_echoes(struct flota_rpc_call *call)
{
    struct flota_rpc_channel *channel = call->channel;
    int id = find(call, "id"), tag = find(call, "tag"), source = find(call, "src");
    if (id >= 0 && ((!is(call, id, RPC_TOKEN_NUMBER) && !is(call, id, RPC_TOKEN_STRING)) ||
                    raw_size(call, id) > FLOTA_RPC_ID_MAX))
        return "id: a number or a short string is expected";
    call->id = (int16_t)id;
    if (raw_size(call, tag) > FLOTA_RPC_TAG_MAX)
        return "tag: too long";
    call->tag = (int16_t)tag;
    if (source < 0)
        return NULL;
    int size = -1;
    if (is(call, source, RPC_TOKEN_STRING))
        size =
            flota_rpc_json_unescape(text_of(call, source), channel->source, sizeof channel->source);
    if (size >= 0 && !memchr(channel->source, '\0', (size_t)size))
        return NULL;
    channel->source[0] = '\0';
    return "src: a string of at most 127 bytes is expected";
}

/* Does somebody want to hear of it? "nr": true says no. */
static bool wants_reply(const struct flota_rpc_call *call)
{
    int silent = find(call, "nr");
    bool refused =
        is(call, silent, RPC_TOKEN_BOOLEAN) && flota_rpc_text_is(text_of(call, silent), "true");
    return call->id >= 0 && !refused;
}

/* Returns NULL, or what is wrong. */
static const char *read_params(struct flota_rpc_call *call)
{
    int params = find(call, "params");
    if (params < 0)
        params = find(call, "args");
    call->params = (int16_t)params;
    call->auth = (int16_t)find(call, "auth");
    return params < 0 || is(call, params, RPC_TOKEN_OBJECT) ? NULL
                                                            : "params: an object is expected";
}

static bool is_for_us(const struct flota_rpc_call *call)
{
    int destination = find(call, "dst");
    if (destination < 0)
        return true;
    struct flota_rpc_text text = text_of(call, destination);
    return is(call, destination, RPC_TOKEN_STRING) &&
           (text.size == 0 || flota_rpc_text_is(text, call->channel->rpc->device_id));
}

bool flota_rpc_frame_method(struct flota_rpc_call *call, struct flota_rpc_text name)
{
    char message[FLOTA_RPC_METHOD_MAX + 32];
    call->method = flota_rpc_find(call->channel->rpc, name, &call->service);
    if (call->method)
        return true;
    bool long_name = name.size >= FLOTA_RPC_METHOD_MAX;
    snprintf(message, sizeof message, "No handler for %.*s%s",
             long_name ? (int)FLOTA_RPC_METHOD_MAX - 1 : (int)name.size, name.data,
             long_name ? "..." : "");
    return refuse(call, FLOTA_RPC_NOT_FOUND, message);
}

static bool address_and_method(struct flota_rpc_call *call, struct flota_rpc_text name)
{
    char message[96];
    const char *error = read_params(call);
    if (!is_for_us(call)) {
        snprintf(message, sizeof message, "dst: this device is %.48s",
                 call->channel->rpc->device_id);
        return refuse(call, FLOTA_RPC_NOT_FOUND, message);
    }
    if (error)
        return refuse(call, FLOTA_RPC_BAD_REQUEST, error);
    return flota_rpc_frame_method(call, name);
}

bool flota_rpc_frame_read(struct flota_rpc_call *call, const char *method)
{
    const char *error = read_echoes(call);
    int name = find(call, "method");
    if (!method && name < 0 && (find(call, "result") >= 0 || find(call, "error") >= 0))
        return false; /* somebody's reply */
    if (error) {
        call->wants_reply = true;
        return refuse(call, FLOTA_RPC_BAD_REQUEST, error);
    }
    call->wants_reply = wants_reply(call);
    if (method)
        return address_and_method(call, (struct flota_rpc_text){method, strlen(method)});
    if (!is(call, name, RPC_TOKEN_STRING))
        return refuse(call, FLOTA_RPC_BAD_REQUEST, "method: a string is expected");
    return address_and_method(call, text_of(call, name));
}
