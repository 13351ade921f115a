/* control_until.c - the commands that begin and end runs: what a run is to wait for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "cpu.h"
#include "pace.h"
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#define RUN_FOR_DEFAULT (60 * NS_PER_S)
#define TIME_MAX        (1000000 * NS_PER_S)

static void take_console(struct board *board, struct run *run, const cJSON *until,
                         struct complaint *complaint)
{
    static char tail[1 << 16];
    const char *text = NULL;
    uint64_t since = 0, total;
    size_t size, skip = 0;

    run->console_usart = 3;
    (void)json_number(until, "usart", 3, &run->console_usart, complaint);
    (void)json_number(until, "since", TIME_MAX, &since, complaint);
    if (!json_text(until, "console", &text, complaint) || run->console_usart == 0) {
        return;
    }
    if (text[0] == '\0') {
        complain_of(complaint, "say which text is to appear", "console: the text is empty");
        return;
    }
    run->console = strdup(text);
    run->console_size = strlen(text);
    run->window = malloc(run->console_size);
    if (run->console == NULL || run->window == NULL) {
        complain_of(complaint, "use a shorter text", "console: not enough memory");
        return;
    }
    size = usart_tail(board, (int)run->console_usart, tail, sizeof tail, &total);
    if (since > total - size) {
        skip = since > total ? size : (size_t)(since - (total - size));
    }
    for (size_t i = skip; i < size; i++) {
        run_add_to_window(board, run, tail[i]);
    }
}

static void take_service(struct board *board, struct run *run, const cJSON *service,
                         struct complaint *complaint)
{
    const char *path = "/";
    uint64_t status = 0;

    if (service == NULL) {
        return;
    }
    if (!cJSON_IsObject(service)) {
        complain_of(complaint, "e.g. {\"path\": \"/\", \"status\": 200}",
                    "service: an object is needed");
        return;
    }
    json_check_keys(service, " path status ", "service", complaint);
    (void)json_text(service, "path", &path, complaint);
    (void)json_number(service, "status", 999, &status, complaint);
    if (!control_has_peer(board)) {
        complain_of(complaint, "start flota-vboard with --net script or --deterministic",
                    "service: this board has no peer to ask for it");
    }
    for (const struct run *other = board->control->runs; other != NULL; other = other->next) {
        if (other->service) {
            complain_of(complaint, "wait for its answer", "service: another run asks for it");
        }
    }
    if (!complained(complaint)) {
        run->service = true;
        peer_await(board, path, (int)status);
    }
}

static void take_response(struct board *board, struct run *run, const cJSON *until,
                          struct complaint *complaint)
{
    if (json_number(until, "response", UINT32_MAX, &run->response, complaint) &&
        (run->response == 0 || run->response > board->control->last_request)) {
        complain_of(complaint, "send a request first, and give the number that it answers with",
                    "response: there was no request %llu", (unsigned long long)run->response);
    } else if (run->response + RESPONSES_KEPT <= board->control->last_response) {
        complain_of(complaint, "wait for a response before the next 64 come",
                    "response: that of request %llu is forgotten",
                    (unsigned long long)run->response);
    }
}

static void take_edge(struct run *run, const cJSON *until, struct complaint *complaint)
{
    const char *edge = "start";

    (void)json_text(until, "edge", &edge, complaint);
    run->edge_end = strcmp(edge, "end") == 0;
    if (!run->edge_end && strcmp(edge, "start") != 0) {
        complain_of(complaint, "say which", "edge: start or end is needed");
    }
}

/* An operation of before does not come again. */
static void take_operation(struct board *board, struct run *run, const cJSON *until,
                           struct complaint *complaint)
{
    const struct operation_record *record;

    take_edge(run, until, complaint);
    if (!json_number(until, "operation", TIME_MAX, &run->operation, complaint)) {
        return;
    }
    record = operation_record(board, run->operation);
    run->operation_hit = run->operation < operations_next(board) &&
                         (!run->edge_end || record == NULL || record->end != END_RUNNING);
}

static void take_until(struct board *board, struct run *run, const cJSON *until,
                       struct complaint *complaint)
{
    if (until == NULL) {
        return;
    }
    if (!cJSON_IsObject(until)) {
        complain_of(complaint, "e.g. {\"until\": {\"operation\": 120}}",
                    "until: an object of conditions is needed");
        return;
    }
    json_check_keys(until,
                    " operation edge time_ns response console usart since service cut off resets "
                    "quiet_ns ",
                    "until", complaint);
    take_operation(board, run, until, complaint);
    (void)json_number(until, "time_ns", TIME_MAX, &run->time_ns, complaint);
    (void)json_number(until, "resets", TIME_MAX, &run->resets, complaint);
    (void)json_number(until, "quiet_ns", TIME_MAX, &run->quiet_ns, complaint);
    (void)json_boolean(until, "cut", &run->cut, complaint);
    (void)json_boolean(until, "off", &run->off, complaint);
    take_response(board, run, until, complaint);
    take_console(board, run, until, complaint);
    take_service(board, run, cJSON_GetObjectItemCaseSensitive(until, "service"), complaint);
}

static void take_limits(struct board *board, struct run *run, const cJSON *json,
                        struct complaint *complaint)
{
    uint64_t for_ns = RUN_FOR_DEFAULT, host_s = 60;

    run->max_resets = 60;
    (void)json_number(json, "for_ns", TIME_MAX, &for_ns, complaint);
    (void)json_number(json, "host_s", 86400, &host_s, complaint);
    (void)json_number(json, "max_resets", UINT32_MAX, &run->max_resets, complaint);
    run->begin_ns = board->now_ns;
    run->end_ns = board->now_ns + for_ns;
    run->host_end_s = pace_host_seconds(board) + (double)host_s;
}

static enum outcome begin(struct board *board, struct run *run, struct command *command,
                          cJSON *answer, const struct complaint *complaint)
{
    struct run **end = &board->control->runs;

    if (answer_complaint(answer, complaint)) {
        run_free(board, run);
        return ANSWERED;
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = run;
    run->command = command;
    return LATER;
}

enum outcome control_do_run(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    struct run *run = calloc(1, sizeof *run);

    if (run == NULL) {
        return refuse(answer, "end other programs", "not enough memory");
    }
    take_limits(board, run, command->json, &complaint);
    take_until(board, run, cJSON_GetObjectItemCaseSensitive(command->json, "until"), &complaint);
    return begin(board, run, command, answer, &complaint);
}

enum outcome control_do_brownouts(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    struct run *run = calloc(1, sizeof *run);

    if (run == NULL) {
        return refuse(answer, "end other programs", "not enough memory");
    }
    run->is_brownouts = true;
    run->losses = 1;
    run->on_ns = 10 * NS_PER_MS;
    run->off_ns = NS_PER_MS;
    (void)json_number(command->json, "count", 100000, &run->losses, &complaint);
    (void)json_number(command->json, "on_ns", TIME_MAX, &run->on_ns, &complaint);
    (void)json_number(command->json, "off_ns", TIME_MAX, &run->off_ns, &complaint);
    take_limits(board, run, command->json, &complaint);
    if (run->losses == 0) {
        complain_of(&complaint, "ask for one or more", "count: 0 losses of power are none");
    }
    if (board->cpu->ended) {
        complain_of(&complaint, "switch the board off and on first",
                    "brownouts: the firmware has ended itself, the board stands still");
    }
    if (!complained(&complaint)) {
        board_power(board, true);
        run->phase_end_ns = board->now_ns + run->on_ns;
    }
    return begin(board, run, command, answer, &complaint);
}

enum outcome control_do_stop(struct board *board, struct command *command, cJSON *answer)
{
    (void)command;
    cJSON_AddBoolToObject(answer, "was_running", board->control->runs != NULL);
    control_end_runs(board, "stop", "a client has asked for it");
    return ANSWERED;
}
