/* key_file.h - keys from files and arguments, and how they are shown.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_KEY_FILE_H
#define FLOTA_CLI_KEY_FILE_H

#include "crypto.h"
#include "usage.h"

#define KEY_TEXT_SIZE        CRYPTO_BASE64_SIZE(CRYPTO_SPKI_SIZE) /* base64 of the SPKI */
#define KEY_FINGERPRINT_SIZE 65u                                  /* SHA-256 of the SPKI, in hex */

/* The most keys that one command takes: as many as a device has slots for. */
#define KEY_COUNT_MAX 4u

struct key_list {
    struct crypto_key keys[KEY_COUNT_MAX];
    size_t count;
};

/* Read a key's file. Returns false after having said on stderr what is wrong. */
bool key_file_read(const char *command, const char *path, struct crypto_key *key);

/* The same, and it must be a private one. */
bool key_file_read_private(const char *command, const char *path, struct crypto_key *key);

/* Read the private keys of several files; none may come twice. */
bool key_file_read_all(const char *command, const struct usage_list *paths, struct key_list *keys);

/* The public half as flota_config.h has it, and its fingerprint. */
void key_text(const struct crypto_key *key, char text[KEY_TEXT_SIZE]);
void key_hash(const struct crypto_key *key, uint8_t hash[32]);
void key_fingerprint(const struct crypto_key *key, char text[KEY_FINGERPRINT_SIZE]);

/* Bytes as hexadecimal digits; text has 2 * size + 1. */
void hex_text(const uint8_t *bytes, size_t size, char *text);

#endif
