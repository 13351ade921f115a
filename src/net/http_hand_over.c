/* http_hand_over.c - answer a request, and give the connection to another protocol.
 *
 * The protocol begins when the peer has the answer's head (http_connection.c: hand_over()): from
 * then on there is nothing of HTTP on its way, and all acknowledgements are the protocol's.
 *
 * Source: RFC 9110 7.8 (Upgrade), RFC 9112 6.3 (a body that ends with the connection).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_internal.h"

/* Can the request be answered so? The rest of a body would be taken for the protocol's bytes. */
static bool is_ready(struct flota_http_connection *connection, const char *type, const char *extra)
{
    if (!flota_http_may_respond(connection))
        return false;
    if (connection->body_done && flota_http_head_fits(type, extra))
        return true;
    flota_http_refuse(connection, HTTP_REFUSE_INTERNAL);
    return false;
}

static void set_protocol(struct flota_http_connection *connection,
                         const struct flota_stream_protocol *protocol, void *session, void *context)
{
    connection->upgrade = protocol;
    connection->upgrade_session = session;
    connection->upgrade_context = context;
}

void flota_http_upgrade(struct flota_http_connection *connection, const char *extra,
                        const struct flota_stream_protocol *protocol, void *session, void *context)
{
    if (!is_ready(connection, NULL, extra))
        return;
    set_protocol(connection, protocol, session, context);
    flota_http_send(connection, 101, NULL, extra, NULL, 0);
}

bool flota_http_stream(struct flota_http_connection *connection, const char *type,
                       const char *extra, size_t size, const struct flota_stream_protocol *protocol,
                       void *session, void *context)
{
    char lines[FLOTA_HTTP_EXTRA_MAX + 1];
    if (!flota_http_add_no_store(lines, sizeof lines, extra)) {
        flota_http_refuse(connection, HTTP_REFUSE_INTERNAL);
        return false;
    }
    if (!is_ready(connection, type, lines))
        return false;
    if (!connection->head_request) {
        set_protocol(connection, protocol, session, context);
        connection->keep_alive = false;
    }
    flota_http_send(connection, 200, type, lines, NULL, size);
    return connection->upgrade != NULL;
}

char *flota_http_stream_memory(struct flota_http_connection *connection, size_t *size)
{
    *size = sizeof connection->out_text;
    return connection->out_text;
}
