/* flota/rpc_channel.h - the memory of one RPC channel, for those who give it. See rpc.h.
 *
 * Treat all members as private.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_CHANNEL_H
#define FLOTA_RPC_CHANNEL_H

#include "flota/rpc.h"

/* A value of a JSON text. Strings: without their quotes. */
struct flota_rpc_token {
    uint16_t start, end; /* in the text */
    uint8_t type;        /* enum rpc_token of rpc_json.h */
    uint8_t size;        /* members of an object (keys), elements of an array */
    uint8_t next;        /* the token behind this one and all it contains */
};

struct flota_rpc_json {
    char *text;
    uint8_t count;
    struct flota_rpc_token tokens[FLOTA_RPC_TOKENS_MAX];
};

enum flota_rpc_channel_state {
    FLOTA_RPC_CHANNEL_READY,
    FLOTA_RPC_CHANNEL_WAITS, /* the method is asked again at each poll */
    FLOTA_RPC_CHANNEL_REPLIES
};

/* The call in progress. Members that are tokens of the frame: -1 when there is none. */
struct flota_rpc_call {
    struct flota_rpc_channel *channel;
    const struct flota_rpc_method *method;
    const struct flota_rpc_service *service;
    int16_t id, tag, params, auth;
    bool is_bare;     /* params in, result out, no frame around them */
    bool wants_reply; /* it has an id, or is bare */
    bool is_again;
    bool is_answered;
    int code;             /* of the error, 0 for a result */
    uint32_t next_nonce;  /* given with the reply to an authenticated call; 0: none */
    size_t result_offset; /* in the reply */
};

struct flota_rpc_channel {
    struct flota_rpc *rpc; /* NULL when it is not open */
    struct flota_rpc_origin origin;
    enum flota_rpc_channel_state state;
    uint32_t now_ms;
    size_t reply_max;
    struct flota_rpc_call call;
    struct flota_json writer;
    struct flota_rpc_json json; /* of frame */
    char source[FLOTA_RPC_SOURCE_MAX];
    char frame[FLOTA_RPC_BUFFER_SIZE];
    char reply[FLOTA_RPC_REPLY_MAX];
};

#endif
