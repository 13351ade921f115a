/* rpc_http_auth.c - the Authorization header: Bearer and Basic by auth.c, Digest here.
 *
 * Source: RFC 7616 sections 3.3 and 3.4, RFC 9110 11.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../rpc/rpc_json.h"
#include "flota/http_update.h" /* flota_auth_check_credentials() */
#include "flota/rpc_auth.h"
#include "rpc_http_internal.h"
#include <stdio.h>
#include <string.h>

#define NONCE_DIGITS 8u

/* --- the header's fields: name=value, name="value" --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip(struct flota_http_text *rest, size_t size)
{
    rest->data += size;
    rest->size -= size;
}

static void skip_blanks(struct flota_http_text *rest)
{
    while (rest->size > 0 && (is_blank(rest->data[0]) || rest->data[0] == ','))
        skip(rest, 1);
}

static bool is_in(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

/* Up to one of the characters of ends, which is not taken. */
static struct flota_rpc_text take_until(struct flota_http_text *rest, const char *ends)
{
    struct flota_rpc_text text = {rest->data, 0};
    while (text.size < rest->size && !is_in(rest->data[text.size], ends))
        text.size++;
    skip(rest, text.size);
    return text;
}

/* A value with an escape in its quotes is none of ours: refused. */
static bool take_value(struct flota_http_text *rest, struct flota_rpc_text *value)
{
    if (rest->size == 0 || rest->data[0] != '"') {
        *value = take_until(rest, ", \t");
        return value->size > 0;
    }
    skip(rest, 1);
    *value = take_until(rest, "\"\\");
    if (rest->size == 0 || rest->data[0] != '"')
        return false;
    skip(rest, 1);
    return true;
}

/* The next field. Returns false at the end, or where the form is broken. */
static bool next_field(struct flota_http_text *rest, struct flota_rpc_text *name,
                       struct flota_rpc_text *value)
{
    skip_blanks(rest);
    if (rest->size == 0)
        return false;
    *name = take_until(rest, "= \t,");
    if (rest->size == 0 || rest->data[0] != '=')
        return false;
    skip(rest, 1);
    return take_value(rest, value);
}

/* A field's value; false when it is missing or stands there twice. */
static bool field(struct flota_http_text rest, const char *wanted, struct flota_rpc_text *value)
{
    struct flota_rpc_text name, other;
    int count = 0;
    while (next_field(&rest, &name, &other)) {
        if (!flota_http_text_is((struct flota_http_text){name.data, name.size}, wanted))
            continue;
        *value = other;
        count++;
    }
    return count == 1;
}

/* --- Digest --- */

static bool read_nonce(struct flota_rpc_text text, uint32_t *nonce)
{
    *nonce = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *nonce = *nonce << 4 | (uint32_t)digit;
    }
    return text.size == NONCE_DIGITS;
}

static const char *method_of(const struct flota_http_connection *connection)
{
    if (flota_http_is_method(connection, "POST"))
        return "POST";
    return flota_http_is_method(connection, "HEAD") ? "HEAD" : "GET";
}

/* Is uri the request's own target, query included? An answer counts for nothing else. */
static bool is_target(const struct flota_http_connection *connection, struct flota_rpc_text uri)
{
    struct flota_http_text target = connection->target;
    return target.size == uri.size && memcmp(target.data, uri.data, uri.size) == 0;
}

static bool read_digest(const struct flota_http_connection *connection,
                        struct flota_http_text fields, struct flota_rpc_digest *digest)
{
    struct flota_rpc_text algorithm, qop;
    const char *method = method_of(connection);
    digest->method = (struct flota_rpc_text){method, strlen(method)};
    return field(fields, "username", &digest->user) && field(fields, "realm", &digest->realm) &&
           field(fields, "nonce", &digest->nonce_text) && field(fields, "uri", &digest->uri) &&
           field(fields, "response", &digest->response) && field(fields, "nc", &digest->count) &&
           field(fields, "cnonce", &digest->cnonce) && field(fields, "qop", &qop) &&
           field(fields, "algorithm", &algorithm) && flota_rpc_text_is(qop, "auth") &&
           flota_rpc_text_is(algorithm, "SHA-256") &&
           read_nonce(digest->nonce_text, &digest->nonce) && is_target(connection, digest->uri);
}

static enum rpc_http_verdict judge_digest(struct flota_rpc *rpc,
                                          const struct flota_http_connection *connection,
                                          struct flota_http_text fields, uint32_t now_ms)
{
    struct flota_rpc_digest digest = {0};
    if (!read_digest(connection, fields, &digest))
        return RPC_HTTP_WRONG;
    switch (flota_rpc_digest_check(rpc, &digest, now_ms)) {
    case FLOTA_RPC_AUTH_RIGHT:
        return RPC_HTTP_TRUSTED;
    case FLOTA_RPC_AUTH_STALE:
        return RPC_HTTP_STALE;
    case FLOTA_RPC_AUTH_PAUSED:
        return RPC_HTTP_PAUSED;
    default:
        return flota_rpc_pause_ms(rpc, now_ms) > 0 ? RPC_HTTP_PAUSED : RPC_HTTP_WRONG;
    }
}

/* --- all schemes --- */

static bool is_digest(struct flota_http_text header)
{
    return header.size > 7 && header.data[6] == ' ' &&
           flota_http_text_is((struct flota_http_text){header.data, 6}, "Digest");
}

enum rpc_http_verdict flota_rpc_http_authorize(struct flota_rpc *rpc,
                                               const struct flota_http_connection *connection,
                                               uint32_t now_ms)
{
    struct flota_http_text header = flota_http_header(connection, "Authorization");
    if (!header.data || rpc->auth.kind == FLOTA_AUTH_KIND_NONE)
        return RPC_HTTP_ANONYMOUS;
    if (is_digest(header))
        return judge_digest(rpc, connection,
                            (struct flota_http_text){header.data + 7, header.size - 7}, now_ms);
    return flota_auth_check_credentials(&rpc->auth, connection) == 0 ? RPC_HTTP_TRUSTED
                                                                     : RPC_HTTP_WRONG;
}

void flota_rpc_http_challenge(struct flota_rpc *rpc, bool is_stale, uint32_t now_ms, char *line,
                              size_t size)
{
    snprintf(line, size,
             "WWW-Authenticate: Digest qop=\"auth\", realm=\"" FLOTA_RPC_REALM
             "\", nonce=\"%08lx\", algorithm=SHA-256%s\r\n",
             (unsigned long)flota_rpc_nonce(rpc, now_ms), is_stale ? ", stale=true" : "");
}
