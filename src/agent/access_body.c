/* access_body.c - what the body of a login says: {"user","password","old","level"}.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../rpc/rpc_json.h"
#include "access_internal.h"
#include "flota/error.h"
#include <string.h>

/* A text, in place, ended by a zero. What is no text, or has a zero inside, is refused. */
static bool read_text(struct flota_rpc_json *json, const char *key, char **text)
{
    int token = flota_rpc_json_find(json, 0, key);
    *text = NULL;
    if (token < 0)
        return true;
    if (!flota_rpc_json_is(json, token, RPC_TOKEN_STRING))
        return false;
    size_t size = flota_rpc_json_unescape_token(json, token);
    *text = json->text + json->tokens[token].start;
    (*text)[size] = '\0'; /* at most where the closing quote stands */
    return strlen(*text) == size;
}

static bool read_level(const struct flota_rpc_json *json, int *level)
{
    int token = flota_rpc_json_find(json, 0, "level");
    int64_t value;
    *level = -1;
    if (token < 0)
        return true;
    if (!flota_rpc_json_is(json, token, RPC_TOKEN_NUMBER) ||
        !flota_rpc_json_integer(flota_rpc_json_text(json, token), &value) || value < 0 ||
        value > FLOTA_ACCESS_LEVEL_MAX)
        return false;
    *level = (int)value;
    return true;
}

int flota_access_read_body(char *body, size_t size, struct flota_access_body *fields)
{
    struct flota_rpc_json json;
    if (flota_rpc_json_parse(&json, body, size) || json.tokens[0].type != RPC_TOKEN_OBJECT)
        return FLOTA_ERR_BAD_VALUE;
    bool good = read_level(&json, &fields->level) && read_text(&json, "user", &fields->user) &&
                read_text(&json, "password", &fields->password) &&
                read_text(&json, "old", &fields->old);
    return good ? 0 : FLOTA_ERR_BAD_VALUE;
}

/* Characters, not bytes of UTF-8. */
int flota_access_check_password(const char *password)
{
    size_t count = 0;
    for (; *password; password++)
        count += ((unsigned char)*password & 0xC0) != 0x80;
    bool fits = count >= FLOTA_ACCESS_PASSWORD_MIN && count <= FLOTA_ACCESS_PASSWORD_MAX;
    return fits ? 0 : FLOTA_ERR_PASSWORD_WEAK;
}
