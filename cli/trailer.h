/* trailer.h - the signatures behind an image, written and listed. flota/signature.h has the format.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TRAILER_H
#define FLOTA_CLI_TRAILER_H

#include "flota/image.h"
#include "key_file.h"

/* Bytes of the trailer with so many signatures. Known before they are made, because the digest that
 * they sign includes it. */
uint32_t trailer_size(size_t key_count);

/* Write a trailer: a signature of the digest by each key. bytes: trailer_size(keys->count). Returns
 * false when a signature could not be made. */
bool trailer_write(const struct key_list *keys, const uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE],
                   uint8_t *bytes);

#define TRAILER_PAIRS_MAX 16u

struct trailer_list {
    uint8_t hashes[TRAILER_PAIRS_MAX][32]; /* of the keys that have signed */
    size_t count;
};

/* List who has signed. Returns false when the bytes are no trailer. */
bool trailer_read(const uint8_t *bytes, uint32_t size, struct trailer_list *list);

#endif
