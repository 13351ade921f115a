/* http_update_range.c - the Content-Range of an upload: "bytes 1000-1999/5000".
 *
 * Source: RFC 9110 14.4. A range of unknown length ("*") says too little to write flash by; and
 * nothing would bind a chunked body to its range.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"

#define VALUE_MAX 0x7FFFFFFFu

static bool read_range(struct flota_http_text text, struct flota_http_range *range)
{
    static const char unit[] = "bytes ";
    size_t size = sizeof unit - 1;
    uint64_t first, last, total;
    if (text.size < size || !flota_http_text_is((struct flota_http_text){text.data, size}, unit))
        return false;
    text.data += size;
    text.size -= size;
    if (!flota_http_text_number(&text, '-', &first) || !flota_http_text_number(&text, '/', &last) ||
        !flota_http_text_number(&text, '\0', &total))
        return false;
    if (first > last || last >= total || total > VALUE_MAX)
        return false;
    *range = (struct flota_http_range){(uint32_t)first, (uint32_t)last + 1, (uint32_t)total};
    return true;
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
