/* rpc_json.h - inside RPC: a JSON text, checked strictly and split into values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_JSON_H
#define FLOTA_RPC_JSON_H

#include "flota/rpc.h"

enum rpc_token {
    RPC_TOKEN_OBJECT,
    RPC_TOKEN_ARRAY,
    RPC_TOKEN_STRING,
    RPC_TOKEN_NUMBER,
    RPC_TOKEN_BOOLEAN,
    RPC_TOKEN_NULL,
    RPC_TOKEN_BYTES /* was a string; unescaped or decoded in place */
};

/* Split text, of which nothing is copied. Only RFC 8259 passes, in valid UTF-8, without a key
 * twice in an object. Returns NULL, or why not, in words. */
const char *flota_rpc_json_parse(struct flota_rpc_json *json, char *text, size_t size);

/* Does the text follow the grammar? Returns NULL, or why not. */
const char *flota_rpc_json_check(const char *text, size_t size);

/* The value of an object's member. Returns its token, -1 when there is none or it is null. */
int flota_rpc_json_find(const struct flota_rpc_json *json, int object, const char *key);

/* A token's text: of a string without its quotes, still escaped; _raw: as it is written. */
struct flota_rpc_text flota_rpc_json_text(const struct flota_rpc_json *json, int token);
struct flota_rpc_text flota_rpc_json_raw(const struct flota_rpc_json *json, int token);

bool flota_rpc_json_is(const struct flota_rpc_json *json, int token, enum rpc_token type);

/* Unescape a string; size includes the final zero. text may be where the string stands, then
 * without one. A surrogate alone becomes U+FFFD. Returns its bytes, -1 when it does not fit. */
int flota_rpc_json_unescape(struct flota_rpc_text string, char *text, size_t size);

/* Unescape a string token where it stands; it becomes RPC_TOKEN_BYTES. Returns its bytes. */
size_t flota_rpc_json_unescape_token(struct flota_rpc_json *json, int token);

/* Digits, perhaps with a minus, in range. */
bool flota_rpc_json_integer(struct flota_rpc_text number, int64_t *value);

bool flota_rpc_text_is(struct flota_rpc_text text, const char *other);

#endif
