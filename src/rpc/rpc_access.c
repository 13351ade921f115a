/* rpc_access.c - who may call what: the access list, and the credentials in a frame.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/rpc_auth.h"
#include "rpc_internal.h"
#include <stdio.h>
#include <string.h>

enum access { FOR_EVERYBODY, FOR_USER, FOR_NOBODY };

/* --- the access list --- */

/* * stands for any text, also none. */
static bool is_match(const char *pattern, size_t size, const char *name)
{
    size_t at = 0, star = SIZE_MAX;
    const char *resume = name;
    while (*name) {
        if (at < size && pattern[at] == '*') {
            star = at++;
            resume = name;
        } else if (at < size && pattern[at] == *name) {
            at++;
            name++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (at < size && pattern[at] == '*')
        at++;
    return at == size;
}

static bool is_plain(struct flota_rpc_text text)
{
    return text.size == 0 || !memchr(text.data, '\\', text.size);
}

/* An entry's text; {NULL, 0} when it has none. */
static struct flota_rpc_text entry_text(const struct flota_rpc_json *json, int entry,
                                        const char *key)
{
    int token = flota_rpc_json_find(json, entry, key);
    if (!flota_rpc_json_is(json, token, RPC_TOKEN_STRING))
        return (struct flota_rpc_text){NULL, 0};
    return flota_rpc_json_text(json, token);
}

/* Split the list; false when it is none, or an entry lacks something. */
static bool read_list(const char *acl, struct flota_rpc_json *json)
{
    /* The text is only read: parsing changes nothing in it. */
    if (flota_rpc_json_parse(json, (char *)(uintptr_t)acl, strlen(acl)) ||
        json->tokens[0].type != RPC_TOKEN_ARRAY)
        return false;
    for (int entry = 1; entry < json->count; entry = json->tokens[entry].next) {
        struct flota_rpc_text method = entry_text(json, entry, "method");
        struct flota_rpc_text who = entry_text(json, entry, "acl");
        if (!method.data || !who.data || !is_plain(method) || !is_plain(who))
            return false;
    }
    return true;
}

int flota_rpc_set_acl(struct flota_rpc *rpc, const char *acl)
{
    struct flota_rpc_json json;
    size_t size = acl ? strlen(acl) : 0;
    bool fits = size < sizeof rpc->acl;
    if (fits)
        memcpy(rpc->acl, acl ? acl : "", size + 1);
    rpc->is_acl_bad = !fits || (size > 0 && !read_list(rpc->acl, &json));
    return rpc->is_acl_bad ? FLOTA_ERR_BAD_VALUE : 0;
}

static enum access default_access(const struct flota_rpc *rpc,
                                  const struct flota_rpc_method *method)
{
    bool is_free = rpc->auth.kind == FLOTA_AUTH_KIND_NONE && !rpc->has_levels;
    if (method->is_public || (is_free && !rpc->is_acl_bad))
        return FOR_EVERYBODY;
    return FOR_USER;
}

static enum access access_of(const struct flota_rpc *rpc, const struct flota_rpc_method *method)
{
    struct flota_rpc_json json;
    if (!rpc->acl[0] || rpc->is_acl_bad || !read_list(rpc->acl, &json))
        return default_access(rpc, method);
    for (int entry = 1; entry < json.count; entry = json.tokens[entry].next) {
        struct flota_rpc_text pattern = entry_text(&json, entry, "method");
        struct flota_rpc_text who = entry_text(&json, entry, "acl");
        if (!is_match(pattern.data, pattern.size, method->name))
            continue;
        if (flota_rpc_text_is(who, "*"))
            return FOR_EVERYBODY;
        return who.size > 0 && flota_rpc_text_is(who, flota_rpc_user(rpc)) ? FOR_USER : FOR_NOBODY;
    }
    return default_access(rpc, method);
}

static bool has_credentials(const struct flota_rpc *rpc)
{
    return rpc->auth.kind != FLOTA_AUTH_KIND_NONE;
}

bool flota_rpc_acl_admits(const struct flota_rpc *rpc, const char *acl, const char *method)
{
    const struct flota_rpc_text name = {method, strlen(method)};
    const struct flota_rpc_method *found = flota_rpc_find(rpc, name, NULL);
    struct flota_rpc other = *rpc;
    if (!found || flota_rpc_set_acl(&other, acl) < 0)
        return false;
    enum access access = access_of(&other, found);
    return access == FOR_EVERYBODY ||
           (access == FOR_USER && (has_credentials(rpc) || rpc->has_levels));
}

/* --- credentials in a frame --- */

static struct flota_rpc_text literal(const char *text)
{
    return (struct flota_rpc_text){text, strlen(text)};
}

/* A text or number of the frame's "auth". A text is unescaped where it stands: read it once. */
static bool auth_text(struct flota_rpc_call *call, const char *key, enum rpc_token type,
                      struct flota_rpc_text *text)
{
    struct flota_rpc_json *json = &call->channel->json;
    int token = flota_rpc_json_find(json, call->auth, key);
    if (!flota_rpc_json_is(json, token, type))
        return false;
    *text = flota_rpc_json_text(json, token);
    if (type == RPC_TOKEN_STRING)
        text->size = flota_rpc_json_unescape_token(json, token);
    return true;
}

/* Returns false for what is no answer to our challenge; MD5 is not. */
static bool read_digest(struct flota_rpc_call *call, struct flota_rpc_digest *digest)
{
    struct flota_rpc_text algorithm;
    int64_t nonce;
    *digest = (struct flota_rpc_digest){
        .count = literal("1"), .method = literal("dummy_method"), .uri = literal("dummy_uri")};
    if (!auth_text(call, "realm", RPC_TOKEN_STRING, &digest->realm) ||
        !auth_text(call, "username", RPC_TOKEN_STRING, &digest->user) ||
        !auth_text(call, "response", RPC_TOKEN_STRING, &digest->response) ||
        !auth_text(call, "algorithm", RPC_TOKEN_STRING, &algorithm) ||
        !flota_rpc_text_is(algorithm, "SHA-256") ||
        !auth_text(call, "nonce", RPC_TOKEN_NUMBER, &digest->nonce_text) ||
        !flota_rpc_json_integer(digest->nonce_text, &nonce) || nonce < 1 || nonce > INT32_MAX)
        return false;
    digest->nonce = (uint32_t)nonce;
    return auth_text(call, "cnonce", RPC_TOKEN_NUMBER, &digest->cnonce) ||
           auth_text(call, "cnonce", RPC_TOKEN_STRING, &digest->cnonce);
}

/* 401 with a fresh nonce; the message is JSON, as existing clients expect it. */
static void challenge(struct flota_rpc_call *call)
{
    struct flota_rpc *rpc = call->channel->rpc;
    char message[128];
    if (call->is_bare) {
        flota_rpc_error(call, FLOTA_RPC_UNAUTHORIZED, "credentials are needed");
        return;
    }
    snprintf(message, sizeof message,
             "{\"auth_type\":\"digest\",\"nonce\":%lu,\"nc\":1,\"realm\":\"" FLOTA_RPC_REALM
             "\",\"algorithm\":\"SHA-256\"}",
             (unsigned long)flota_rpc_nonce(rpc, call->channel->now_ms));
    flota_rpc_error(call, FLOTA_RPC_UNAUTHORIZED, message);
}

static void pause_client(struct flota_rpc_call *call)
{
    char message[80];
    uint32_t ms = flota_rpc_pause_ms(call->channel->rpc, call->channel->now_ms);
    snprintf(message, sizeof message, "too many wrong answers; try again in %lu s",
             (unsigned long)((ms + 999u) / 1000u));
    flota_rpc_error(call, FLOTA_RPC_TOO_MANY, message);
}

static bool has_answered_right(struct flota_rpc_call *call)
{
    struct flota_rpc *rpc = call->channel->rpc;
    struct flota_rpc_digest digest;
    if (flota_rpc_pause_ms(rpc, call->channel->now_ms) > 0) {
        pause_client(call);
        return false;
    }
    enum flota_rpc_verdict verdict =
        read_digest(call, &digest) ? flota_rpc_digest_check(rpc, &digest, call->channel->now_ms)
                                   : FLOTA_RPC_AUTH_STALE;
    if (verdict == FLOTA_RPC_AUTH_RIGHT) {
        call->next_nonce = flota_rpc_nonce(rpc, call->channel->now_ms);
        return true;
    }
    if (flota_rpc_pause_ms(rpc, call->channel->now_ms) > 0)
        pause_client(call);
    else
        challenge(call);
    return false;
}

/* --- levels --- */

static uint8_t level_of(const struct flota_rpc *rpc, const struct flota_rpc_method *method)
{
    if (method->level == FLOTA_RPC_LEVEL_UPDATE)
        return rpc->update_level;
    if (method->level > 0)
        return method->level;
    return method->is_query ? 1 : 9;
}

static bool refuse(struct flota_rpc_call *call, int code, const char *message)
{
    flota_rpc_error(call, code, message);
    return false;
}

/* Users and their sessions are the page's; what carries none needs the firmware's credentials. */
static bool refuse_level(struct flota_rpc_call *call)
{
    const struct flota_rpc_origin *origin = &call->channel->origin;
    if (origin->level > 0)
        return refuse(call, FLOTA_RPC_FORBIDDEN,
                      "the user may not do this; sign in as another one");
    if (strcmp(origin->transport, "http") == 0 || strcmp(origin->transport, "ws") == 0)
        return refuse(call, FLOTA_RPC_UNAUTHORIZED,
                      "sign in on the device's page, or send a token");
    return refuse(call, FLOTA_RPC_FORBIDDEN,
                  "this way needs FLOTA_AUTH, which the firmware has not set; use HTTP, WebSocket "
                  "or the serial line");
}

static bool has_level(struct flota_rpc_call *call)
{
    const struct flota_rpc *rpc = call->channel->rpc;
    const struct flota_rpc_origin *origin = &call->channel->origin;
    return origin->level > 0 && origin->level >= level_of(rpc, call->method);
}

bool flota_rpc_access(struct flota_rpc_call *call)
{
    const struct flota_rpc *rpc = call->channel->rpc;
    const struct flota_rpc_origin *origin = &call->channel->origin;
    enum access access = access_of(rpc, call->method);
    if (call->method->is_local && !origin->is_local)
        return refuse(call, FLOTA_RPC_FORBIDDEN, "only at the device itself: on its serial line");
    if (access == FOR_EVERYBODY)
        return true;
    if (access == FOR_NOBODY || (!has_credentials(rpc) && !rpc->has_levels))
        return refuse(call, FLOTA_RPC_FORBIDDEN, "unauthorized");
    if (rpc->has_levels && has_level(call))
        return true;
    bool counts = !rpc->has_levels || origin->level == 0 || call->auth >= 0;
    if (has_credentials(rpc) && counts)
        return origin->is_trusted || has_answered_right(call);
    return (rpc->has_levels && origin->is_local) || refuse_level(call);
}
