/* page.c - the board page and its JSON, served by libmicrohttpd inside the board's one thread.
 *
 * Who may ask: pages and programs on this machine. A Host header that names something else is
 * refused (a foreign name that resolves to 127.0.0.1), and so are POSTs that a foreign page makes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "page_json.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POST_LIMIT      4096
#define SPEED_PERIOD_NS (500 * NS_PER_MS)
#define BUTTON_PORT     'C'
#define BUTTON_PIN      13

extern const unsigned char page_html[];
extern const unsigned long page_html_size;

struct page {
    struct MHD_Daemon *daemon;
    int epoll_fd;
    char host[64]; /* the host part of --http */
    uint64_t real_ns, virtual_ns;
    double speed;
};

/* What has arrived of one request's body. */
struct request {
    char body[POST_LIMIT];
    size_t size;
    bool too_long;
};

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

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
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

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return answer(connection, status, "text/plain; charset=utf-8", text, strlen(text),
                  MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result done(struct MHD_Connection *connection)
{
    static const char text[] = "{\"ok\":true}\n";
    return answer(connection, MHD_HTTP_OK, "application/json", text, sizeof text - 1,
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

/* --- the requests --- */

typedef enum MHD_Result handler(struct board *board, struct MHD_Connection *connection,
                                const struct request *request);

static const char *argument(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
    return value ? value : "";
}

static handler get_page, get_board, get_console, get_console_lines, get_flash, get_gpio, post_reset,
    post_power, post_button, post_console, post_options;

static enum MHD_Result get_page(struct board *board, struct MHD_Connection *connection,
                                const struct request *request)
{
    (void)board;
    (void)request;
    return answer(connection, MHD_HTTP_OK, "text/html; charset=utf-8", page_html, page_html_size,
                  MHD_RESPMEM_PERSISTENT);
}

/* Make a JSON answer with one of page_json's functions. */
#define JSON_ANSWER(connection, call)                                                              \
    do {                                                                                           \
        char *json = NULL;                                                                         \
        size_t json_size = 0;                                                                      \
        FILE *out = open_memstream(&json, &json_size);                                             \
        if (!out)                                                                                  \
            return MHD_NO;                                                                         \
        call;                                                                                      \
        fclose(out);                                                                               \
        return answer(connection, MHD_HTTP_OK, "application/json", json, json_size,                \
                      MHD_RESPMEM_MUST_FREE);                                                      \
    } while (0)

static enum MHD_Result get_board(struct board *board, struct MHD_Connection *connection,
                                 const struct request *request)
{
    uint64_t since = strtoull(argument(connection, "since"), NULL, 10);
    (void)request;
    JSON_ANSWER(connection, page_json_board(out, board, board->page->speed, since));
}

static enum MHD_Result get_console(struct board *board, struct MHD_Connection *connection,
                                   const struct request *request)
{
    uint64_t since = strtoull(argument(connection, "since"), NULL, 10);
    (void)request;
    JSON_ANSWER(connection, page_json_console(out, board, since));
}

static enum MHD_Result get_console_lines(struct board *board, struct MHD_Connection *connection,
                                         const struct request *request)
{
    (void)request;
    JSON_ANSWER(connection, page_json_console_lines(out, board));
}

/* A physical bank's contents, for tests that compare them. */
static enum MHD_Result get_flash(struct board *board, struct MHD_Connection *connection,
                                 const struct request *request)
{
    const char *name = argument(connection, "bank");
    (void)request;
    if (strcmp(name, "1") != 0 && strcmp(name, "2") != 0)
        return say(connection, MHD_HTTP_BAD_REQUEST, "say ?bank=1 or ?bank=2\n");
    int half = (name[0] == '2') != flash_swapped(board);
    return answer(connection, MHD_HTTP_OK, "application/octet-stream", flash_mapped(board, half),
                  BANK_SIZE, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result get_gpio(struct board *board, struct MHD_Connection *connection,
                                const struct request *request)
{
    const char *pin = argument(connection, "pin");
    (void)request;
    bool known = true;
    char *json = NULL;
    size_t json_size = 0;
    FILE *out = open_memstream(&json, &json_size);
    if (!out)
        return MHD_NO;
    known = page_json_pin(out, board, pin);
    fclose(out);
    if (known)
        return answer(connection, MHD_HTTP_OK, "application/json", json, json_size,
                      MHD_RESPMEM_MUST_FREE);
    free(json);
    return say(connection, MHD_HTTP_BAD_REQUEST, "pin must be PA0 to PK15, as in ?pin=PJ2\n");
}

static enum MHD_Result post_reset(struct board *board, struct MHD_Connection *connection,
                                  const struct request *request)
{
    (void)request;
    if (!board->powered)
        return say(connection, MHD_HTTP_CONFLICT, "the board has no power\n");
    board_request_reset(board, RESET_PIN);
    return done(connection);
}

/* The argument as 0 or 1; -1 when it is neither. */
static int flag_argument(struct MHD_Connection *connection, const char *name)
{
    const char *value = argument(connection, name);
    return strcmp(value, "1") == 0 ? 1 : strcmp(value, "0") == 0 ? 0 : -1;
}

/* With ?on=0&words=N the plug is pulled while the N-th flash word from now on is programmed. */
static enum MHD_Result post_power(struct board *board, struct MHD_Connection *connection,
                                  const struct request *request)
{
    int on = flag_argument(connection, "on");
    uint64_t words = strtoull(argument(connection, "words"), NULL, 10);
    struct flash_view view;
    (void)request;
    if (on < 0)
        return say(connection, MHD_HTTP_BAD_REQUEST, "say ?on=1 or ?on=0\n");
    flash_view(board, &view);
    board->cut_at_program = on == 0 && words > 0 ? view.program_count + words : 0;
    if (board->cut_at_program == 0 && board->powered != (on == 1))
        board_power(board, on == 1);
    return done(connection);
}

static enum MHD_Result post_button(struct board *board, struct MHD_Connection *connection,
                                   const struct request *request)
{
    int pressed = flag_argument(connection, "pressed");
    (void)request;
    if (pressed < 0)
        return say(connection, MHD_HTTP_BAD_REQUEST, "say ?pressed=1 or ?pressed=0\n");
    gpio_set_input(board, BUTTON_PORT, BUTTON_PIN, pressed == 1);
    return done(connection);
}

static enum MHD_Result post_console(struct board *board, struct MHD_Connection *connection,
                                    const struct request *request)
{
    if (!board->powered)
        return say(connection, MHD_HTTP_CONFLICT, "the board has no power\n");
    usart_input(board, 3, (const uint8_t *)request->body, request->size);
    return done(connection);
}

/* What a programmer may be asked to change of FLASH_OPTSR. */
struct option_change {
    uint32_t mask, value;
    bool wrong;
};

static enum MHD_Result add_option(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct option_change *change = context;
    const struct page_option *option = page_option_find(name);
    char *end;
    unsigned long number = value ? strtoul(value, &end, 10) : 0;
    (void)kind;
    change->wrong = change->wrong || !option || !value || value[0] < '0' || value[0] > '9' ||
                    *end || number > option->mask || change->mask & option->mask << option->shift;
    if (change->wrong)
        return MHD_NO;
    change->mask |= option->mask << option->shift;
    change->value |= (uint32_t)number << option->shift;
    return MHD_YES;
}

static enum MHD_Result post_options(struct board *board, struct MHD_Connection *connection,
                                    const struct request *request)
{
    struct option_change change = {0};
    const char *refusal;
    (void)request;
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_option, &change);
    if (change.wrong || change.mask == 0)
        return say(connection, MHD_HTTP_BAD_REQUEST,
                   "say ?bcm4=0, bor=0 to 3, iwdg1_sw=0 or 1, swap_bank=0 or 1, joined by &\n");
    refusal = flash_change_options(board, change.mask, change.value);
    return refusal ? say(connection, MHD_HTTP_CONFLICT, refusal) : done(connection);
}

static const struct {
    const char *method, *path;
    handler *handle;
} routes[] = {
    {"GET", "/", get_page},
    {"GET", "/api/board", get_board},
    {"GET", "/api/console", get_console},
    {"GET", "/api/console/lines", get_console_lines},
    {"GET", "/api/flash", get_flash},
    {"GET", "/api/gpio", get_gpio},
    {"POST", "/api/reset", post_reset},
    {"POST", "/api/power", post_power},
    {"POST", "/api/button", post_button},
    {"POST", "/api/console", post_console},
    {"POST", "/api/options", post_options},
};

static enum MHD_Result route(struct board *board, struct MHD_Connection *connection,
                             const char *method, const char *path, const struct request *request)
{
    bool found = false;
    if (strcmp(method, "HEAD") == 0)
        method = "GET"; /* libmicrohttpd leaves the body out */
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(path, routes[i].path) != 0)
            continue;
        found = true;
        if (strcmp(method, routes[i].method) == 0)
            return routes[i].handle(board, connection, request);
    }
    return found ? say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "this path takes another method\n")
                 : say(connection, MHD_HTTP_NOT_FOUND, "no such page\n");
}

static void take_body(struct request *request, const char *data, size_t size)
{
    if (size > POST_LIMIT - request->size) {
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
    struct request *request = *state;
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
        return say(connection, MHD_HTTP_FORBIDDEN, "this page answers to localhost only\n");
    if (strcmp(method, "POST") == 0 && !same_origin(connection, host))
        return say(connection, MHD_HTTP_FORBIDDEN, "another site's page may not do this\n");
    if (request->too_long)
        return say(connection, MHD_HTTP_CONTENT_TOO_LARGE, "at most 4096 bytes at once\n");
    return route(board, connection, method, path, request);
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
}
