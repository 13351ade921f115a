/* page_bench.c - the requests about the flash as a heat map, sessions, and power cuts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "cuts.h"
#include "instruments.h"
#include "page.h"
#include "page_heat.h"
#include "page_json.h"
#include "sessions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum MHD_Result page_get_heat(struct board *board, struct MHD_Connection *connection,
                              const struct page_request *request)
{
    (void)request;
    PAGE_JSON_ANSWER(connection, page_heat_json(out, board));
}

enum MHD_Result page_get_sessions(struct board *board, struct MHD_Connection *connection,
                                  const struct page_request *request)
{
    (void)request;
    PAGE_JSON_ANSWER(connection, sessions_json(out, board));
}

/* A decimal number and nothing else; an absent one is `otherwise`. */
static bool number_argument(struct MHD_Connection *connection, const char *name, uint64_t otherwise,
                            uint64_t *value)
{
    const char *text = page_argument(connection, name);
    char *end;
    *value = *text ? strtoull(text, &end, 10) : otherwise;
    return !*text || (text[0] >= '0' && text[0] <= '9' && !*end);
}

enum MHD_Result page_get_session(struct board *board, struct MHD_Connection *connection,
                                 const struct page_request *request)
{
    uint64_t id, since;
    (void)request;
    if (!number_argument(connection, "id", 0, &id) ||
        !number_argument(connection, "since", 0, &since))
        return page_say(connection, MHD_HTTP_BAD_REQUEST,
                        "say ?id=N, a number of /api/sessions, and since=N, a number of spans\n");
    if (!sessions_find(board, id))
        return page_say(connection, MHD_HTTP_NOT_FOUND,
                        "no such session, or it is forgotten: the last 32 are in /api/sessions\n");
    PAGE_JSON_ANSWER(connection, session_json(out, board, id, since));
}

/* --- power cuts --- */

static enum MHD_Result answer_cut(struct board *board, struct MHD_Connection *connection)
{
    PAGE_JSON_ANSWER(connection, page_json_cut(out, board));
}

enum MHD_Result page_get_cut(struct board *board, struct MHD_Connection *connection,
                             const struct page_request *request)
{
    (void)request;
    return answer_cut(board, connection);
}

enum MHD_Result page_delete_cut(struct board *board, struct MHD_Connection *connection,
                                const struct page_request *request)
{
    (void)request;
    cut_plan(board, 0, CUT_TORN, 0);
    return answer_cut(board, connection);
}

/* The operation that ?operation=N or ?in=K asks for; 0 takes the plan back. Returns why not. */
static const char *cut_operation(struct board *board, struct MHD_Connection *connection,
                                 uint64_t *number)
{
    bool by_number = *page_argument(connection, "operation") != '\0';
    bool from_now = *page_argument(connection, "in") != '\0';
    uint64_t next = operations_next(board);
    if (by_number == from_now)
        return "say ?operation=N, or ?in=K for the K-th operation from now on (1 is the next), and "
               "model=torn or another; operation=0 takes the plan back\n";
    if (by_number && !number_argument(connection, "operation", 0, number))
        return "operation must be a number: operations count from 1 since the program's start\n";
    if (by_number)
        return NULL;
    if (!number_argument(connection, "in", 0, number) || *number == 0 ||
        *number > UINT64_MAX - next)
        return "in must be a number from 1: the K-th operation from now on\n";
    *number += next - 1;
    return NULL;
}

enum MHD_Result page_post_cut(struct board *board, struct MHD_Connection *connection,
                              const struct page_request *request)
{
    const char *name = page_argument(connection, "model");
    enum cut_model model = CUT_TORN;
    uint64_t number = 0, seed;
    const char *wrong = cut_operation(board, connection, &number);
    (void)request;
    if (wrong)
        return page_say(connection, MHD_HTTP_BAD_REQUEST, wrong);
    if (*name && !cut_model_by_name(name, &model))
        return page_say(connection, MHD_HTTP_BAD_REQUEST,
                        "no such model: before, torn, after, dead, marginal, weak, prefix, old, "
                        "late or defaults; CONTROL.md says what each leaves behind\n");
    if (!number_argument(connection, "seed", board->options.seed + number, &seed))
        return page_say(connection, MHD_HTTP_BAD_REQUEST, "seed must be a number\n");
    if (number != 0 && number < operations_next(board))
        return page_say(connection, MHD_HTTP_CONFLICT,
                        "that operation is over: ask /api/cut for the number of the next\n");
    cut_plan(board, number, model, seed);
    return answer_cut(board, connection);
}
