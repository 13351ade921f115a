/* trailer.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "trailer.h"
#include <string.h>

#define MAGIC          0x6907u
#define TYPE_KEY_HASH  0x0001u
#define TYPE_SIGNATURE 0x0022u
#define HEAD_SIZE      4u
#define HASH_SIZE      32u
#define GRAIN          32u /* a flash word */

uint32_t trailer_size(size_t key_count)
{
    uint32_t pair = HEAD_SIZE + HASH_SIZE + HEAD_SIZE + CRYPTO_DER_MAX;
    uint32_t size = HEAD_SIZE + (uint32_t)key_count * pair;
    return (size + GRAIN - 1) / GRAIN * GRAIN;
}

static uint8_t *put_head(uint8_t *at, uint32_t first, uint32_t second)
{
    at[0] = (uint8_t)first;
    at[1] = (uint8_t)(first >> 8);
    at[2] = (uint8_t)second;
    at[3] = (uint8_t)(second >> 8);
    return at + HEAD_SIZE;
}

static uint8_t *put_pair(uint8_t *at, const struct crypto_key *key, const uint8_t numbers[64])
{
    uint8_t der[CRYPTO_DER_MAX];
    size_t der_size = crypto_signature_der(numbers, der);
    at = put_head(at, TYPE_KEY_HASH, HASH_SIZE);
    key_hash(key, at);
    at = put_head(at + HASH_SIZE, TYPE_SIGNATURE, (uint32_t)der_size);
    memcpy(at, der, der_size);
    return at + der_size;
}

bool trailer_write(const struct key_list *keys, const uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE],
                   uint8_t *bytes)
{
    uint8_t *at = bytes + HEAD_SIZE;
    memset(bytes, 0xFF, trailer_size(keys->count));
    for (size_t i = 0; i < keys->count; i++) {
        uint8_t numbers[64];
        if (!crypto_sign(&keys->keys[i], digest, numbers))
            return false;
        at = put_pair(at, &keys->keys[i], numbers);
    }
    put_head(bytes, MAGIC, (uint32_t)(at - bytes));
    return true;
}

static uint32_t half_word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static bool is_erased(const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (bytes[i] != 0xFF)
            return false;
    return true;
}

bool trailer_read(const uint8_t *bytes, uint32_t size, struct trailer_list *list)
{
    memset(list, 0, sizeof *list);
    uint32_t end = size >= HEAD_SIZE && half_word(bytes) == MAGIC ? half_word(bytes + 2) : 0;
    if (end < HEAD_SIZE || end > size || !is_erased(bytes + end, size - end))
        return false;
    uint32_t at = HEAD_SIZE;
    while (end - at >= HEAD_SIZE) {
        uint32_t type = half_word(bytes + at), value_size = half_word(bytes + at + 2);
        at += HEAD_SIZE;
        if (value_size > end - at)
            return false;
        if (type == TYPE_KEY_HASH && value_size == HASH_SIZE && list->count < TRAILER_PAIRS_MAX)
            memcpy(list->hashes[list->count++], bytes + at, HASH_SIZE);
        at += value_size;
    }
    return at == end;
}
