/* peer_request.c - the requests that the control socket asks for, and their answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_BODY_MAX   (4u * 1024 * 1024)
#define REQUESTS_UNDER_WAY 64u
#define TIMEOUT_NS         (60 * NS_PER_S)

struct request {
    struct request *next;
    unsigned number;
    uint8_t *body;
    struct http_exchange exchange;
    struct peer_response response;
};

static struct request *find(const struct board *board, unsigned number)
{
    const struct peer *peer = board->net->peer;
    struct request *request = peer ? peer->requests : NULL;
    while (request && request->number != number)
        request = request->next;
    return request;
}

static void fill_response(struct request *request)
{
    const struct http_exchange *exchange = &request->exchange;
    uint64_t taken = exchange->acknowledged;
    request->response = (struct peer_response){
        .request = request->number,
        .status = exchange->answer.status,
        .reason = exchange->answer.reason,
        .headers = exchange->answer.headers,
        .error = exchange->error[0] ? exchange->error : NULL,
        .body = exchange->answer.body,
        .body_size = exchange->answer.body_size,
        .begin_ns = exchange->begin_ns,
        .end_ns = exchange->end_ns,
        .sent = taken > exchange->head_size ? taken - exchange->head_size : 0};
}

static void on_done(struct http_exchange *exchange, void *owner)
{
    (void)exchange;
    struct request *request = owner;
    free(request->body);
    request->body = NULL;
    fill_response(request);
}

/* --- beginning --- */

static size_t count_under_way(const struct peer *peer)
{
    size_t count = 0;
    for (const struct request *request = peer->requests; request; request = request->next)
        count += !request->exchange.over;
    return count;
}

static const char *unusable(const struct board *board, const struct peer_request *request)
{
    const struct peer *peer = board->net->peer;
    ip4_addr_t address;
    if (!peer)
        return "there is no peer to make requests: start with --net script or --deterministic";
    if (count_under_way(peer) >= REQUESTS_UNDER_WAY)
        return "64 requests are under way already: wait for some of them";
    if (request->body_size > REQUEST_BODY_MAX)
        return "the body is larger than 4 MiB, the chip's flash has 2";
    if (request->address && !ip4addr_aton(request->address, &address))
        return "the address is not an IPv4 address";
    return NULL;
}

static uint8_t *write_head(const struct board *board, const struct peer_request *request,
                           struct http_plan *plan, const char **error)
{
    char host[32], address[IP4ADDR_STRLEN_MAX];
    plan->address = board->net->peer->guest;
    if (request->address)
        ip4addr_aton(request->address, &plan->address);
    plan->port = request->port ? request->port : 80;
    ip4addr_ntoa_r(&plan->address, address, sizeof address);
    snprintf(host, sizeof host, plan->port == 80 ? "%s" : "%s:%u", address, plan->port);
    struct http_request_line line = {.method = request->method,
                                     .path = request->path,
                                     .host = host,
                                     .headers = request->headers,
                                     .body_size = request->body_size};
    return http_request_text(&line, &plan->head_size, error);
}

static uint8_t *copy_body(const struct peer_request *request)
{
    uint8_t *copy = malloc(request->body_size > 0 ? request->body_size : 1);
    if (!copy)
        abort();
    if (request->body_size > 0)
        memcpy(copy, request->body, request->body_size);
    return copy;
}

unsigned peer_request(struct board *board, const struct peer_request *request, const char **error)
{
    struct http_plan plan = {.done = on_done};
    *error = unusable(board, request);
    if (!*error)
        plan.head = write_head(board, request, &plan, error);
    if (*error)
        return 0;
    struct peer *peer = board->net->peer;
    struct request *added = calloc(1, sizeof *added);
    if (!added)
        abort();
    added->number = ++peer->last_request;
    added->next = peer->requests;
    peer->requests = added;
    plan.body = added->body = copy_body(request);
    plan.body_size = request->body_size;
    plan.head_request = strcmp(request->method, "HEAD") == 0;
    plan.timeout_ms = peer_ms(request->timeout_ns ? request->timeout_ns : TIMEOUT_NS);
    plan.owner = added;
    peer_find_guest(board);
    http_begin(board, &added->exchange, &plan);
    net_schedule(board);
    return added->number;
}

/* --- afterwards --- */

const struct peer_response *peer_response(const struct board *board, unsigned number)
{
    const struct request *request = find(board, number);
    return request && request->exchange.over ? &request->response : NULL;
}

static void destroy(struct request *request)
{
    http_end(&request->exchange);
    free(request->body);
    free(request);
}

void peer_forget(struct board *board, unsigned number)
{
    struct request *request = find(board, number);
    if (!request)
        return;
    struct request **place = &board->net->peer->requests;
    while (*place != request)
        place = &(*place)->next;
    *place = request->next;
    destroy(request);
    net_schedule(board);
}

void peer_requests_destroy(struct board *board)
{
    struct peer *peer = board->net->peer;
    while (peer->requests) {
        struct request *request = peer->requests;
        peer->requests = request->next;
        destroy(request);
    }
}
