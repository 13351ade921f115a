/* digest.c - see instruments.h.
 *
 * FNV-1a over eight bytes at a time, with a last stir: two runs differ in it when they differ in a
 * frame, a flash operation, a reset, or in the nanosecond of one. It hashes no address and no time
 * of this machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "instruments.h"
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#define FNV_BASIS 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

struct digest {
    uint64_t value;
};

enum { MARK_OPERATION = 1, MARK_RESET, MARK_TO_GUEST, MARK_FROM_GUEST };

static void add(struct digest *digest, uint64_t value)
{
    digest->value = (digest->value ^ value) * FNV_PRIME;
    digest->value ^= digest->value >> 32; /* else high bits would never reach low ones */
}

static void add_bytes(struct digest *digest, const uint8_t *bytes, size_t size)
{
    uint64_t part;

    add(digest, size);
    for (; size >= sizeof part; bytes += sizeof part, size -= sizeof part) {
        memcpy(&part, bytes, sizeof part);
        add(digest, part);
    }
    part = 0;
    memcpy(&part, bytes, size);
    add(digest, part);
}

void digest_operation(struct board *board, const struct operation_record *record, bool starts)
{
    if (board->digest == NULL) {
        return;
    }
    add(board->digest, MARK_OPERATION | (uint64_t)starts << 8 | (uint64_t)record->kind << 16 |
                           (uint64_t)record->bank << 24 | (uint64_t)record->end << 32);
    add(board->digest, board->now_ns);
    add(board->digest, record->number);
    add(board->digest, (uint64_t)record->word << 32 | record->count);
}

void digest_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size)
{
    if (board->digest == NULL) {
        return;
    }
    add(board->digest, to_guest ? MARK_TO_GUEST : MARK_FROM_GUEST);
    add(board->digest, board->now_ns);
    add_bytes(board->digest, frame, size);
}

void digest_reset(struct board *board, enum reset_cause cause)
{
    if (board->digest == NULL) {
        return;
    }
    add(board->digest, MARK_RESET | (uint64_t)cause << 8);
    add(board->digest, board->now_ns);
}

struct digest *digest_create(struct board *board)
{
    struct digest *digest = board->options.deterministic ? calloc(1, sizeof *digest) : NULL;

    if (digest != NULL) {
        digest->value = FNV_BASIS;
    }
    return digest;
}

uint64_t digest_value(const struct board *board)
{
    return board->digest != NULL ? board->digest->value : 0;
}

void digest_destroy(struct board *board)
{
    free(board->digest);
    board->digest = NULL;
}
