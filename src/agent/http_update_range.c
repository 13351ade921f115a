/* http_update_range.c - the Content-Range of an upload: "bytes 1000-1999/5000".
 *
 * Source: RFC 9110 14.4. A range of unknown length ("*") says too little to write flash by; and
 * nothing would bind a chunked body to its range.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"
#include <string.h>

#define VALUE_MAX 0x7FFFFFFFu

/* Read a decimal number and the character behind it. Returns whether both were there. */
static bool read_number(struct flota_http_text *text, char behind, uint32_t *value)
{
    size_t i = 0;
    uint64_t number = 0;
    for (; i < text->size && text->data[i] >= '0' && text->data[i] <= '9'; i++) {
        number = number * 10u + (uint64_t)(text->data[i] - '0');
        if (number > VALUE_MAX)
            return false;
    }
    bool ends = behind == '\0' ? i == text->size : i < text->size && text->data[i] == behind;
    if (i == 0 || !ends)
        return false;
    *value = (uint32_t)number;
    text->data += i + (behind != '\0');
    text->size -= i + (behind != '\0');
    return true;
}

static bool read_range(struct flota_http_text text, struct flota_http_range *range)
{
    static const char unit[] = "bytes ";
    size_t size = sizeof unit - 1;
    uint32_t last;
    if (text.size < size || !flota_http_text_is((struct flota_http_text){text.data, size}, unit))
        return false;
    text.data += size;
    text.size -= size;
    if (!read_number(&text, '-', &range->start) || !read_number(&text, '/', &last) ||
        !read_number(&text, '\0', &range->total))
        return false;
    range->end = last + 1;
    return range->start <= last && range->end <= range->total;
}

int flota_http_update_range(const struct flota_http_connection *connection,
                            struct flota_http_range *range)
{
    struct flota_http_text header = flota_http_header(connection, "Content-Range");
    uint64_t body_size = flota_http_body_size(connection);
    if (!header.data)
        return 0;
    if (!read_range(header, range))
        return FLOTA_ERR_BAD_REQUEST;
    return body_size == range->end - range->start ? 1 : FLOTA_ERR_BAD_REQUEST;
}
