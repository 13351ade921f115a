/* round_trip.h - what the files of round_trip share: one client, one device, chance.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ROUND_TRIP_H
#define ROUND_TRIP_H

#include "../../unit/http_test.h"
#include "flota/flota.h"
#include <cjson/cJSON.h>

struct run {
    struct flota_dash dash;
    struct flota_http_server server;
    struct flota_http_route route;
    struct client client;
    uint32_t now_ms;
    uint64_t random;
    const char *path; /* of the glue, for messages */
    const char *endpoint;
    unsigned checks, failures;
};
extern struct run run;

uint32_t chance(uint32_t below);
void expect(bool good, const char *what, const char *more);

/* A request to /api/PATH. Returns the status. */
int request(const char *method, const char *path, const char *body);
const char *answer_body(void);

/* The value that GET gives; to be deleted. */
cJSON *get(const char *path);

/* A value that the field takes, and one that it does not. */
cJSON *pick_good(const struct flota_field *field);
cJSON *pick_bad(const struct flota_field *field);
bool same(const cJSON *a, const cJSON *b);

/* Does the glue say what the description says: endpoints, fields, first values? */
void check_description(const struct flota_glue *glue, const cJSON *description);

#endif
