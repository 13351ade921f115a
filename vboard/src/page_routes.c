/* page_routes.c - one function per request of the board page and of tests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "page.h"
#include "page_json.h"

#include <stdlib.h>
#include <string.h>

#define BUTTON_PORT 'C'
#define BUTTON_PIN  13

extern const unsigned char page_html[];
extern const unsigned long page_html_size;

const char *page_argument(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
    return value ? value : "";
}

static page_handler get_page, get_board, get_console, get_console_lines, get_flash, get_gpio,
    post_reset, post_power, post_button, post_console, post_options;

static enum MHD_Result get_page(struct board *board, struct MHD_Connection *connection,
                                const struct page_request *request)
{
    (void)board;
    (void)request;
    return page_answer(connection, MHD_HTTP_OK, "text/html; charset=utf-8", page_html,
                       page_html_size, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result get_board(struct board *board, struct MHD_Connection *connection,
                                 const struct page_request *request)
{
    uint64_t since = strtoull(page_argument(connection, "since"), NULL, 10);
    (void)request;
    PAGE_JSON_ANSWER(connection, page_json_board(out, board, board->page->speed, since));
}

static enum MHD_Result get_console(struct board *board, struct MHD_Connection *connection,
                                   const struct page_request *request)
{
    uint64_t since = strtoull(page_argument(connection, "since"), NULL, 10);
    (void)request;
    PAGE_JSON_ANSWER(connection, page_json_console(out, board, since));
}

static enum MHD_Result get_console_lines(struct board *board, struct MHD_Connection *connection,
                                         const struct page_request *request)
{
    (void)request;
    PAGE_JSON_ANSWER(connection, page_json_console_lines(out, board));
}

/* A physical bank's contents, for tests that compare them. */
static enum MHD_Result get_flash(struct board *board, struct MHD_Connection *connection,
                                 const struct page_request *request)
{
    const char *name = page_argument(connection, "bank");
    (void)request;
    if (strcmp(name, "1") != 0 && strcmp(name, "2") != 0)
        return page_say(connection, MHD_HTTP_BAD_REQUEST, "say ?bank=1 or ?bank=2\n");
    int half = (name[0] == '2') != flash_swapped(board);
    return page_answer(connection, MHD_HTTP_OK, "application/octet-stream",
                       flash_mapped(board, half), BANK_SIZE, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result get_gpio(struct board *board, struct MHD_Connection *connection,
                                const struct page_request *request)
{
    const char *pin = page_argument(connection, "pin");
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
        return page_answer(connection, MHD_HTTP_OK, "application/json", json, json_size,
                           MHD_RESPMEM_MUST_FREE);
    free(json);
    return page_say(connection, MHD_HTTP_BAD_REQUEST, "pin must be PA0 to PK15, as in ?pin=PJ2\n");
}

static enum MHD_Result post_reset(struct board *board, struct MHD_Connection *connection,
                                  const struct page_request *request)
{
    (void)request;
    if (!board->powered)
        return page_say(connection, MHD_HTTP_CONFLICT, "the board has no power\n");
    board_request_reset(board, RESET_PIN);
    return page_done(connection);
}

/* The argument as 0 or 1; -1 when it is neither. */
static int flag_argument(struct MHD_Connection *connection, const char *name)
{
    const char *value = page_argument(connection, name);
    return strcmp(value, "1") == 0 ? 1 : strcmp(value, "0") == 0 ? 0 : -1;
}

/* With ?on=0&words=N the plug is pulled while the N-th flash word from now on is programmed. */
static enum MHD_Result post_power(struct board *board, struct MHD_Connection *connection,
                                  const struct page_request *request)
{
    int on = flag_argument(connection, "on");
    uint64_t words = strtoull(page_argument(connection, "words"), NULL, 10);
    struct flash_view view;
    (void)request;
    if (on < 0)
        return page_say(connection, MHD_HTTP_BAD_REQUEST, "say ?on=1 or ?on=0\n");
    flash_view(board, &view);
    board->cut_at_program = on == 0 && words > 0 ? view.program_count + words : 0;
    if (board->cut_at_program == 0 && board->powered != (on == 1))
        board_power(board, on == 1);
    return page_done(connection);
}

static enum MHD_Result post_button(struct board *board, struct MHD_Connection *connection,
                                   const struct page_request *request)
{
    int pressed = flag_argument(connection, "pressed");
    (void)request;
    if (pressed < 0)
        return page_say(connection, MHD_HTTP_BAD_REQUEST, "say ?pressed=1 or ?pressed=0\n");
    gpio_set_input(board, BUTTON_PORT, BUTTON_PIN, pressed == 1);
    return page_done(connection);
}

static enum MHD_Result post_console(struct board *board, struct MHD_Connection *connection,
                                    const struct page_request *request)
{
    if (!board->powered)
        return page_say(connection, MHD_HTTP_CONFLICT, "the board has no power\n");
    usart_input(board, 3, (const uint8_t *)request->body, request->size);
    return page_done(connection);
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
                                    const struct page_request *request)
{
    struct option_change change = {0};
    const char *refusal;
    (void)request;
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_option, &change);
    if (change.wrong || change.mask == 0)
        return page_say(
            connection, MHD_HTTP_BAD_REQUEST,
            "say ?bcm4=0, bor=0 to 3, iwdg1_sw=0 or 1, swap_bank=0 or 1, joined by &\n");
    refusal = flash_change_options(board, change.mask, change.value);
    return refusal ? page_say(connection, MHD_HTTP_CONFLICT, refusal) : page_done(connection);
}

static const struct {
    const char *method, *path;
    page_handler *handle;
} routes[] = {
    {"GET", "/", get_page},
    {"GET", "/api/board", get_board},
    {"GET", "/api/console", get_console},
    {"GET", "/api/console/lines", get_console_lines},
    {"GET", "/api/flash", get_flash},
    {"GET", "/api/gpio", get_gpio},
    {"GET", "/api/heat", page_get_heat},
    {"GET", "/api/sessions", page_get_sessions},
    {"GET", "/api/session", page_get_session},
    {"GET", "/api/cut", page_get_cut},
    {"POST", "/api/cut", page_post_cut},
    {"DELETE", "/api/cut", page_delete_cut},
    {"POST", "/api/reset", post_reset},
    {"POST", "/api/power", post_power},
    {"POST", "/api/button", post_button},
    {"POST", "/api/console", post_console},
    {"POST", "/api/options", post_options},
};

enum MHD_Result page_route(struct board *board, struct MHD_Connection *connection,
                           const char *method, const char *path, const struct page_request *request)
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
    return found ? page_say(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                            "this path takes another method\n")
                 : page_say(connection, MHD_HTTP_NOT_FOUND, "no such page\n");
}
