/* outbox.c - bytes on their way to a client: written, offered, acknowledged.
 *
 * More may be written behind what is on its way; the memory begins anew when all of it has been
 * acknowledged. So a client that reads slowly costs no more than one that does not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"

void dash_out_open(struct flota_dash_outbox *out, struct flota_http_connection *connection)
{
    *out = (struct flota_dash_outbox){0};
    out->text = flota_http_stream_memory(connection, &out->room);
}

void dash_out_close(struct flota_dash_outbox *out)
{
    *out = (struct flota_dash_outbox){0};
}

bool dash_out_begin(struct flota_dash_outbox *out, struct flota_json *json, size_t reserved)
{
    if (out->room - out->size <= reserved)
        return false;
    flota_json_begin(json, out->text + out->size, out->room - out->size - reserved);
    return true;
}

void dash_out_add(struct flota_dash_outbox *out, size_t size, uint32_t now_ms)
{
    if (size == 0)
        return;
    if (out->size == 0)
        out->moved_ms = now_ms;
    out->size += size;
    out->pieces++;
}

size_t dash_out_output(const struct flota_dash_outbox *out, const uint8_t **data)
{
    *data = out->text ? (const uint8_t *)out->text + out->offered : NULL;
    return out->size - out->offered;
}

void dash_out_sent(struct flota_dash_outbox *out, size_t size)
{
    size_t left = out->size - out->offered;
    out->offered += size < left ? size : left;
}

void dash_out_acked(struct flota_dash_outbox *out, size_t size)
{
    size_t left = out->offered - out->acked;
    out->acked += size < left ? size : left;
    if (out->acked == out->size)
        out->size = out->offered = out->acked = out->pieces = 0;
}

bool dash_out_is_empty(const struct flota_dash_outbox *out)
{
    return out->size == 0;
}

uint32_t dash_out_stalled_ms(const struct flota_dash_outbox *out, uint32_t now_ms)
{
    return out->size > 0 ? now_ms - out->moved_ms : 0;
}
