/* rpc_channel.c - one call after the other: taken, served, answered.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rpc_internal.h"
#include <stdio.h>
#include <string.h>

/* Shorter replies would not hold the longest envelope with an error. */
#define REPLY_LIMIT_MIN 1400u

/* --- life cycle --- */

void flota_rpc_open(struct flota_rpc_channel *channel, struct flota_rpc *rpc,
                    const struct flota_rpc_origin *origin, uint32_t now_ms)
{
    channel->rpc = rpc;
    channel->origin = *origin;
    channel->state = FLOTA_RPC_CHANNEL_READY;
    channel->now_ms = now_ms;
    channel->reply_max = FLOTA_RPC_REPLY_MAX - 1;
    channel->source[0] = '\0';
    channel->call = (struct flota_rpc_call){.channel = channel};
}

void flota_rpc_limit_reply(struct flota_rpc_channel *channel, size_t size)
{
    if (size < REPLY_LIMIT_MIN)
        size = REPLY_LIMIT_MIN;
    channel->reply_max = size < FLOTA_RPC_REPLY_MAX ? size : FLOTA_RPC_REPLY_MAX - 1;
}

bool flota_rpc_is_ready(const struct flota_rpc_channel *channel)
{
    return channel->rpc && channel->state == FLOTA_RPC_CHANNEL_READY;
}

char *flota_rpc_buffer(struct flota_rpc_channel *channel)
{
    return channel->frame;
}

static void tell_sent(struct flota_rpc_call *call)
{
    if (call->method && call->method->sent)
        call->method->sent(call->service->context, call);
}

void flota_rpc_sent(struct flota_rpc_channel *channel)
{
    if (!channel->rpc || channel->state != FLOTA_RPC_CHANNEL_REPLIES)
        return;
    channel->state = FLOTA_RPC_CHANNEL_READY;
    if (channel->call.code == 0) {
        channel->rpc->served++;
        channel->rpc->served_away += !channel->origin.is_local;
    }
    tell_sent(&channel->call);
}

void flota_rpc_close(struct flota_rpc_channel *channel)
{
    struct flota_rpc_call *call = &channel->call;
    enum flota_rpc_channel_state state = channel->state;
    if (!channel->rpc)
        return;
    channel->state = FLOTA_RPC_CHANNEL_READY;
    if (state == FLOTA_RPC_CHANNEL_REPLIES)
        tell_sent(call);
    else if (state == FLOTA_RPC_CHANNEL_WAITS && call->method->gone)
        call->method->gone(call->service->context, call);
    channel->rpc = NULL;
}

/* --- serving --- */

/* The call is over: its reply is to go out, if anybody wants it. */
static void conclude(struct flota_rpc_call *call)
{
    struct flota_rpc_channel *channel = call->channel;
    if (call->wants_reply) {
        flota_rpc_reply_end(call);
        channel->state = FLOTA_RPC_CHANNEL_REPLIES;
        return;
    }
    channel->state = FLOTA_RPC_CHANNEL_READY;
    tell_sent(call);
}

static void serve(struct flota_rpc_call *call)
{
    int result = call->method->handle(call->service->context, call);
    if (result == FLOTA_RPC_WAIT && !call->is_answered) {
        call->channel->state = FLOTA_RPC_CHANNEL_WAITS;
        call->is_again = true;
        return;
    }
    if (result < 0)
        flota_rpc_error_of(call, result);
    conclude(call);
}

/* The frame was read: decide. A call that was refused has no method to tell. */
static void decide(struct flota_rpc_call *call)
{
    if (!call->is_answered && call->channel->rpc->is_restarting)
        flota_rpc_error(call, FLOTA_RPC_RESTARTING, "the device restarts");
    if (!call->is_answered && flota_rpc_access(call) && flota_rpc_params_check(call)) {
        serve(call);
        return;
    }
    call->method = NULL;
    conclude(call);
}

/* --- taking --- */

static void begin(struct flota_rpc_channel *channel, uint32_t now_ms)
{
    channel->now_ms = now_ms;
    channel->source[0] = '\0';
    channel->call =
        (struct flota_rpc_call){.channel = channel, .id = -1, .tag = -1, .params = -1, .auth = -1};
}

/* Copy and split a text. Returns NULL, or why it can't be taken. */
static const char *keep(struct flota_rpc_channel *channel, const char *text, size_t size)
{
    _Static_assert(FLOTA_RPC_FRAME_MAX == 6144, "as the message says");
    if (size > FLOTA_RPC_FRAME_MAX)
        return "it is longer than 6144 bytes";
    if (size > 0)
        memmove(channel->frame, text, size); /* it may lie there already */
    const char *error = flota_rpc_json_parse(&channel->json, channel->frame, size);
    if (!error && channel->json.tokens[0].type != RPC_TOKEN_OBJECT)
        error = "an object is expected";
    return error;
}

static void refuse_text(struct flota_rpc_call *call, const char *what, const char *why)
{
    char message[96];
    snprintf(message, sizeof message, "%s: %s", what, why);
    call->wants_reply = true;
    flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, message);
    conclude(call);
}

static void take_frame(struct flota_rpc_channel *channel, const char *method, const char *frame,
                       size_t size)
{
    const char *error = keep(channel, frame, size);
    if (error)
        refuse_text(&channel->call, "no frame", error);
    else if (flota_rpc_frame_read(&channel->call, method))
        decide(&channel->call);
}

bool flota_rpc_take(struct flota_rpc_channel *channel, const char *frame, size_t size,
                    uint32_t now_ms)
{
    if (!flota_rpc_is_ready(channel))
        return false;
    begin(channel, now_ms);
    take_frame(channel, NULL, frame, size);
    return true;
}

bool flota_rpc_take_named(struct flota_rpc_channel *channel, const char *method, const char *frame,
                          size_t size, uint32_t now_ms)
{
    if (!flota_rpc_is_ready(channel))
        return false;
    begin(channel, now_ms);
    take_frame(channel, method, size ? frame : "{}", size ? size : 2);
    return true;
}

static void take_bare(struct flota_rpc_call *call, const char *method, const char *params,
                      size_t size)
{
    const char *error = keep(call->channel, size ? params : "{}", size ? size : 2);
    call->is_bare = true;
    call->wants_reply = true;
    if (error) {
        refuse_text(call, "params", error);
        return;
    }
    call->params = 0;
    flota_rpc_frame_method(call, (struct flota_rpc_text){method, strlen(method)});
    decide(call);
}

bool flota_rpc_take_call(struct flota_rpc_channel *channel, const char *method, const char *params,
                         size_t size, uint32_t now_ms)
{
    if (!flota_rpc_is_ready(channel))
        return false;
    begin(channel, now_ms);
    take_bare(&channel->call, method, params, size);
    return true;
}

void flota_rpc_poll(struct flota_rpc_channel *channel, uint32_t now_ms)
{
    channel->now_ms = now_ms;
    if (channel->rpc && channel->state == FLOTA_RPC_CHANNEL_WAITS)
        serve(&channel->call);
}

/* --- the reply --- */

size_t flota_rpc_reply(const struct flota_rpc_channel *channel, const char **text)
{
    bool replies = channel->rpc && channel->state == FLOTA_RPC_CHANNEL_REPLIES;
    *text = replies ? channel->reply : "";
    return replies ? channel->writer.size : 0;
}

int flota_rpc_reply_code(const struct flota_rpc_channel *channel)
{
    return channel->call.code;
}

const char *flota_rpc_reply_to(const struct flota_rpc_channel *channel)
{
    return channel->source;
}

bool flota_rpc_is_authenticated(const struct flota_rpc_channel *channel)
{
    const struct flota_rpc *rpc = channel->rpc;
    const struct flota_rpc_origin *origin = &channel->origin;
    bool is_free = rpc && rpc->auth.kind == FLOTA_AUTH_KIND_NONE && !rpc->has_levels;
    return rpc &&
           (is_free || origin->is_trusted || origin->level > 0 || channel->call.next_nonce != 0);
}

/* --- a method's side --- */

bool flota_rpc_is_again(const struct flota_rpc_call *call)
{
    return call->is_again;
}

uint32_t flota_rpc_now_ms(const struct flota_rpc_call *call)
{
    return call->channel->now_ms;
}

const struct flota_rpc_origin *flota_rpc_call_origin(const struct flota_rpc_call *call)
{
    return &call->channel->origin;
}

struct flota_rpc *flota_rpc_of(const struct flota_rpc_call *call)
{
    return call->channel->rpc;
}

const void *flota_rpc_call_channel(const struct flota_rpc_call *call)
{
    return call->channel;
}
