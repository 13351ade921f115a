/* page.c - the board page and its JSON, served by libmicrohttpd inside the board's one thread.
 *
 * Who may ask: pages and programs on this machine. A Host header that names something else is
 * refused (a foreign name that resolves to 127.0.0.1), and so is what a foreign page would change.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "page.h"
#include "sessions.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPEED_PERIOD_NS (500 * NS_PER_MS)

static uint64_t real_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- answers --- */

static void add_headers(struct MHD_Response *response, const char *type)
{
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(
        response, "Content-Security-Policy",
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "connect-src 'self'; img-src data:; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'");
}

enum MHD_Result page_answer(struct MHD_Connection *connection, unsigned status, const char *type,
                            const void *body, size_t size, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)body, mode);
    enum MHD_Result result;
    if (!response)
        return MHD_NO;
    add_headers(response, type);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result page_say(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return page_answer(connection, status, "text/plain; charset=utf-8", text, strlen(text),
                       MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result page_done(struct MHD_Connection *connection)
{
    static const char text[] = "{\"ok\":true}\n";
    return page_answer(connection, MHD_HTTP_OK, "application/json", text, sizeof text - 1,
                       MHD_RESPMEM_PERSISTENT);
}

/* --- who may ask --- */

static bool host_is_local(const struct page *page, const char *host)
{
    const char *const names[] = {"localhost", "127.0.0.1", "[::1]", page->host};
    for (size_t i = 0; host && i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (length && strncasecmp(host, names[i], length) == 0 &&
            (host[length] == '\0' || host[length] == ':'))
            return true;
    }
    return false;
}

static bool same_origin(struct MHD_Connection *connection, const char *host)
{
    const char *origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
    const char *site = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    return !origin || (strncmp(origin, "http://", 7) == 0 && strcasecmp(origin + 7, host) == 0);
}

static void take_body(struct page_request *request, const char *data, size_t size)
{
    if (size > PAGE_POST_LIMIT - request->size) {
        request->too_long = true;
        return;
    }
    memcpy(request->body + request->size, data, size);
    request->size += size;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **state)
{
    struct board *board = context;
    struct page_request *request = *state;
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    (void)version;
    if (!request) { /* the headers have arrived */
        *state = calloc(1, sizeof *request);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        take_body(request, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (!host_is_local(board->page, host))
        return page_say(connection, MHD_HTTP_FORBIDDEN, "this page answers to localhost only\n");
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && !same_origin(connection, host))
        return page_say(connection, MHD_HTTP_FORBIDDEN, "another site's page may not do this\n");
    if (request->too_long)
        return page_say(connection, MHD_HTTP_CONTENT_TOO_LARGE, "at most 4096 bytes at once\n");
    return page_route(board, connection, method, path, request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    (void)context;
    (void)connection;
    (void)why;
    free(*state);
    *state = NULL;
}

/* --- in the board's thread --- */

static void measure_speed(struct board *board)
{
    struct page *page = board->page;
    uint64_t real = real_ns();
    if (real - page->real_ns < SPEED_PERIOD_NS)
        return;
    page->speed = (double)(board->now_ns - page->virtual_ns) / (double)(real - page->real_ns);
    page->real_ns = real;
    page->virtual_ns = board->now_ns;
}

size_t page_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                         uint32_t *timeout_ms)
{
    MHD_UNSIGNED_LONG_LONG own;
    if (!board->page || capacity < 1)
        return 0;
    if (MHD_get_timeout(board->page->daemon, &own) == MHD_YES && own < *timeout_ms)
        *timeout_ms = (uint32_t)own;
    fds[0] = (struct pollfd){.fd = board->page->epoll_fd, .events = POLLIN};
    return 1;
}

void page_poll_done(struct board *board, const struct pollfd *fds, size_t count)
{
    (void)fds;
    (void)count;
    if (!board->page)
        return;
    measure_speed(board);
    MHD_run(board->page->daemon);
}

/* --- start --- */

/* ADDRESS:PORT, the address as numbers; "localhost" is taken too. */
static bool parse_address(const char *text, struct page *page, struct sockaddr_in *address)
{
    const char *colon = strrchr(text, ':');
    char *end;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    size_t length = colon ? (size_t)(colon - text) : 0;
    if (!colon || end == colon + 1 || *end || port > 65535 || length == 0 ||
        length >= sizeof page->host)
        return false;
    memcpy(page->host, text, length);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, strcmp(page->host, "localhost") ? page->host : "127.0.0.1",
                     &address->sin_addr) == 1;
}

static _Noreturn void fail(const char *http, const char *why)
{
    fprintf(stderr, "flota-vboard: --http %s: %s\n", http, why);
    exit(2);
}

static bool start(struct board *board, struct page *page, struct sockaddr_in *address)
{
    const union MHD_DaemonInfo *info;
    page->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, board,
                                    MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_NOTIFY_COMPLETED,
                                    on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, 64u,
                                    MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_END);
    info = page->daemon ? MHD_get_daemon_info(page->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info)
        return false;
    page->epoll_fd = info->epoll_fd;
    return true;
}

/* NULL without --http. Exits the program with a message when the address cannot be served. */
struct page *page_create(struct board *board)
{
    struct sockaddr_in address;
    struct page *page;
    const union MHD_DaemonInfo *info;
    if (!board->options.http)
        return NULL;
    page = calloc(1, sizeof *page);
    if (!page || !parse_address(board->options.http, page, &address))
        fail(board->options.http, "give ADDRESS:PORT, as in 127.0.0.1:8100");
    if (!start(board, page, &address))
        fail(board->options.http, "cannot listen there; is the port taken?");
    page->real_ns = real_ns();
    page->virtual_ns = board->now_ns;
    info = MHD_get_daemon_info(page->daemon, MHD_DAEMON_INFO_BIND_PORT);
    fprintf(stderr, "vboard: board page http://%s:%u/\n", page->host, info ? info->port : 0u);
    return page;
}

void page_destroy(struct board *board)
{
    if (!board->page)
        return;
    MHD_stop_daemon(board->page->daemon);
    free(board->page);
    board->page = NULL;
    sessions_destroy(board);
}
