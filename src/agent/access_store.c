/* access_store.c - what stands in flash of users: "login.1" to "login.4", "login.token".
 *
 * A password: "1:ITERATIONS:SALT:HASH", of the user at this place of the description. The token:
 * "1:LEVEL:HASH", SHA-256 of its text, which has 128 random bits and so needs no salt. All in
 * hexadecimal but the two numbers. What cannot be read is a password that nobody knows, never none:
 * flash that decays must not open the device.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "flota/error.h"
#include "mbedtls/sha256.h"
#include "mbedtls/version.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* mbedTLS 2.28 calls it ..._ret; 3.x dropped the suffix and maps the old names in this header. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include "mbedtls/compat-2.x.h"
#endif

#define ITERATIONS_MAX 1000000u /* some 20 s */
#define TOKEN_BIT      0x80000000u
#define KEY_TOKEN      "login.token"
#define TEXT_MAX       128u /* of a value, with the zero */

_Static_assert(FLOTA_ACCESS_USERS_MAX == 4, "a key for each user");

static const struct flota_config_key keys[] = {
    {"login.1", FLOTA_CONFIG_STRING, "", true}, {"login.2", FLOTA_CONFIG_STRING, "", true},
    {"login.3", FLOTA_CONFIG_STRING, "", true}, {"login.4", FLOTA_CONFIG_STRING, "", true},
    {KEY_TOKEN, FLOTA_CONFIG_STRING, "", true},
};

void flota_access_add_keys(struct flota_access *access, struct flota_config *config)
{
    access->keys.keys = keys;
    access->keys.count = sizeof keys / sizeof keys[0];
    access->keys.is_private = true;
    flota_config_add(config, &access->keys);
}

/* --- texts --- */

void flota_access_hex(const uint8_t *bytes, size_t size, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}

/* So many bytes from *text, which is moved behind them. */
static bool read_hex(const char **text, uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 2 * size; i++) {
        char c = **text;
        const char *digit = c ? strchr(digits, c) : NULL;
        if (!digit)
            return false;
        bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | (digit - digits));
        (*text)++;
    }
    return true;
}

/* A number from low to high from *text, which is moved behind it. */
static bool read_number(const char **text, uint32_t low, uint32_t high, uint32_t *number)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    unsigned long value = strtoul(*text, &end, 10);
    *text = end;
    *number = (uint32_t)value;
    return value >= low && value <= high;
}

static bool read_mark(const char **text, const char *mark)
{
    size_t size = strlen(mark);
    if (strncmp(*text, mark, size) != 0)
        return false;
    *text += size;
    return true;
}

/* --- passwords --- */

static const char *text_of(const struct flota_access *access, const char *key)
{
    return access->config.config ? flota_config_text(access->config.config, key) : "";
}

bool flota_access_has_password(const struct flota_access *access, uint8_t user)
{
    return text_of(access, keys[user].key)[0] != '\0';
}

bool flota_access_read_password(const struct flota_access *access, uint8_t user,
                                struct flota_access_password *password)
{
    const char *text = text_of(access, keys[user].key);
    return read_mark(&text, "1:") && read_number(&text, 1, ITERATIONS_MAX, &password->iterations) &&
           read_mark(&text, ":") && read_hex(&text, password->salt, sizeof password->salt) &&
           read_mark(&text, ":") && read_hex(&text, password->hash, sizeof password->hash) &&
           *text == '\0';
}

static int store(struct flota_access *access, const char *key, const char *value)
{
    const struct flota_access_config *config = &access->config;
    const struct flota_config_change change = {key, value};
    if (!config->config)
        return FLOTA_ERR_NOT_READY;
    if (config->is_quiet && !config->is_quiet(config->context))
        return FLOTA_ERR_UPDATE_BUSY;
    return flota_config_store(config->config, &change, 1);
}

int flota_access_store_password(struct flota_access *access, uint8_t user,
                                const struct flota_access_password *password)
{
    char text[TEXT_MAX];
    int size = snprintf(text, sizeof text, "1:%lu:", (unsigned long)password->iterations);
    flota_access_hex(password->salt, sizeof password->salt, text + size);
    strcat(text, ":");
    flota_access_hex(password->hash, sizeof password->hash, text + strlen(text));
    int error = store(access, keys[user].key, text);
    flota_access_load(access);
    return error;
}

/* --- the token --- */

static int hash_token(const char *text, size_t size, uint8_t hash[32])
{
    return mbedtls_sha256_ret((const uint8_t *)text, size, hash, 0) ? FLOTA_ERR_NOT_READY : 0;
}

/* Not to be told apart from others by its size: of one size. */
bool flota_access_is_token(const struct flota_access *access, struct flota_http_text given)
{
    uint8_t hash[32];
    if (access->token_level == 0 || !given.data || given.size != FLOTA_ACCESS_TOKEN_SIZE - 1 ||
        hash_token(given.data, given.size, hash) != 0)
        return false;
    return flota_access_equals(hash, access->token_hash, sizeof hash);
}

int flota_access_store_token(struct flota_access *access, uint8_t level,
                             char text[FLOTA_ACCESS_TOKEN_SIZE])
{
    uint8_t bytes[(FLOTA_ACCESS_TOKEN_SIZE - 1) / 2], hash[32];
    char value[TEXT_MAX];
    text[0] = '\0';
    if (level == 0) {
        int error = store(access, KEY_TOKEN, NULL);
        flota_access_load(access);
        return error;
    }
    flota_access_random(access, bytes, sizeof bytes);
    flota_access_hex(bytes, sizeof bytes, text);
    int error = hash_token(text, FLOTA_ACCESS_TOKEN_SIZE - 1, hash);
    if (error != 0)
        return error;
    int size = snprintf(value, sizeof value, "1:%u:", level);
    flota_access_hex(hash, sizeof hash, value + size);
    error = store(access, KEY_TOKEN, value);
    flota_access_load(access);
    return error;
}

/* --- all --- */

static void load_token(struct flota_access *access)
{
    const char *text = text_of(access, KEY_TOKEN);
    uint8_t hash[32];
    uint32_t level;
    bool exists = read_mark(&text, "1:") && read_number(&text, 1, FLOTA_ACCESS_LEVEL_MAX, &level) &&
                  read_mark(&text, ":") && read_hex(&text, hash, sizeof hash) && *text == '\0';
    bool changed = access->token_number == 0 || exists != (access->token_level != 0) ||
                   (exists && memcmp(hash, access->token_hash, sizeof hash) != 0);
    if (!changed)
        return;
    access->token_level = exists ? (uint8_t)level : 0;
    if (exists)
        memcpy(access->token_hash, hash, sizeof hash);
    access->token_number = TOKEN_BIT | ((access->token_number + 1u) & 0xFFFFFFu);
}

void flota_access_load(struct flota_access *access)
{
    access->is_first = access->config.config && flota_access_user_count(access) > 0 &&
                       !flota_access_has_password(access, 0);
    load_token(access);
}

int flota_access_forget(struct flota_access *access)
{
    const struct flota_access_config *config = &access->config;
    struct flota_config_change changes[sizeof keys / sizeof keys[0]];
    if (!config->config)
        return FLOTA_ERR_NOT_READY;
    if (config->is_quiet && !config->is_quiet(config->context))
        return FLOTA_ERR_UPDATE_BUSY;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        changes[i] = (struct flota_config_change){keys[i].key, NULL};
    int error = flota_config_store(config->config, changes, sizeof keys / sizeof keys[0]);
    if (error != 0)
        return error;
    for (uint8_t user = 0; user < FLOTA_ACCESS_USERS_MAX; user++)
        flota_access_sessions_end(access, user);
    memset(access->throttles, 0, sizeof access->throttles);
    flota_access_load(access);
    return 0;
}

void flota_access_random(const struct flota_access *access, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 4) {
        uint32_t value = access->config.random();
        memcpy(bytes + i, &value, size - i < 4 ? size - i : 4);
    }
}
