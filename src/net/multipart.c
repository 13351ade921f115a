/* multipart.c - multipart/form-data, one byte after the other, data in whole runs.
 *
 * A boundary is looked for as "\r\n--boundary". Its only CR is the first byte, so that a failed
 * match never overlaps the next one: the bytes seen are data, and the byte at hand starts afresh.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/multipart.h"
#include "flota/error.h"
#include <string.h>

enum {
    PREAMBLE,
    AFTER_BOUNDARY, /* "--" closes, blanks and CR LF open a part */
    AFTER_DASH,
    BOUNDARY_PADDING,
    BOUNDARY_LF,
    HEADER,
    HEADER_LF,
    HEADERS_END,
    DATA,
    CLOSING,
    EPILOGUE,
    FAILED
};

/* --- texts --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Does text begin with prefix (lower case), letters compared without case? */
static bool starts(const char *text, size_t size, const char *prefix)
{
    size_t length = strlen(prefix);
    if (size < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (lower(text[i]) != prefix[i])
            return false;
    }
    return true;
}

/* The end of a parameter, a position at ';' or size; semicolons in quotes are part of it. */
static size_t parameter_end(const char *text, size_t size, size_t at)
{
    bool quoted = false;
    for (; at < size && (quoted || text[at] != ';'); at++) {
        if (text[at] == '"')
            quoted = !quoted;
        else if (text[at] == '\\' && quoted && at + 1 < size)
            at++;
    }
    return at;
}

/* The value of parameter "name=" (lower case) behind the first ';', without its quotes.
 * Returns NULL when it is absent. */
static const char *find_parameter(const char *text, size_t size, const char *name, size_t *length)
{
    size_t name_size = strlen(name);
    for (size_t at = parameter_end(text, size, 0); at < size;) {
        size_t end = parameter_end(text, size, at + 1);
        for (at++; at < end && is_blank(text[at]);)
            at++;
        if (starts(text + at, end - at, name)) {
            const char *value = text + at + name_size;
            *length = end - at - name_size;
            while (*length > 0 && is_blank(value[*length - 1]))
                --*length;
            if (*length >= 2 && value[0] == '"' && value[*length - 1] == '"') {
                *length -= 2;
                value++;
            }
            return value;
        }
        at = end;
    }
    return NULL;
}

/* --- start --- */

static bool is_boundary_character(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           memchr("'()+_,-./:=? ", c, 13);
}

static bool is_boundary(const char *text, size_t size)
{
    if (size == 0 || size > FLOTA_MULTIPART_BOUNDARY_MAX || text[size - 1] == ' ')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!is_boundary_character(text[i]))
            return false;
    }
    return true;
}

int flota_multipart_init(struct flota_multipart *parser, const char *content_type, size_t size)
{
    static const char type[] = "multipart/form-data";
    size_t type_size = sizeof type - 1, length = 0;
    memset(parser, 0, sizeof *parser);
    parser->state = FAILED;
    if (!starts(content_type, size, type))
        return FLOTA_ERR_BAD_MULTIPART;
    if (type_size < size && content_type[type_size] != ';' && !is_blank(content_type[type_size]))
        return FLOTA_ERR_BAD_MULTIPART;
    const char *boundary = find_parameter(content_type, size, "boundary=", &length);
    if (!boundary || !is_boundary(boundary, length))
        return FLOTA_ERR_BAD_MULTIPART;
    memcpy(parser->boundary, "\r\n--", 4);
    memcpy(parser->boundary + 4, boundary, length);
    parser->boundary_size = length + 4;
    parser->matched = 2; /* the first boundary needs no line before it */
    parser->state = PREAMBLE;
    return 0;
}

/* --- headers of a part --- */

/* Content-Disposition: form-data; name="..."; filename="...". Others are of no interest. A line
 * that was too long is judged by what was kept: its file name may be cut. */
static void take_header(struct flota_multipart *parser)
{
    size_t length = 0;
    if (!starts(parser->line, parser->line_size, "content-disposition:"))
        return;
    const char *name = find_parameter(parser->line, parser->line_size, "name=", &length);
    if (name && length < FLOTA_MULTIPART_NAME_MAX) {
        memcpy(parser->name, name, length);
        parser->name[length] = '\0';
    }
    parser->has_filename = find_parameter(parser->line, parser->line_size, "filename=", &length) ||
                           find_parameter(parser->line, parser->line_size, "filename*=", &length);
}

static uint8_t begin_headers(struct flota_multipart *parser)
{
    parser->name[0] = '\0';
    parser->has_filename = false;
    parser->line_size = 0;
    parser->headers_size = 0;
    return HEADER;
}

static uint8_t in_header(struct flota_multipart *parser, uint8_t byte)
{
    if (byte == '\r')
        return HEADER_LF;
    if (byte == '\n' || byte == '\0' || ++parser->headers_size > FLOTA_MULTIPART_HEADERS_MAX)
        return FAILED;
    if (parser->line_size < FLOTA_MULTIPART_HEADER_MAX)
        parser->line[parser->line_size++] = (char)byte;
    return HEADER;
}

static uint8_t in_header_lf(struct flota_multipart *parser, uint8_t byte)
{
    if (byte != '\n')
        return FAILED;
    if (parser->line_size == 0)
        return HEADERS_END;
    take_header(parser);
    parser->line_size = 0;
    return HEADER;
}

/* --- boundaries --- */

static uint8_t after_boundary(uint8_t byte)
{
    if (byte == '-')
        return AFTER_DASH;
    if (byte == '\r')
        return BOUNDARY_LF;
    return byte == ' ' || byte == '\t' ? BOUNDARY_PADDING : FAILED;
}

static uint8_t in_preamble(struct flota_multipart *parser, uint8_t byte)
{
    if (byte != (uint8_t)parser->boundary[parser->matched])
        parser->matched = 0;
    if (byte == (uint8_t)parser->boundary[parser->matched])
        parser->matched++;
    return parser->matched == parser->boundary_size ? AFTER_BOUNDARY : PREAMBLE;
}

static uint8_t step(struct flota_multipart *parser, uint8_t byte)
{
    switch (parser->state) {
    case PREAMBLE:
        return in_preamble(parser, byte);
    case AFTER_BOUNDARY:
        return after_boundary(byte);
    case AFTER_DASH:
        return byte == '-' ? CLOSING : FAILED;
    case BOUNDARY_PADDING:
        return byte == '-' ? FAILED : after_boundary(byte);
    case BOUNDARY_LF:
        return byte == '\n' ? begin_headers(parser) : FAILED;
    case HEADER:
        return in_header(parser, byte);
    case HEADER_LF:
        return in_header_lf(parser, byte);
    case EPILOGUE:
        return EPILOGUE;
    default:
        return FAILED;
    }
}

/* --- data --- */

static enum flota_multipart_event give(struct flota_multipart *parser, const uint8_t *data,
                                       size_t size)
{
    parser->data = data;
    parser->data_size = size;
    return FLOTA_MULTIPART_DATA;
}

/* Go on matching the boundary. Returns true when it is complete. */
static bool match(struct flota_multipart *parser, const uint8_t *data, size_t size, size_t *taken)
{
    while (*taken < size && parser->matched < parser->boundary_size &&
           data[*taken] == (uint8_t)parser->boundary[parser->matched]) {
        parser->matched++;
        ++*taken;
    }
    return parser->matched == parser->boundary_size;
}

/* Bytes up to the next CR are data; from there on the boundary is matched. When it turns out to be
 * none, bytes of earlier calls are given from the parser's copy, bytes of this call where they are.
 */
static enum flota_multipart_event next_data(struct flota_multipart *parser, const uint8_t *data,
                                            size_t size, size_t *taken)
{
    size_t earlier = parser->matched;
    if (size == 0)
        return FLOTA_MULTIPART_NEED_MORE;
    if (earlier == 0 && data[0] != '\r') {
        const uint8_t *cr = memchr(data, '\r', size);
        *taken = cr ? (size_t)(cr - data) : size;
        return give(parser, data, *taken);
    }
    if (match(parser, data, size, taken)) {
        parser->state = AFTER_BOUNDARY;
        return FLOTA_MULTIPART_PART_END;
    }
    if (*taken == size)
        return FLOTA_MULTIPART_NEED_MORE;
    parser->matched = 0;
    if (earlier == 0)
        return give(parser, data, *taken);
    *taken = 0;
    return give(parser, (const uint8_t *)parser->boundary, earlier);
}

enum flota_multipart_event flota_multipart_next(struct flota_multipart *parser, const uint8_t *data,
                                                size_t size, size_t *taken)
{
    *taken = 0;
    for (;;) {
        switch (parser->state) {
        case HEADERS_END:
            parser->state = DATA;
            parser->matched = 0;
            return FLOTA_MULTIPART_PART;
        case DATA:
            return next_data(parser, data, size, taken);
        case CLOSING:
            parser->state = EPILOGUE;
            return FLOTA_MULTIPART_END;
        case FAILED:
            return FLOTA_MULTIPART_ERROR;
        default:
            break;
        }
        if (*taken == size)
            return FLOTA_MULTIPART_NEED_MORE;
        parser->state = step(parser, data[(*taken)++]);
    }
}
