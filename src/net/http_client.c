/* http_client.c - one exchange over one connection: request out, head, body, end.
 *
 * The request: http_client_request.c. The head: http_client_reply.c. Addresses: http_client_url.c.
 * The chunked coding: http_body.c, the server's.
 *
 * Source: RFC 9112 6.3 (where a body ends), 8 (messages that break off).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_client_internal.h"
#include "http_internal.h"
#include <string.h>

static bool is_over(const struct flota_http_client *client)
{
    return client->state == FLOTA_HTTP_CLIENT_COMPLETE || client->state == FLOTA_HTTP_CLIENT_FAILED;
}

static void complete(struct flota_http_client *client)
{
    client->state = FLOTA_HTTP_CLIENT_COMPLETE;
}

static void fail(struct flota_http_client *client, int error, const char *why)
{
    client->state = FLOTA_HTTP_CLIENT_FAILED;
    client->error = error;
    client->why = why;
}

void flota_http_client_prepare(struct flota_http_client *client)
{
    memset(client, 0, sizeof *client);
}

int flota_http_client_result(const struct flota_http_client *client,
                             const struct flota_network_dial *dial)
{
    if (client->state == FLOTA_HTTP_CLIENT_COMPLETE)
        return 0;
    if (client->state == FLOTA_HTTP_CLIENT_FAILED)
        return client->error;
    if (dial->state != FLOTA_NETWORK_CLOSED)
        return FLOTA_HTTP_CLIENT_PENDING;
    return dial->error != 0 ? dial->error : FLOTA_ERR_CONNECT_LOST;
}

/* --- body --- */

/* Returns how many bytes were taken; after an error, all. */
static size_t deliver(struct flota_http_client *client, const uint8_t *data, size_t size)
{
    const struct flota_http_get *get = client->get;
    int taken = get->body(get->context, data, size);
    if (taken < 0) {
        fail(client, taken, NULL);
        return size;
    }
    client->blocked = (size_t)taken < size;
    if (client->body_left != UINT64_MAX)
        client->body_left -= (uint64_t)taken;
    return (size_t)taken;
}

static size_t smaller(size_t size, uint64_t limit)
{
    return size < limit ? size : (size_t)limit;
}

/* The end of the coding must be that of the part which was announced. */
static void end_chunks(struct flota_http_client *client)
{
    if (client->body_left == 0 || client->body_left == UINT64_MAX)
        complete(client);
    else
        fail(client, FLOTA_ERR_HTTP_REPLY, "its body is shorter than its Content-Range");
}

/* Returns bytes taken: framing up to the next data, and of that what was wanted. */
static size_t take_chunk(struct flota_http_client *client, const uint8_t *data, size_t size)
{
    size_t framing;
    switch (flota_http_chunks_next(&client->chunks, data, size, &framing)) {
    case HTTP_CHUNK_DATA:
        break;
    case HTTP_CHUNK_END:
        end_chunks(client);
        return framing;
    case HTTP_CHUNK_BAD:
        fail(client, FLOTA_ERR_HTTP_REPLY, "a chunk of its body is malformed");
        return framing;
    case HTTP_CHUNK_MORE:
        return framing;
    }
    size_t offered = smaller(size - framing, client->chunks.left);
    if (offered > client->body_left) {
        fail(client, FLOTA_ERR_HTTP_REPLY, "its body is longer than its Content-Range");
        return framing;
    }
    if (offered == 0)
        return framing;
    size_t taken = deliver(client, data + framing, offered);
    client->chunks.left -= taken;
    return framing + taken;
}

static size_t take_plain(struct flota_http_client *client, const uint8_t *data, size_t size)
{
    size_t taken = deliver(client, data, smaller(size, client->body_left));
    if (client->state == FLOTA_HTTP_CLIENT_BODY && client->body_left == 0)
        complete(client);
    return taken;
}

static size_t take_body(struct flota_http_client *client, const uint8_t *data, size_t size)
{
    return client->chunked ? take_chunk(client, data, size) : take_plain(client, data, size);
}

/* --- head --- */

static void begin_body(struct flota_http_client *client)
{
    int result = client->get->head(client->get->context, client);
    if (result < 0)
        fail(client, result, NULL);
    else if (result > 0 || (!client->chunked && client->body_left == 0))
        complete(client);
    else
        client->state = FLOTA_HTTP_CLIENT_BODY;
}

/* 1xx: forget it, the reply comes behind. */
static void pass_over(struct flota_http_client *client)
{
    if (client->reply.status == 101)
        fail(client, FLOTA_ERR_HTTP_REPLY, "it changes the protocol, which was not asked for");
    else if (++client->interim_count > FLOTA_HTTP_CLIENT_INTERIM_MAX)
        fail(client, FLOTA_ERR_HTTP_REPLY, "only interim replies (1xx) come");
    client->head_size = client->header_count = client->line_count = 0;
}

static size_t take_head(struct flota_http_client *client, const uint8_t *data, size_t size)
{
    size_t taken;
    bool is_complete;
    const char *fault = flota_http_client_take_head(client, data, size, &taken, &is_complete);
    if (!fault && is_complete)
        fault = flota_http_client_read_head(client);
    if (fault)
        fail(client, FLOTA_ERR_HTTP_REPLY, fault);
    else if (is_complete && client->reply.status < 200)
        pass_over(client);
    else if (is_complete)
        begin_body(client);
    return taken;
}

/* --- stream protocol --- */

static void open_session(void *session, void *context, const char *peer, uint32_t now_ms)
{
    struct flota_http_client *client = session;
    (void)peer;
    flota_http_client_prepare(client);
    client->get = context;
    client->opened = true;
    client->now_ms = client->since_ms = now_ms;
    if (!flota_http_client_write_request(client))
        fail(client, FLOTA_ERR_URL_BAD, "the request is longer than 2560 bytes");
}

/* Time runs anew with each STEP. */
static void note_progress(struct flota_http_client *client, size_t taken)
{
    client->step += (uint32_t)taken;
    if (client->state == FLOTA_HTTP_CLIENT_HEAD || client->step < FLOTA_HTTP_CLIENT_STEP)
        return;
    client->step = 0;
    client->since_ms = client->now_ms;
}

static size_t receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    struct flota_http_client *client = session;
    size_t done = 0;
    client->now_ms = now_ms;
    client->blocked = false;
    while (done < size && !client->blocked && !is_over(client)) {
        if (client->state == FLOTA_HTTP_CLIENT_HEAD)
            done += take_head(client, data + done, size - done);
        else
            done += take_body(client, data + done, size - done);
    }
    note_progress(client, done);
    return is_over(client) ? size : done;
}

static size_t output(void *session, const uint8_t **data)
{
    struct flota_http_client *client = session;
    *data = (const uint8_t *)client->out + client->out_offered;
    return is_over(client) ? 0 : client->out_size - client->out_offered;
}

static void sent(void *session, size_t size)
{
    struct flota_http_client *client = session;
    client->out_offered += size;
}

static void acked(void *session, size_t size, uint32_t now_ms)
{
    struct flota_http_client *client = session;
    (void)size;
    client->now_ms = now_ms;
}

static void poll(void *session, uint32_t now_ms)
{
    struct flota_http_client *client = session;
    const struct flota_http_get *get = client->get;
    client->now_ms = now_ms;
    if (client->blocked) /* our own side is what waits */
        client->since_ms = now_ms;
    uint32_t limit_ms = get->stall_ms != 0 ? get->stall_ms : FLOTA_HTTP_CLIENT_STALL_MS;
    if (is_over(client) || now_ms - client->since_ms < limit_ms)
        return;
    if (client->state == FLOTA_HTTP_CLIENT_HEAD)
        fail(client, FLOTA_ERR_CONNECT_TIMEOUT, "the connection stands, but no whole reply came");
    else
        fail(client, FLOTA_ERR_TRANSFER_STALLED, NULL);
}

static bool wants_close(const void *session)
{
    return is_over(session);
}

static enum flota_stream_use use(const void *session)
{
    (void)session;
    return FLOTA_STREAM_USE_EXCHANGE;
}

static void lose(struct flota_http_client *client)
{
    bool in_head = client->state == FLOTA_HTTP_CLIENT_HEAD;
    if (!is_over(client))
        fail(client, in_head ? FLOTA_ERR_CONNECT_LOST : FLOTA_ERR_TRANSFER_LOST, NULL);
}

static void peer_ended(void *session, size_t undelivered)
{
    struct flota_http_client *client = session;
    if (undelivered > 0 || is_over(client))
        return;
    if (client->state == FLOTA_HTTP_CLIENT_BODY && client->until_close)
        complete(client);
    else
        lose(client);
}

static void close_session(void *session)
{
    struct flota_http_client *client = session;
    if (client->opened)
        lose(client);
}

const struct flota_stream_protocol flota_http_client_protocol = {
    .session_size = sizeof(struct flota_http_client),
    .open = open_session,
    .receive = receive,
    .output = output,
    .sent = sent,
    .acked = acked,
    .poll = poll,
    .output_ended = wants_close,
    .wants_close = wants_close,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};
