/* key_file.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "key_file.h"
#include "file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool complain(const char *command, const char *path, const char *what, const char *remedy)
{
    fprintf(stderr, "%s: %s: %s.\nTo do: %s.\n", command, path, what, remedy);
    return false;
}

/* A file of base64 alone, as flota keygen prints a public key. */
static bool read_bare_text(const struct file *file, struct crypto_key *key)
{
    static const char frame[] = "-----BEGIN PUBLIC KEY-----\n%.*s\n-----END PUBLIC KEY-----\n";
    char pem[CRYPTO_PEM_MAX];
    int size = (int)strcspn((const char *)file->bytes, "\r\n \t");
    if (size != (int)KEY_TEXT_SIZE - 1)
        return false;
    int written = snprintf(pem, sizeof pem, frame, size, (const char *)file->bytes);
    return crypto_read_key((const uint8_t *)pem, (size_t)written + 1, key);
}

bool key_file_read(const char *command, const char *path, struct crypto_key *key)
{
    struct file file;
    if (!file_read(command, path, &file))
        return false;
    file.bytes[file.size] = '\0'; /* file_read() leaves room for it */
    bool good =
        crypto_read_key(file.bytes, (size_t)file.size + 1, key) || read_bare_text(&file, key);
    crypto_forget(file.bytes, file.size);
    free(file.bytes);
    return good || complain(command, path, "this is no P-256 key as PEM, DER or base64",
                            "make one with flota keygen, or openssl ecparam -name prime256v1 "
                            "-genkey; keys with a password are not read");
}

bool key_file_read_private(const char *command, const char *path, struct crypto_key *key)
{
    if (!key_file_read(command, path, key))
        return false;
    return key->has_private || complain(command, path, "this is a public key, it cannot sign",
                                        "give the private key that flota keygen made");
}

static bool is_listed(const struct key_list *keys, const struct crypto_key *key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (memcmp(keys->keys[i].point, key->point, sizeof key->point) == 0)
            return true;
    return false;
}

bool key_file_read_all(const char *command, const struct usage_list *paths, struct key_list *keys)
{
    memset(keys, 0, sizeof *keys);
    for (size_t i = 0; i < paths->count; i++) {
        struct crypto_key key;
        if (i == KEY_COUNT_MAX)
            return complain(command, paths->values[i], "a device has four key slots",
                            "give at most four keys");
        if (!key_file_read_private(command, paths->values[i], &key))
            return false;
        if (is_listed(keys, &key))
            return complain(command, paths->values[i], "this key is given twice",
                            "give each key once");
        keys->keys[keys->count++] = key;
        crypto_forget(&key, sizeof key);
    }
    return true;
}

static void write_spki(const struct crypto_key *key, uint8_t spki[CRYPTO_SPKI_SIZE])
{
    if (!crypto_write_spki(key, spki)) /* of a key that was read or made: cannot be */
        abort();
}

void key_text(const struct crypto_key *key, char text[KEY_TEXT_SIZE])
{
    uint8_t spki[CRYPTO_SPKI_SIZE];
    write_spki(key, spki);
    crypto_base64(spki, sizeof spki, text);
}

void key_hash(const struct crypto_key *key, uint8_t hash[32])
{
    uint8_t spki[CRYPTO_SPKI_SIZE];
    write_spki(key, spki);
    crypto_sha256(spki, sizeof spki, hash);
}

void key_fingerprint(const struct crypto_key *key, char text[KEY_FINGERPRINT_SIZE])
{
    uint8_t hash[32];
    key_hash(key, hash);
    hex_text(hash, sizeof hash, text);
}

void hex_text(const uint8_t *bytes, size_t size, char *text)
{
    text[0] = '\0';
    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}
