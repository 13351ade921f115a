/* wizard_events.c - see wizard_events.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_events.h"
#include "wizard_http.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEARTBEAT_MS                                                                               \
    5000u /* a browser that has gone silently is noticed by what it does not take */
#define BATCH_SIZE 16384u

/* --- the list --- */

void wizard_events_add(struct wizard_events *events, cJSON *object)
{
    char **place = &events->kept[events->count % WIZARD_EVENTS_KEPT];
    free(*place);
    *place = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    events->count++;
}

void wizard_events_free(struct wizard_events *events)
{
    for (size_t i = 0; i < WIZARD_EVENTS_KEPT; i++)
        free(events->kept[i]);
    for (size_t i = 0; i < WIZARD_EVENTS_CLIENTS; i++)
        free(events->clients[i].text);
}

/* --- one client --- */

static void print_events(struct wizard_client *client, FILE *out)
{
    struct wizard_events *events = client->events;
    if (events->count - client->next > WIZARD_EVENTS_KEPT)
        client->next = events->count - WIZARD_EVENTS_KEPT;
    while (client->next < events->count && ftell(out) < (long)BATCH_SIZE) {
        const char *text = events->kept[client->next % WIZARD_EVENTS_KEPT];
        client->next++;
        fprintf(out, "id: %llu\ndata: %s\n\n", (unsigned long long)client->next,
                text ? text : "{}");
    }
}

static void fill(struct wizard_client *client)
{
    bool silent = client->now_ms - client->spoken_ms >= HEARTBEAT_MS;
    if (client->text || (client->next == client->events->count && !silent))
        return;
    FILE *out = open_memstream(&client->text, &client->size);
    if (!out)
        return;
    print_events(client, out);
    if (ftell(out) == 0)
        fputs(": still here\n\n", out);
    fclose(out);
    client->spoken_ms = client->now_ms;
    client->offered = client->acked = 0;
}

static void stream_open(void *session, void *context, const char *peer, uint32_t now_ms)
{
    struct wizard_client *client = session;
    (void)context;
    (void)peer;
    client->now_ms = client->spoken_ms = now_ms;
}

/* A browser sends nothing here. */
static size_t stream_receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    (void)session;
    (void)data;
    (void)now_ms;
    return size;
}

static size_t stream_output(void *session, const uint8_t **data)
{
    struct wizard_client *client = session;
    fill(client);
    if (!client->text)
        return 0;
    *data = (const uint8_t *)client->text + client->offered;
    return client->size - client->offered;
}

static void stream_sent(void *session, size_t size)
{
    struct wizard_client *client = session;
    client->offered += size;
}

static void stream_acked(void *session, size_t size, uint32_t now_ms)
{
    struct wizard_client *client = session;
    client->now_ms = now_ms;
    client->acked += size;
    if (!client->text || client->acked < client->size)
        return;
    free(client->text);
    client->text = NULL;
}

static void stream_poll(void *session, uint32_t now_ms)
{
    struct wizard_client *client = session;
    client->now_ms = now_ms;
}

static bool stream_ended(const void *session)
{
    const struct wizard_client *client = session;
    return client->ended;
}

static enum flota_stream_use stream_use(const void *session)
{
    (void)session;
    return FLOTA_STREAM_USE_EXCHANGE;
}

static void stream_peer_ended(void *session, size_t undelivered)
{
    struct wizard_client *client = session;
    (void)undelivered;
    client->ended = true;
}

static void stream_close(void *session)
{
    struct wizard_client *client = session;
    free(client->text);
    *client = (struct wizard_client){.used = false};
}

static const struct flota_stream_protocol stream = {
    .session_size = sizeof(struct wizard_client),
    .open = stream_open,
    .receive = stream_receive,
    .output = stream_output,
    .sent = stream_sent,
    .acked = stream_acked,
    .poll = stream_poll,
    .output_ended = stream_ended,
    .wants_close = stream_ended,
    .use = stream_use,
    .peer_ended = stream_peer_ended,
    .close = stream_close,
};

/* --- the request --- */

static struct wizard_client *free_client(struct wizard_events *events)
{
    for (size_t i = 0; i < WIZARD_EVENTS_CLIENTS; i++)
        if (!events->clients[i].used)
            return &events->clients[i];
    return NULL;
}

/* Where a client that was here before goes on; a new one: at the end. */
static uint64_t place_of(const struct wizard_events *events,
                         const struct flota_http_connection *connection)
{
    struct flota_http_text last = flota_http_header(connection, "Last-Event-ID");
    char digits[24];
    if (!last.data || last.size == 0 || last.size >= sizeof digits)
        return events->count;
    snprintf(digits, sizeof digits, "%.*s", (int)last.size, last.data);
    uint64_t place = strtoull(digits, NULL, 10);
    return place <= events->count ? place : events->count;
}

static char *first_text(const struct wizard_events *events, const cJSON *first)
{
    char *text = NULL, *json = cJSON_PrintUnformatted(first);
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out) {
        fprintf(out, "retry: 1000\nid: %llu\ndata: %s\n\n", (unsigned long long)events->count,
                json ? json : "{}");
        fclose(out);
    }
    free(json);
    return text;
}

void wizard_events_serve(struct wizard_events *events, struct flota_http_connection *connection,
                         cJSON *first)
{
    struct wizard_client *client = free_client(events);
    if (!client) {
        cJSON_Delete(first);
        wizard_refuse(connection, 503, "too many pages listen to this wizard",
                      "close some of its tabs");
        return;
    }
    *client = (struct wizard_client){.events = events, .used = true};
    client->next = place_of(events, connection);
    if (client->next == events->count)
        client->text = first_text(events, first);
    client->size = client->text ? strlen(client->text) : 0;
    cJSON_Delete(first);
    wizard_when_lost(connection, stream_close, client);
    if (!flota_http_stream(connection, "text/event-stream", WIZARD_HEADERS, FLOTA_HTTP_SIZE_UNKNOWN,
                           &stream, client, NULL))
        stream_close(client);
}
