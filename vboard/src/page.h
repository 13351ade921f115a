/* page.h - the board page's server and its requests, as their own files see them.
 *
 * page.c         libmicrohttpd, who may ask, the board's thread
 * page_routes.c  one function per request
 * page_bench.c   the same, of heat map, sessions, power cuts
 * page_json.c    the board's state as JSON; page_heat.c: its flash; sessions_json.c: its sessions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PAGE_H
#define VBOARD_PAGE_H

#include "board.h"

#include <microhttpd.h>

#define PAGE_POST_LIMIT 4096

struct page {
    struct MHD_Daemon *daemon;
    int epoll_fd;
    char host[64]; /* the host part of --http */
    uint64_t real_ns, virtual_ns;
    double speed;
};

/* What has arrived of one request's body. */
struct page_request {
    char body[PAGE_POST_LIMIT];
    size_t size;
    bool too_long;
};

/* --- page.c --- */

enum MHD_Result page_answer(struct MHD_Connection *connection, unsigned status, const char *type,
                            const void *body, size_t size, enum MHD_ResponseMemoryMode mode);
/* A refusal in words. text: not copied. */
enum MHD_Result page_say(struct MHD_Connection *connection, unsigned status, const char *text);
enum MHD_Result page_done(struct MHD_Connection *connection);

/* Make a JSON answer with one of page_json's functions. */
#define PAGE_JSON_ANSWER(connection, call)                                                         \
    do {                                                                                           \
        char *json = NULL;                                                                         \
        size_t json_size = 0;                                                                      \
        FILE *out = open_memstream(&json, &json_size);                                             \
        if (!out)                                                                                  \
            return MHD_NO;                                                                         \
        call;                                                                                      \
        fclose(out);                                                                               \
        return page_answer(connection, MHD_HTTP_OK, "application/json", json, json_size,           \
                           MHD_RESPMEM_MUST_FREE);                                                 \
    } while (0)

/* --- page_routes.c --- */

typedef enum MHD_Result page_handler(struct board *board, struct MHD_Connection *connection,
                                     const struct page_request *request);

enum MHD_Result page_route(struct board *board, struct MHD_Connection *connection,
                           const char *method, const char *path,
                           const struct page_request *request);
/* A value of the query; "" when it is absent. */
const char *page_argument(struct MHD_Connection *connection, const char *name);

/* --- page_bench.c --- */

page_handler page_get_heat, page_get_sessions, page_get_session, page_get_cut, page_post_cut,
    page_delete_cut;

#endif
