/* rpc_reply.c - write the answer, and what stands around it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "rpc_internal.h"
#include <stdio.h>
#include <string.h>

/* Room kept for what follows a result: ,"auth":{"nextnonce":2147483647}} */
#define TAIL_SIZE 40u

/* Longest piece of a message, before escapes: an error must always fit. */
#define MESSAGE_MAX 320u

/* --- the envelope --- */

static void write_token(struct flota_rpc_call *call, const char *key, int token)
{
    if (token < 0)
        return;
    struct flota_rpc_text raw = flota_rpc_json_raw(&call->channel->json, token);
    flota_json_key(&call->channel->writer, key);
    flota_json_bytes(&call->channel->writer, raw.data, raw.size);
}

/* {"id":..,"src":..,"dst":..,"tag":..,"result": */
static void begin(struct flota_rpc_call *call, const char *key)
{
    struct flota_rpc_channel *channel = call->channel;
    struct flota_json *json = &channel->writer;
    flota_json_begin(json, channel->reply, channel->reply_max + 1 - TAIL_SIZE);
    call->is_answered = true;
    call->code = 0;
    if (!call->is_bare) {
        flota_json_raw(json, "{");
        write_token(call, "id", call->id);
        flota_json_text(json, "src", channel->rpc->device_id);
        if (channel->source[0])
            flota_json_text(json, "dst", channel->source);
        write_token(call, "tag", call->tag);
        flota_json_key(json, key);
    }
    call->result_offset = json->size;
}

static void write_error(struct flota_rpc_call *call, int code, const char *message, int error)
{
    struct flota_json *json = &call->channel->writer;
    begin(call, "error");
    call->code = code;
    flota_json_raw(json, "{");
    flota_json_number(json, "code", code);
    flota_json_key(json, "message");
    flota_json_string(json, message, MESSAGE_MAX);
    if (error != 0) {
        flota_json_key(json, "flota");
        flota_json_raw(json, "{");
        flota_json_number(json, "code", error);
        flota_json_text(json, "name", flota_error_text(error)->name);
        flota_json_raw(json, "}");
    }
    flota_json_raw(json, "}");
}

static void replace_too_long(struct flota_rpc_call *call)
{
    char message[96];
    snprintf(message, sizeof message,
             "the answer is longer than %u bytes: ask for less, or over another transport",
             (unsigned)call->channel->reply_max);
    write_error(call, FLOTA_RPC_FAILED, message, 0);
}

void flota_rpc_reply_end(struct flota_rpc_call *call)
{
    struct flota_json *json = &call->channel->writer;
    if (!call->is_answered)
        begin(call, "result");
    if (json->size == call->result_offset && !json->full)
        flota_json_raw(json, "null");
    if (json->full)
        replace_too_long(call);
    json->capacity += TAIL_SIZE;
    if (call->is_bare)
        return;
    if (call->next_nonce != 0) {
        flota_json_raw(json, ",\"auth\":{");
        flota_json_number(json, "nextnonce", (int64_t)call->next_nonce);
        flota_json_raw(json, "}");
    }
    flota_json_raw(json, "}");
}

/* --- a method's side --- */

struct flota_json *flota_rpc_result(struct flota_rpc_call *call)
{
    begin(call, "result");
    return &call->channel->writer;
}

void flota_rpc_null(struct flota_rpc_call *call)
{
    flota_json_raw(flota_rpc_result(call), "null");
}

size_t flota_rpc_result_max(const struct flota_rpc_call *call)
{
    const struct flota_rpc_channel *channel = call->channel;
    size_t envelope = TAIL_SIZE + 40u + strlen(channel->rpc->device_id);
    envelope += channel->source[0] ? strlen(channel->source) + 9u : 0;
    if (call->id >= 0)
        envelope += flota_rpc_json_raw(&channel->json, call->id).size;
    if (call->tag >= 0)
        envelope += flota_rpc_json_raw(&channel->json, call->tag).size;
    return channel->reply_max - envelope;
}

void flota_rpc_error(struct flota_rpc_call *call, int code, const char *message)
{
    write_error(call, code, message, 0);
}

/* Whose fault it is, in the codes that RPC has. */
static int code_of(int error)
{
    switch (error) {
    case FLOTA_ERR_UNAUTHORIZED:
        return FLOTA_RPC_UNAUTHORIZED;
    case FLOTA_ERR_BAD_ORIGIN:
        return FLOTA_RPC_FORBIDDEN;
    case FLOTA_ERR_CONFIG_KEY:
        return FLOTA_RPC_NOT_FOUND;
    case FLOTA_ERR_UPDATE_BUSY:
        return FLOTA_RPC_TOO_MANY;
    case FLOTA_ERR_CONFIG_VALUE:
    case FLOTA_ERR_CONFIG_FULL:
    case FLOTA_ERR_URL_BAD:
    case FLOTA_ERR_URL_SCHEME:
        return FLOTA_RPC_BAD_REQUEST;
    default:
        return error > -400 ? FLOTA_RPC_BAD_REQUEST : FLOTA_RPC_FAILED;
    }
}

void flota_rpc_error_with(struct flota_rpc_call *call, int error, const char *message)
{
    write_error(call, code_of(error), message, error);
}

void flota_rpc_error_about(struct flota_rpc_call *call, int error, const char *subject)
{
    const struct flota_error_text *text = flota_error_text(error);
    char message[MESSAGE_MAX];
    snprintf(message, sizeof message, "%s%s%s; %s", subject, subject[0] ? ": " : "", text->cause,
             text->remedy);
    flota_rpc_error_with(call, error, message);
}

void flota_rpc_error_of(struct flota_rpc_call *call, int error)
{
    flota_rpc_error_about(call, error, "");
}

bool flota_rpc_is_answered(const struct flota_rpc_call *call)
{
    return call->is_answered;
}
