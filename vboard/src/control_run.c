/* control_run.c - runs: what they wait for, and how else they end.
 *
 * A run ends between two blocks of the core's code. Its times are deadlines apart from the board's
 * events: how a client splits its runs alters nothing in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "cpu.h"
#include "pace.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the end of a run --- */

static void unlink_run(struct control *control, struct run *run)
{
    struct run **link = &control->runs;

    while (*link != run) {
        link = &(*link)->next;
    }
    *link = run->next;
}

void run_free(struct board *board, struct run *run)
{
    if (run->service) {
        peer_await_end(board);
    }
    free(run->console);
    free(run->window);
    free(run);
}

static void end_run(struct board *board, struct run *run, const char *stopped, const char *why)
{
    struct command *command = run->command;
    cJSON *answer = control_new_answer(command);

    control_flush_console(board);
    unlink_run(board->control, run);
    control_add_status(board, answer);
    cJSON_AddStringToObject(answer, "stopped", stopped);
    cJSON_AddStringToObject(answer, "why", why);
    if (cut_error(board) != NULL && strcmp(stopped, "cut") == 0) {
        cJSON_AddStringToObject(answer, "error", cut_error(board));
    }
    if (run->response != 0) {
        control_add_response(answer, board, (unsigned)run->response);
    }
    run_free(board, run);
    control_answer(board, command, answer);
}

void control_end_runs(struct board *board, const char *stopped, const char *why)
{
    while (board->control->runs != NULL) {
        end_run(board, board->control->runs, stopped, why);
    }
}

void control_drop_runs(struct board *board, const struct asker *asker)
{
    struct run **link = &board->control->runs;

    while (*link != NULL) {
        struct run *run = *link;
        if (run->command->asker != asker) {
            link = &run->next;
            continue;
        }
        *link = run->next;
        control_free_command(board->control, run->command);
        run_free(board, run);
    }
}

/* --- conditions --- */

static bool is_quiet(const struct board *board, const struct run *run)
{
    uint64_t since = board->control->last_operation_ns;
    uint64_t last = operations_next(board) - 1;

    for (uint64_t number = last; number > 0 && number + 4 > last; number--) {
        const struct operation_record *record = operation_record(board, number);
        if (record != NULL && record->end == END_RUNNING) {
            return false;
        }
    }
    since = since > run->begin_ns ? since : run->begin_ns;
    return board->now_ns >= since + run->quiet_ns;
}

/* The name of a condition that holds, or NULL. */
static const char *holding(const struct board *board, const struct run *run)
{
    if (run->operation_hit) {
        return "operation";
    }
    if (run->cut && (cut_happened(board) || cut_error(board) != NULL)) {
        return "cut";
    }
    if (run->console_hit) {
        return "console";
    }
    if (run->response != 0 && peer_response(board, (unsigned)run->response) != NULL) {
        return "response";
    }
    if (run->service && peer_is_served(board)) {
        return "service";
    }
    if (run->off && !board->powered) {
        return "off";
    }
    if (run->resets != 0 && board->reset_count >= run->resets) {
        return "resets";
    }
    if (run->quiet_ns != 0 && is_quiet(board, run)) {
        return "quiet";
    }
    return run->time_ns != 0 && board->now_ns >= run->time_ns ? "time_ns" : NULL;
}

/* --- other ends --- */

static const char *verdict(struct board *board, const struct run *run, char *why, size_t size)
{
    static const char *const names[] = {"", "lock-up", "reset-loop", "m4"};
    const struct control *control = board->control;

    if (control->stopped != STOP_NONE) {
        (void)snprintf(why, size, "%s", control->stopped_text);
        return names[control->stopped];
    }
    if (cut_error(board) != NULL) {
        (void)snprintf(why, size, "%s", cut_error(board));
        return "cut";
    }
    if (board->cpu->ended) {
        (void)snprintf(why, size, "the firmware has ended itself through semihosting");
        return "ended";
    }
    if (control->reset_row > run->max_resets) {
        (void)snprintf(why, size,
                       "%llu resets in a row, none after a second of running: the last by %s",
                       (unsigned long long)control->reset_row, reset_cause_name(board->last_reset));
        return "reset-loop";
    }
    return NULL;
}

static const char *time_is_up(struct board *board, const struct run *run, char *why, size_t size)
{
    if (board->now_ns >= run->end_ns) {
        (void)snprintf(why, size, "%.3f s of virtual time are over%s",
                       (double)(board->now_ns - run->begin_ns) * 1e-9,
                       board->powered ? "" : "; the board is off");
        return "time";
    }
    if (pace_host_seconds(board) >= run->host_end_s) {
        (void)snprintf(why, size,
                       "this machine's time is over (host_s): %.3f s of virtual time went by",
                       (double)(board->now_ns - run->begin_ns) * 1e-9);
        return "host-time";
    }
    return NULL;
}

/* --- brownouts --- */

static void start_phase(struct board *board, struct run *run, bool on)
{
    if (on) {
        board_power_back(board);
    } else {
        run->losses--;
        board_power(board, false);
    }
    run->phase_end_ns = board->now_ns + (on ? run->on_ns : run->off_ns);
}

static void step_brownouts(struct board *board, struct run *run)
{
    char why[256];

    if (board->now_ns >= run->phase_end_ns) {
        if (board->powered && run->losses == 0) {
            end_run(board, run, "brownouts", "all are over; the power is on");
            return;
        }
        start_phase(board, run, !board->powered);
        if (board->powered && run->losses == 0) {
            run->phase_end_ns = board->now_ns; /* no more losses follow */
        }
    }
    if (pace_host_seconds(board) >= run->host_end_s) {
        (void)snprintf(why, sizeof why, "this machine's time is over (host_s)");
        end_run(board, run, "host-time", why);
    }
}

/* --- each turn --- */

static void check_run(struct board *board, struct run *run)
{
    char why[320] = "";
    const char *name;

    if (run->is_brownouts) {
        step_brownouts(board, run);
        return;
    }
    name = holding(board, run);
    if (name == NULL) {
        name = verdict(board, run, why, sizeof why);
    }
    if (name == NULL) {
        name = time_is_up(board, run, why, sizeof why);
    }
    if (name != NULL) {
        end_run(board, run, name, why);
    }
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t deadline_of(const struct board *board, const struct run *run)
{
    uint64_t deadline = run->is_brownouts ? run->phase_end_ns : run->end_ns;
    uint64_t since = board->control->last_operation_ns;

    if (run->time_ns != 0) {
        deadline = earliest(deadline, run->time_ns);
    }
    if (run->quiet_ns != 0) {
        since = since > run->begin_ns ? since : run->begin_ns;
        /* an operation that is running for longer ends the silence: look again at its end */
        if (since + run->quiet_ns > board->now_ns) {
            deadline = earliest(deadline, since + run->quiet_ns);
        }
    }
    return deadline;
}

void control_check_runs(struct board *board)
{
    struct control *control = board->control;
    struct run *next;
    uint64_t deadline = BOARD_NEVER;

    for (struct run *run = control->runs; run != NULL; run = next) {
        next = run->next;
        check_run(board, run);
    }
    for (const struct run *run = control->runs; run != NULL; run = run->next) {
        deadline = earliest(deadline, deadline_of(board, run));
    }
    if (deadline != control->deadline_ns) {
        control->deadline_ns = deadline;
        board_deadline_changed(board);
    }
}

/* --- what the parts tell --- */

void control_run_operation(struct board *board, const struct operation_record *record, bool starts)
{
    board->control->last_operation_ns = board->now_ns;
    for (struct run *run = board->control->runs; run != NULL; run = run->next) {
        if (run->operation != 0 && record->number >= run->operation && starts != run->edge_end) {
            run->operation_hit = true;
            cpu_stop(board);
        }
    }
}

void run_add_to_window(struct board *board, struct run *run, char byte)
{
    if (run->window_size == run->console_size) {
        memmove(run->window, run->window + 1, --run->window_size);
    }
    run->window[run->window_size++] = byte;
    if (run->window_size == run->console_size &&
        memcmp(run->window, run->console, run->console_size) == 0 && !run->console_hit) {
        run->console_hit = true;
        cpu_stop(board);
    }
}

void control_run_console(struct board *board, int usart, uint8_t byte)
{
    for (struct run *run = board->control->runs; run != NULL; run = run->next) {
        if (run->console != NULL && run->console_usart == (uint64_t)usart) {
            run_add_to_window(board, run, (char)byte);
        }
    }
}

void board_stop(struct board *board, enum board_stop why, const char *text)
{
    struct control *control = board->control;

    if (control == NULL || control->stopped != STOP_NONE) {
        return;
    }
    control->stopped = why;
    (void)snprintf(control->stopped_text, sizeof control->stopped_text, "%s", text);
    cpu_stop(board);
}

enum board_stop board_stopped(const struct board *board, const char **text)
{
    if (text != NULL) {
        *text = board->control->stopped_text;
    }
    return board->control->stopped;
}
