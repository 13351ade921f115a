/* http_test.h - a client without a network, for the tests of what stands on flota/http.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HTTP_TEST_H
#define HTTP_TEST_H

#include "flota/http.h"
#include "prng.h"
#include <stdlib.h>
#include <string.h>

#define CLIENT_OUTPUT_MAX 65536u

/* One connection, what it has sent so far, and how its peer behaves. */
struct client {
    struct flota_http_connection connection;
    uint32_t now_ms;
    bool deaf;          /* acknowledges nothing */
    size_t output_size; /* bytes; output is zero-terminated */
    char output[CLIENT_OUTPUT_MAX + 1];
};

static inline void client_open(struct client *client, struct flota_http_server *server)
{
    client->now_ms = 1000;
    client->deaf = false;
    client->output_size = 0;
    client->output[0] = '\0';
    flota_http_open(&client->connection, server, "192.168.0.5", client->now_ms);
}

/* Take what the server offers, and acknowledge it. */
static inline void client_collect(struct client *client)
{
    const uint8_t *data;
    size_t size;
    while ((size = flota_http_output(&client->connection, &data)) > 0) {
        size_t room = CLIENT_OUTPUT_MAX - client->output_size;
        size_t kept = size < room ? size : room;
        memcpy(client->output + client->output_size, data, kept);
        client->output_size += kept;
        client->output[client->output_size] = '\0';
        flota_http_sent(&client->connection, size);
        if (!client->deaf)
            flota_http_acked(&client->connection, size, client->now_ms);
    }
}

/* Let time pass by ms, in one step. */
static inline void client_wait(struct client *client, uint32_t ms)
{
    client->now_ms += ms;
    flota_http_poll(&client->connection, client->now_ms);
    client_collect(client);
}

/* Offer bytes until the server takes no more. Each piece lies in a block of its own, so that
 * reading behind it is seen. Returns how many were taken. */
static inline size_t client_offer(struct client *client, const void *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    size_t total = 0;
    if (size)
        memcpy(copy, data, size);
    for (int idle = 0; total < size && idle < 3;) {
        size_t taken =
            flota_http_receive(&client->connection, copy + total, size - total, client->now_ms);
        total += taken;
        idle = taken ? 0 : idle + 1;
        flota_http_poll(&client->connection, client->now_ms);
        client_collect(client);
    }
    free(copy);
    return total;
}

static inline size_t client_send(struct client *client, const char *text)
{
    return client_offer(client, text, strlen(text));
}

/* The status of the last complete answer in the output, or 0. */
static inline int client_status(const struct client *client)
{
    const char *at = client->output, *found;
    int status = 0;
    while ((found = strstr(at, "HTTP/1.1 "))) {
        status = atoi(found + 9);
        at = found + 9;
    }
    return status;
}

static inline bool client_got(const struct client *client, const char *text)
{
    return strstr(client->output, text) != NULL;
}

#endif
