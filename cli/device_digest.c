/* device_digest.c - digest authentication inside a frame.
 *
 * The device's 401 carries a fresh nonce; the same call goes out again with a response that only
 * those who know the secret can compute. Method and URI have fixed stand-ins.
 *
 * Source: rpc-wire format of existing tools; RFC 7616 3.4 (the computation).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crypto.h"
#include "device_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define HASH_TEXT   65u /* SHA-256 in hex */
#define TOKEN_USER  "token"
#define NONCE_MAX   9007199254740992.0 /* 2^53: integers are exact up to here */
#define NEEDS_CREDS "give --creds USER:PASSWORD, or the token alone, as flota_config.h sets it"

static void hash_text(const char *text, char hex[HASH_TEXT])
{
    uint8_t digest[32];
    crypto_sha256(text, strlen(text), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

struct answer {
    const char *realm;
    double nonce;
    const char *user;
    const char *secret;
    unsigned client_nonce;
};

static void respond(const struct answer *answer, char response[HASH_TEXT])
{
    char text[2 * DEVICE_SECRET_MAX + sizeof((struct device_challenge *)0)->realm];
    char first[HASH_TEXT], second[HASH_TEXT];
    snprintf(text, sizeof text, "%s:%s:%s", answer->user, answer->realm, answer->secret);
    hash_text(text, first);
    hash_text("dummy_method:dummy_uri", second);
    snprintf(text, sizeof text, "%s:%.0f:1:%u:auth:%s", first, answer->nonce, answer->client_nonce,
             second);
    hash_text(text, response);
    crypto_forget(text, sizeof text);
}

cJSON *device_digest(const struct device_options *options, const struct device_challenge *challenge)
{
    char response[HASH_TEXT];
    struct answer answer = {.realm = challenge->realm,
                            .nonce = challenge->nonce,
                            .user = options->user ? options->user : TOKEN_USER,
                            .secret = options->secret};
    if (getrandom(&answer.client_nonce, sizeof answer.client_nonce, 0) !=
        (ssize_t)sizeof answer.client_nonce)
        return NULL;
    respond(&answer, response);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "realm", answer.realm);
    cJSON_AddStringToObject(object, "username", answer.user);
    cJSON_AddNumberToObject(object, "nonce", answer.nonce);
    cJSON_AddNumberToObject(object, "cnonce", answer.client_nonce);
    cJSON_AddStringToObject(object, "algorithm", "SHA-256");
    cJSON_AddStringToObject(object, "response", response);
    return object;
}

static bool judge_challenge(const cJSON *message, struct device_challenge *challenge,
                            struct device_error *error)
{
    const cJSON *nonce = cJSON_GetObjectItemCaseSensitive(message, "nonce");
    const char *algorithm =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "algorithm"));
    const char *realm = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "realm"));
    if (!realm || strlen(realm) >= sizeof challenge->realm || !cJSON_IsNumber(nonce) ||
        nonce->valuedouble < 1 || nonce->valuedouble > NONCE_MAX)
        return device_fail(error, EXIT_UNAUTHORIZED, "the device asks for credentials", NEEDS_CREDS,
                           "but not in a way that this tool can answer");
    strcpy(challenge->realm, realm);
    challenge->nonce = nonce->valuedouble;
    if (algorithm && strcmp(algorithm, "SHA-256") == 0)
        return true;
    return device_fail(error, EXIT_UNAUTHORIZED, "the device asks for credentials",
                       "let the device ask with SHA-256",
                       "as a digest with %.40s, which is not safe", algorithm ? algorithm : "MD5");
}

bool device_challenge_read(const char *text, struct device_challenge *challenge,
                           struct device_error *error)
{
    cJSON *message = cJSON_Parse(text);
    bool good = judge_challenge(message, challenge, error);
    cJSON_Delete(message);
    return good;
}
