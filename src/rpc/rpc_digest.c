/* rpc_digest.c - nonces, and the answers to them. Source: RFC 7616 section 3.4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_auth.h"
#include "mbedtls/sha256.h"
#include "mbedtls/version.h"
#include <string.h>

/* mbedTLS 2.28 calls them ..._ret; 3.x dropped the suffix and maps the old names in this header. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include "mbedtls/compat-2.x.h"
#endif

/* --- nonces --- */

uint32_t flota_rpc_nonce(struct flota_rpc *rpc, uint32_t now_ms)
{
    uint32_t value;
    do {
        value = rpc->random() & 0x7FFFFFFFu; /* clients read it as a signed number */
    } while (value == 0);
    rpc->nonces[rpc->nonce_next].value = value;
    rpc->nonces[rpc->nonce_next].since_ms = now_ms;
    rpc->nonce_next = (uint8_t)((rpc->nonce_next + 1u) % FLOTA_RPC_NONCES);
    return value;
}

/* Was it given out and is it fresh? It is used up. Old ones go at the same time. */
static bool use_nonce(struct flota_rpc *rpc, uint32_t value, uint32_t now_ms)
{
    bool found = false;
    for (size_t i = 0; i < FLOTA_RPC_NONCES; i++) {
        if (now_ms - rpc->nonces[i].since_ms >= FLOTA_RPC_NONCE_MS)
            rpc->nonces[i].value = 0;
        if (value == 0 || rpc->nonces[i].value != value)
            continue;
        found = true;
        rpc->nonces[i].value = 0;
    }
    return found;
}

/* --- wrong answers --- */

uint32_t flota_rpc_pause_ms(const struct flota_rpc *rpc, uint32_t now_ms)
{
    if (rpc->wrong_count < FLOTA_RPC_WRONG_MAX)
        return 0;
    uint32_t steps = rpc->wrong_count - FLOTA_RPC_WRONG_MAX;
    uint32_t pause = FLOTA_RPC_PAUSE_MS
                     << (steps < FLOTA_RPC_PAUSE_STEPS ? steps : FLOTA_RPC_PAUSE_STEPS);
    uint32_t passed = now_ms - rpc->wrong_ms;
    return passed < pause ? pause - passed : 0;
}

static void count_answer(struct flota_rpc *rpc, bool is_right, uint32_t now_ms)
{
    if (is_right) {
        rpc->wrong_count = 0;
        return;
    }
    rpc->wrong_ms = now_ms;
    if (rpc->wrong_count < FLOTA_RPC_WRONG_MAX + FLOTA_RPC_PAUSE_STEPS)
        rpc->wrong_count++;
}

/* --- the hash --- */

static struct flota_rpc_text text_of(const char *text)
{
    return (struct flota_rpc_text){text, strlen(text)};
}

static void to_hex(const uint8_t hash[32], char hex[FLOTA_RPC_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    hex[64] = '\0';
}

/* SHA-256 of the parts with colons between them. */
static bool hash_parts(const struct flota_rpc_text *parts, size_t count,
                       char hex[FLOTA_RPC_HEX_SIZE])
{
    mbedtls_sha256_context hash;
    uint8_t bytes[32];
    mbedtls_sha256_init(&hash);
    int failed = mbedtls_sha256_starts_ret(&hash, 0);
    for (size_t i = 0; i < count && !failed; i++) {
        if (i > 0)
            failed |= mbedtls_sha256_update_ret(&hash, (const uint8_t *)":", 1);
        failed |= mbedtls_sha256_update_ret(&hash, (const uint8_t *)parts[i].data, parts[i].size);
    }
    failed |= mbedtls_sha256_finish_ret(&hash, bytes);
    mbedtls_sha256_free(&hash);
    to_hex(bytes, hex);
    return !failed;
}

bool flota_rpc_digest_response(const struct flota_rpc_digest *digest, const char *secret,
                               char hex[FLOTA_RPC_HEX_SIZE])
{
    char who[FLOTA_RPC_HEX_SIZE], what[FLOTA_RPC_HEX_SIZE];
    const struct flota_rpc_text whose[] = {digest->user, digest->realm, text_of(secret)};
    const struct flota_rpc_text wanted[] = {digest->method, digest->uri};
    if (!hash_parts(whose, 3, who) || !hash_parts(wanted, 2, what))
        return false;
    const struct flota_rpc_text all[] = {text_of(who),   digest->nonce_text, digest->count,
                                         digest->cnonce, text_of("auth"),    text_of(what)};
    return hash_parts(all, 6, hex);
}

/* --- judging --- */

const char *flota_rpc_user(const struct flota_rpc *rpc)
{
    if (rpc->auth.kind == FLOTA_AUTH_KIND_TOKEN)
        return "token";
    return rpc->auth.kind == FLOTA_AUTH_KIND_BASIC && rpc->auth.user ? rpc->auth.user : "";
}

static bool equals(struct flota_rpc_text given, const char *expected)
{
    return given.size == strlen(expected) && memcmp(given.data, expected, given.size) == 0;
}

/* The time does not depend on how much of it was right. */
static bool is_response(struct flota_rpc_text given, const char hex[FLOTA_RPC_HEX_SIZE])
{
    volatile unsigned difference = given.size != 64;
    for (size_t i = 0; i < 64 && i < given.size; i++)
        difference |= (unsigned char)(given.data[i] ^ hex[i]);
    return difference == 0;
}

/* A mistake of the configuration opens nothing. */
static bool has_secret(const struct flota_rpc *rpc)
{
    return rpc->auth.kind != FLOTA_AUTH_KIND_NONE && rpc->auth.secret && rpc->auth.secret[0] &&
           flota_rpc_user(rpc)[0];
}

static bool is_right(const struct flota_rpc *rpc, const struct flota_rpc_digest *digest)
{
    char hex[FLOTA_RPC_HEX_SIZE];
    return has_secret(rpc) && equals(digest->user, flota_rpc_user(rpc)) &&
           equals(digest->realm, FLOTA_RPC_REALM) &&
           flota_rpc_digest_response(digest, rpc->auth.secret, hex) &&
           is_response(digest->response, hex);
}

enum flota_rpc_verdict flota_rpc_digest_check(struct flota_rpc *rpc,
                                              const struct flota_rpc_digest *digest,
                                              uint32_t now_ms)
{
    if (flota_rpc_pause_ms(rpc, now_ms) > 0)
        return FLOTA_RPC_AUTH_PAUSED;
    if (!use_nonce(rpc, digest->nonce, now_ms))
        return FLOTA_RPC_AUTH_STALE;
    bool right = is_right(rpc, digest);
    count_answer(rpc, right, now_ms);
    return right ? FLOTA_RPC_AUTH_RIGHT : FLOTA_RPC_AUTH_WRONG;
}
