/* wizard_events.h - what the wizard's page hears as it happens: text/event-stream.
 *
 * One list of the last events for all clients; each has its place in it. A client that comes again
 * says the last one it has seen and goes on from there; one that reads too slowly misses the oldest
 * ones.
 *
 *     wizard_events_add(&events, object);      // takes the object
 *
 * Source: HTML Living Standard 9.2 (server-sent events).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_EVENTS_H
#define FLOTA_CLI_WIZARD_EVENTS_H

#include "flota/http.h"
#include <cjson/cJSON.h>

#define WIZARD_EVENTS_KEPT    4096u
#define WIZARD_EVENTS_CLIENTS 16u

struct wizard_events;

struct wizard_client {
    struct wizard_events *events;
    bool used;     /* from the request on */
    bool ended;    /* the browser has gone */
    uint64_t next; /* the event to send next */
    char *text;    /* being sent */
    size_t size, offered, acked;
    uint32_t now_ms, spoken_ms;
};

/* Start with zeros. */
struct wizard_events {
    char *kept[WIZARD_EVENTS_KEPT];
    uint64_t count; /* of all there were; the last ones are kept */
    struct wizard_client clients[WIZARD_EVENTS_CLIENTS];
};

void wizard_events_add(struct wizard_events *events, cJSON *object);

/* Answer a GET of the stream. first: what a new client hears before all else; taken. */
void wizard_events_serve(struct wizard_events *events, struct flota_http_connection *connection,
                         cJSON *first);

void wizard_events_free(struct wizard_events *events);

#endif
