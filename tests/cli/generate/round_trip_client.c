/* round_trip_client.c - requests to a device without a network.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "round_trip.h"
#include <stdio.h>

struct run run;

uint32_t chance(uint32_t below)
{
    run.random = run.random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(run.random >> 33) % below;
}

void expect(bool good, const char *what, const char *more)
{
    run.checks++;
    if (good)
        return;
    run.failures++;
    fprintf(stderr, "%s: %s: %s: %.300s\n", run.path, run.endpoint, what, more);
}

/* --- requests --- */

const char *answer_body(void)
{
    const char *body = strstr(run.client.output, "\r\n\r\n");
    return body ? body + 4 : "";
}

static bool is_complete(void)
{
    const char *length = strstr(run.client.output, "Content-Length: ");
    const char *body = strstr(run.client.output, "\r\n\r\n");
    if (flota_http_wants_close(&run.client.connection))
        return true;
    return body && length && length < body &&
           run.client.output_size - (size_t)(body + 4 - run.client.output) >=
               strtoul(length + 16, NULL, 10);
}

/* Returns the status. */
int request(const char *method, const char *path, const char *body)
{
    static char text[4096];
    snprintf(text, sizeof text,
             "%s /api/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
             method, path, strlen(body), body);
    client_open(&run.client, &run.server);
    run.client.now_ms = run.now_ms;
    client_send(&run.client, text);
    for (unsigned turn = 0; turn < 5000 && !is_complete(); turn++) {
        flota_dash_poll(&run.dash, ++run.now_ms);
        client_wait(&run.client, 1);
    }
    flota_http_close(&run.client.connection);
    return client_status(&run.client);
}

/* A value of the present state; to be deleted. */
cJSON *get(const char *path)
{
    int status = request("GET", path, "");
    cJSON *json = cJSON_Parse(answer_body());
    expect(status == 200 && json, "GET", run.client.output);
    return json;
}
