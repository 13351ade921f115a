/* flota/multipart.h - a streaming multipart/form-data parser: any split, no buffer of parts.
 *
 *     flota_multipart_init(&parser, content_type, size);
 *     while ((event = flota_multipart_next(&parser, data, size, &taken)) !=
 * FLOTA_MULTIPART_NEED_MORE) data += taken, size -= taken;   // look at the event
 *
 * Thread safety: one caller per parser.  Allocation: none.  Source: RFC 7578, RFC 2046 5.1.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MULTIPART_H
#define FLOTA_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_MULTIPART_BOUNDARY_MAX 70u /* RFC 2046 5.1.1 */
#define FLOTA_MULTIPART_NAME_MAX     32u
#define FLOTA_MULTIPART_HEADER_MAX                                                                 \
    256u /* kept of a part's header line, bytes; the rest is skipped */
#define FLOTA_MULTIPART_HEADERS_MAX 4096u /* all header lines of a part, bytes; more: malformed */

enum flota_multipart_event {
    FLOTA_MULTIPART_NEED_MORE, /* all input taken */
    FLOTA_MULTIPART_PART,      /* a part begins: name, has_filename are set */
    FLOTA_MULTIPART_DATA,      /* data, data_size: bytes of the part */
    FLOTA_MULTIPART_PART_END,
    FLOTA_MULTIPART_END,  /* the closing boundary; what follows is ignored */
    FLOTA_MULTIPART_ERROR /* malformed; stays so */
};

struct flota_multipart {
    char boundary[FLOTA_MULTIPART_BOUNDARY_MAX + 5]; /* "\r\n--" and the boundary */
    size_t boundary_size;
    uint8_t state;
    size_t matched; /* bytes of the boundary seen so far */
    char line[FLOTA_MULTIPART_HEADER_MAX];
    size_t line_size;
    size_t headers_size;
    char name[FLOTA_MULTIPART_NAME_MAX]; /* empty when absent or too long */
    bool has_filename;
    const uint8_t *data;
    size_t data_size;
};

/* Begin with the value of the Content-Type header. Returns 0, or FLOTA_ERR_BAD_MULTIPART when it is
 * not multipart/form-data with a valid boundary. */
int flota_multipart_init(struct flota_multipart *parser, const char *content_type, size_t size);

/* Take input up to the next event. Returns the event; *taken is how much of data was used. Call
 * again with the rest until NEED_MORE.
 *
 * The bytes of a DATA event either begin at data and *taken is their number: then a caller that has
 * no room may offer the last of them again later. Or they lie in the parser (a boundary that turned
 * out to be none) and *taken is 0: those stay valid until flota_multipart_init(). */
enum flota_multipart_event flota_multipart_next(struct flota_multipart *parser, const uint8_t *data,
                                                size_t size, size_t *taken);

#endif
