/* pace.c - see pace.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* ppoll */
#include "pace.h"
#include "control.h"
#include "cpu.h"
#include "instruments.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FD_MAX = 1024 };

/* The consoles have no descriptors here: typed bytes are looked for this often while the core
 * sleeps. */
#define IDLE_MAX_NS  (10 * NS_PER_MS)
#define STAND_MAX_NS (200 * NS_PER_MS)
/* Less than this ahead of the clock is not worth a sleep; further behind is not caught up. */
#define AHEAD_MIN_NS  (NS_PER_MS / 2)
#define BEHIND_MAX_NS (20 * NS_PER_MS)

struct pace {
    struct pollfd fds[FD_MAX];
    uint64_t start_host_ns;  /* of the program */
    uint64_t anchor_host_ns; /* host time that belongs to ... */
    uint64_t anchor_ns;      /* ... this virtual time */
};

static uint64_t host_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

struct pace *pace_create(struct board *board)
{
    struct pace *pace = calloc(1, sizeof *pace);

    if (pace == NULL) {
        fprintf(stderr, "vboard: not enough memory\n");
        exit(EXIT_FAILURE);
    }
    pace->start_host_ns = pace->anchor_host_ns = host_ns();
    pace->anchor_ns = board->now_ns;
    return pace;
}

void pace_destroy(struct pace *pace)
{
    free(pace);
}

double pace_host_seconds(const struct board *board)
{
    return (double)(host_ns() - board->pace->start_host_ns) * 1e-9;
}

/* Each one's descriptors, in this order. */
struct shares {
    size_t net, page, control, gdb;
};

/* A deterministic board has no network on this host. */
static size_t prepare(struct board *board, struct shares *shares, uint32_t *timeout_ms)
{
    struct pollfd *fds = board->pace->fds;
    size_t count = 0;

    if (!board->options.deterministic) {
        count += shares->net = net_poll_prepare(board, fds, FD_MAX, timeout_ms);
    }
    if (board->page != NULL) {
        count += shares->page = page_poll_prepare(board, fds + count, FD_MAX - count, timeout_ms);
    }
    count += shares->control = control_poll_prepare(board, fds + count, FD_MAX - count, timeout_ms);
    count += shares->gdb = gdb_poll_prepare(board, fds + count, FD_MAX - count, timeout_ms);
    return count;
}

static void finish(struct board *board, const struct shares *shares, bool error)
{
    const struct pollfd *fds = board->pace->fds;

    if (!board->options.deterministic) {
        net_poll_done(board, fds, shares->net, error);
    }
    fds += shares->net;
    if (!error && board->page != NULL) {
        page_poll_done(board, fds, shares->page);
    }
    fds += shares->page;
    if (!error) {
        control_poll_done(board, fds, shares->control);
        gdb_poll_done(board, fds + shares->control, shares->gdb);
    }
    if (!board->options.deterministic) {
        usart_poll(board); /* what is typed on this host comes at no certain time */
    }
}

/* Wait at most timeout_ns for the host's descriptors, then serve network, page, control, debugger
 * and consoles. */
static void serve(struct board *board, uint64_t timeout_ns)
{
    struct shares shares = {0};
    uint32_t timeout_ms = (uint32_t)((timeout_ns + NS_PER_MS - 1) / NS_PER_MS);
    size_t count = prepare(board, &shares, &timeout_ms);
    uint64_t limit_ns = (uint64_t)timeout_ms * NS_PER_MS;
    struct timespec limit;
    int ready = 0;

    if (limit_ns > timeout_ns) {
        limit_ns = timeout_ns;
    }
    limit.tv_sec = (time_t)(limit_ns / NS_PER_S);
    limit.tv_nsec = (long)(limit_ns % NS_PER_S);
    if (count > 0 || limit_ns > 0) {
        ready = ppoll(board->pace->fds, count, &limit, NULL);
    }
    finish(board, &shares, ready < 0);
}

/* Virtual time that the wall clock has reached. */
static uint64_t clock_ns(const struct pace *pace)
{
    return pace->anchor_ns + (host_ns() - pace->anchor_host_ns);
}

static void anchor(struct board *board)
{
    board->pace->anchor_host_ns = host_ns();
    board->pace->anchor_ns = board->now_ns;
}

void pace_slice(struct board *board)
{
    uint64_t clock, ahead = 0;

    if (!board->options.fast && !board->options.deterministic) {
        clock = clock_ns(board->pace);
        if (board->now_ns > clock + AHEAD_MIN_NS) {
            ahead = board->now_ns - clock;
        } else if (clock > board->now_ns + BEHIND_MAX_NS) {
            anchor(board);
        }
    }
    serve(board, ahead);
}

/* The next event apart from the host's own turn. */
static uint64_t next_board_event(const struct board *board)
{
    uint64_t next = board->options.run_for_ns;

    for (int event = 0; event < EVENT_COUNT; event++) {
        if (event != EVENT_NETWORK && board->events[event] < next) {
            next = board->events[event];
        }
    }
    return next;
}

static void idle_in_real_time(struct board *board)
{
    uint64_t clock = clock_ns(board->pace);
    uint64_t until = next_board_event(board);
    uint64_t wait = 0;

    if (clock > board->now_ns + BEHIND_MAX_NS) {
        anchor(board);
        clock = board->now_ns;
    }
    if (until > clock) {
        wait = until - clock < IDLE_MAX_NS ? until - clock : IDLE_MAX_NS;
    }
    serve(board, wait);
    clock = clock_ns(board->pace);
    until = next_board_event(board); /* serving may have brought one */
    if (clock < until) {
        until = clock;
    }
    if (until > board->now_ns) {
        board->now_ns = until;
    }
    board_schedule(board, EVENT_NETWORK, board->now_ns + NS_PER_MS);
}

void pace_idle(struct board *board)
{
    if (!board->options.fast) {
        idle_in_real_time(board);
    } else if (board->next_event_ns > board->now_ns) {
        board->now_ns = board->next_event_ns;
    }
}

static void let_pass(struct board *board, uint64_t passing_ns)
{
    board->now_ns += passing_ns;
    if (board->now_ns > board->options.run_for_ns) {
        board->now_ns = board->options.run_for_ns;
    }
}

/* Serve the host for at most wait_ns; passing_ns of virtual time go by with --fast, else the time
 * that it took. */
static void wait_without_core(struct board *board, uint64_t wait_ns, uint64_t passing_ns)
{
    uint64_t start = host_ns();

    serve(board, wait_ns);
    let_pass(board, board->options.fast ? passing_ns : host_ns() - start);
    anchor(board);
}

void pace_off(struct board *board)
{
    if (board->options.deterministic) {
        board->now_ns = board->next_event_ns; /* the world outside goes on */
        return;
    }
    wait_without_core(board, IDLE_MAX_NS, IDLE_MAX_NS);
}

/* With --fast the host still rests a little: nothing is gained by restarting faster. */
void pace_hold(struct board *board, uint64_t hold_ns)
{
    uint64_t end = board->now_ns + hold_ns;

    if (board->options.deterministic) {
        let_pass(board, hold_ns);
        return;
    }
    while (board->now_ns < end && board->now_ns < board->options.run_for_ns) {
        wait_without_core(board, board->options.fast ? NS_PER_MS : end - board->now_ns,
                          10 * NS_PER_MS);
    }
}

/* A signal may come just before the wait: it is noticed after it, so that is short. */
void pace_stand(struct board *board)
{
    serve(board, STAND_MAX_NS);
    anchor(board);
}
