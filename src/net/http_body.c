/* http_body.c - a strict decoder of the chunked transfer coding.
 *
 * picohttpparser's decoder rewrites its input in place, accepts bare LF and any number of CRs, and
 * does not bound extensions and trailers; the bytes here are borrowed from the network stack and
 * may have to be offered again, so this one only reads framing and leaves the data where it is.
 *
 * Source: RFC 9112 7.1.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_internal.h"

#define DIGITS_MAX    12u  /* of a chunk size: 256 TB, leading zeros counted */
#define EXTENSION_MAX 256u /* bytes of one chunk's extensions */
#define TRAILER_MAX   1024u

enum {
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    CHUNK_TRAILER,
    CHUNK_TRAILER_LF,
    CHUNK_COMPLETE,
    CHUNK_ERROR
};

static int hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool is_text(uint8_t byte)
{
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

static uint8_t in_size(struct flota_http_chunks *chunks, uint8_t byte)
{
    int digit = hex_digit(byte);
    if (digit >= 0) {
        chunks->left = chunks->left * 16 + (uint64_t)digit;
        return ++chunks->digits > DIGITS_MAX ? CHUNK_ERROR : CHUNK_SIZE;
    }
    if (chunks->digits == 0)
        return CHUNK_ERROR;
    chunks->digits = 0;
    chunks->line_size = 0;
    if (byte == '\r')
        return CHUNK_SIZE_LF;
    return byte == ';' || byte == ' ' || byte == '\t' ? CHUNK_EXTENSION : CHUNK_ERROR;
}

static uint8_t in_extension(struct flota_http_chunks *chunks, uint8_t byte)
{
    if (byte == '\r')
        return CHUNK_SIZE_LF;
    return is_text(byte) && ++chunks->line_size <= EXTENSION_MAX ? CHUNK_EXTENSION : CHUNK_ERROR;
}

static uint8_t in_size_lf(struct flota_http_chunks *chunks, uint8_t byte)
{
    if (byte != '\n')
        return CHUNK_ERROR;
    chunks->line_size = 0;
    return chunks->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
}

static uint8_t in_trailer(struct flota_http_chunks *chunks, uint8_t byte)
{
    if (byte == '\r')
        return CHUNK_TRAILER_LF;
    chunks->line_size++;
    return is_text(byte) && ++chunks->trailer_size <= TRAILER_MAX ? CHUNK_TRAILER : CHUNK_ERROR;
}

static uint8_t in_trailer_lf(struct flota_http_chunks *chunks, uint8_t byte)
{
    if (byte != '\n')
        return CHUNK_ERROR;
    bool empty = chunks->line_size == 0;
    chunks->line_size = 0;
    return empty ? CHUNK_COMPLETE : CHUNK_TRAILER;
}

static uint8_t step(struct flota_http_chunks *chunks, uint8_t byte)
{
    switch (chunks->state) {
    case CHUNK_SIZE:
        return in_size(chunks, byte);
    case CHUNK_EXTENSION:
        return in_extension(chunks, byte);
    case CHUNK_SIZE_LF:
        return in_size_lf(chunks, byte);
    case CHUNK_DATA_CR:
        return byte == '\r' ? CHUNK_DATA_LF : CHUNK_ERROR;
    case CHUNK_DATA_LF:
        return byte == '\n' ? CHUNK_SIZE : CHUNK_ERROR;
    case CHUNK_TRAILER:
        return in_trailer(chunks, byte);
    case CHUNK_TRAILER_LF:
        return in_trailer_lf(chunks, byte);
    default:
        return CHUNK_ERROR;
    }
}

enum http_chunk_event flota_http_chunks_next(struct flota_http_chunks *chunks, const uint8_t *data,
                                             size_t size, size_t *taken)
{
    *taken = 0;
    if (chunks->state == CHUNK_DATA && chunks->left == 0)
        chunks->state = CHUNK_DATA_CR;
    while (*taken < size && chunks->state != CHUNK_DATA && chunks->state < CHUNK_COMPLETE)
        chunks->state = step(chunks, data[(*taken)++]);
    switch (chunks->state) {
    case CHUNK_DATA:
        return HTTP_CHUNK_DATA;
    case CHUNK_COMPLETE:
        return HTTP_CHUNK_END;
    case CHUNK_ERROR:
        return HTTP_CHUNK_BAD;
    default:
        return HTTP_CHUNK_MORE;
    }
}
