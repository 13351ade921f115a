/* board.c - the board as a whole: events in virtual time, resets, power, warnings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "board_run.h"
#include "bus.h"
#include "control.h"
#include "cpu.h"
#include "instruments.h"
#include "pace.h"
#include "watch.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Different reports that are kept: a firmware may touch thousands of registers that are not
 * modelled. */
#define WARNING_MAX 500

/* More resets than this, each so soon after the last: the firmware cannot start. */
#define RESET_BURST    20
#define RESET_BURST_NS (200 * NS_PER_MS)
#define RESET_HOLD_NS  (100 * NS_PER_MS)

static volatile sig_atomic_t stop_signal;

static const char *const cause_names[] = {
    [RESET_POWER_ON] = "power-on", [RESET_PIN] = "reset button", [RESET_SOFTWARE] = "software",
    [RESET_IWDG] = "watchdog",     [RESET_LOCKUP] = "lock-up",   [RESET_BROWNOUT] = "brown-out"};

/* --- events --- */

/* A deadline of the control socket's is none of the board's events: the core comes back there, but
 * a firmware that waits does not wake up. So runs that stop in between are the same as one. */
static void find_next_event(struct board *board)
{
    uint64_t next = board->options.run_for_ns, deadline = control_deadline(board);

    for (int event = 0; event < EVENT_COUNT; event++) {
        if (board->events[event] < next) {
            next = board->events[event];
        }
    }
    board->next_wake_ns = next;
    board->next_event_ns = deadline < next ? deadline : next;
}

void board_deadline_changed(struct board *board)
{
    find_next_event(board);
}

void board_schedule(struct board *board, enum board_event event, uint64_t at_ns)
{
    board->events[event] = at_ns;
    find_next_event(board);
    if (board->cpu != NULL && board->cpu->running) {
        cpu_replan(board);
    }
}

static void run_event(struct board *board, enum board_event event)
{
    switch (event) {
    case EVENT_SYSTICK:
        cpu_event(board, event);
        break;
    case EVENT_FLASH_BANK1:
    case EVENT_FLASH_BANK2:
    case EVENT_OPTION_BYTES:
        flash_event(board, event);
        break;
    case EVENT_UART1:
    case EVENT_UART2:
    case EVENT_UART3:
        usart_event(board, event);
        break;
    case EVENT_ETH:
    case EVENT_MDIO:
        eth_event(board, event);
        break;
    case EVENT_PEER:
        net_event(board);
        break;
    case EVENT_NETWORK:
        board_schedule(board, EVENT_NETWORK, board->now_ns + NS_PER_MS);
        pace_slice(board);
        break;
    default:
        soc_event(board, event);
        break;
    }
}

/* Run what is due, earliest first. The host's turn is left out while the core is in the middle of
 * an access: it may reset the board or switch it off. */
static void run_events(struct board *board, bool with_host)
{
    for (;;) {
        int due = EVENT_COUNT;
        for (int event = 0; event < EVENT_COUNT; event++) {
            if (board->events[event] <= board->now_ns && (with_host || event != EVENT_NETWORK) &&
                (due == EVENT_COUNT || board->events[event] < board->events[due])) {
                due = event;
            }
        }
        if (due == EVENT_COUNT) {
            return;
        }
        board->events[due] = BOARD_NEVER;
        run_event(board, (enum board_event)due);
        find_next_event(board);
    }
}

/* The next event that comes during a stall. */
static uint64_t next_in_stall(const struct board *board)
{
    uint64_t next = BOARD_NEVER;

    for (int event = 0; event < EVENT_COUNT; event++) {
        if (event != EVENT_NETWORK && board->events[event] < next) {
            next = board->events[event];
        }
    }
    return next;
}

static bool ends_stall(const struct board *board)
{
    return board->plug_pulled ||
           (board->reset_requested && behaves(BEHAVIOUR_FLASH_RESET_IN_STALL));
}

/* From event to event: each is run at its own time. A reset or a loss of power ends the stall. */
void board_stall_until(struct board *board, uint64_t at_ns)
{
    uint64_t next = next_in_stall(board);

    while (next <= at_ns && !ends_stall(board)) {
        cpu_wait_until(board, behaves(BEHAVIOUR_STALL_EVENTS) ? next : at_ns);
        run_events(board, false);
        next = next_in_stall(board);
    }
    if (!ends_stall(board)) {
        cpu_wait_until(board, at_ns);
    }
    if (board->cpu->running) {
        cpu_replan(board);
    }
}

/* --- resets and power --- */

void board_request_reset(struct board *board, enum reset_cause cause)
{
    board->reset_requested = true;
    board->requested_reset = cause;
    cpu_stop(board);
}

/* Events that belong to the chip end with a reset; each part schedules its own anew. */
static void clear_events(struct board *board)
{
    uint64_t peer_ns = board->events[EVENT_PEER]; /* the world outside goes on */

    for (int event = 0; event < EVENT_COUNT; event++) {
        board->events[event] = BOARD_NEVER;
    }
    board->events[EVENT_PEER] = peer_ns;
    board_schedule(board, EVENT_NETWORK, board->now_ns + NS_PER_MS);
}

static void reset_parts(struct board *board, enum reset_cause cause)
{
    clear_events(board);
    board->last_reset = cause;
    flash_reset(board, cause); /* first: the others read option bytes */
    soc_reset(board, cause);
    gpio_reset(board);
    usart_reset(board);
    eth_reset(board);
    cpu_reset(board);
    watch_reset(board, cause);
}

/* A chip that restarts for ever is held in reset for a while each time, so that it does not use up
 * the host. */
static void watch_reset_burst(struct board *board)
{
    bool soon = board->now_ns - board->reset_burst_ns < RESET_BURST_NS;

    board->reset_burst_ns = board->now_ns;
    board->reset_burst = soon ? board->reset_burst + 1 : 0;
    if (board->reset_burst <= RESET_BURST) {
        return;
    }
    board_warn(
        board,
        "more than %d resets, each within %llu ms of the last, now by %s: this firmware does not "
        "start. From now on each reset holds the chip for %llu ms",
        RESET_BURST, RESET_BURST_NS / NS_PER_MS, cause_names[board->requested_reset],
        RESET_HOLD_NS / NS_PER_MS);
    pace_hold(board, RESET_HOLD_NS);
}

static void chip_reset(struct board *board)
{
    board->reset_requested = false;
    board->reset_count++;
    if (!behaves(BEHAVIOUR_RESET_KEEPS_RAM)) {
        memory_power_on(board);
    }
    watch_reset_burst(board);
    if (!board->powered) {
        return; /* switched off meanwhile */
    }
    reset_parts(board, board->requested_reset);
}

static void power_on(struct board *board, enum reset_cause cause)
{
    if (cause == RESET_POWER_ON) {
        memory_power_on(board);
    } else {
        memory_brownout(board);
    }
    board->powered = true;
    board->reset_requested = board->plug_pulled = false;
    board->cpu->ended = false;
    watch_power(board, true);
    reset_parts(board, cause);
}

void board_power_back(struct board *board)
{
    if (!board->powered) {
        power_on(board, behaves(BEHAVIOUR_BROWNOUT) ? RESET_BROWNOUT : RESET_POWER_ON);
    }
}

void board_power(struct board *board, bool on)
{
    if (on == board->powered) {
        return;
    }
    if (on) {
        power_on(board, RESET_POWER_ON);
        return;
    }
    flash_power_off(board);
    board->powered = false;
    gpio_reset(board);
    usart_reset(board);
    eth_reset(board);
    clear_events(board);
    cpu_stop(board);
    watch_power(board, false);
}

void board_pull_plug(struct board *board)
{
    board->plug_pulled = true;
    cpu_stop(board);
}

/* --- warnings --- */

void board_warn(struct board *board, const char *format, ...)
{
    char text[256];
    char **grown;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < board->warning_count; i++) {
        if (strcmp(board->warnings[i], text) == 0) {
            return;
        }
    }
    if (board->warning_count > WARNING_MAX) {
        return;
    }
    if (board->warning_count == WARNING_MAX) {
        snprintf(text, sizeof text, "%d different reports: further ones are not shown",
                 WARNING_MAX);
    }
    fprintf(stderr, "vboard: %s\n", text);
    watch_warning(board, text);
    grown = realloc(board->warnings, (board->warning_count + 1) * sizeof *grown);
    if (grown != NULL) {
        board->warnings = grown;
        board->warnings[board->warning_count] = strdup(text);
        board->warning_count += board->warnings[board->warning_count] != NULL;
    }
}

const char *board_warning(const struct board *board, size_t index)
{
    return index < board->warning_count ? board->warnings[index] : NULL;
}

/* --- life cycle --- */

static void on_signal(int number)
{
    stop_signal = number;
}

static bool create_parts(struct board *board)
{
    board->bus = bus_create();
    if (board->bus == NULL || !control_create(board)) {
        return false;
    }
    board->digest = digest_create(board);
    board->cpu = cpu_create(board);
    board->soc = soc_create(board);
    board->flash = flash_create(board);
    if (board->flash == NULL) {
        return false;
    }
    board->gpio = gpio_create(board);
    board->usart = usart_create(board);
    board->eth = eth_create(board);
    board->net = net_create(board);
    board->page = page_create(board); /* NULL without --http */
    board->tracer = tracer_create(board);
    board->gdb = gdb_create(board);
    return board->soc != NULL && board->gpio != NULL && board->usart != NULL &&
           board->eth != NULL && board->net != NULL &&
           (board->tracer != NULL || board->options.trace_file == NULL) &&
           (board->gdb != NULL || (board->options.gdb == NULL && !board->options.gdb_wait));
}

struct board *board_create(const struct board_options *options)
{
    struct board *board = calloc(1, sizeof *board);
    struct sigaction action = {.sa_handler = on_signal};

    if (board == NULL) {
        return NULL;
    }
    board->options = *options;
    for (int event = 0; event < EVENT_COUNT; event++) {
        board->events[event] = BOARD_NEVER;
    }
    find_next_event(board);
    board->pace = pace_create(board);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!create_parts(board)) {
        fprintf(stderr, "vboard: the board cannot be set up\n");
        return NULL;
    }
    return board;
}

void board_destroy(struct board *board)
{
    control_destroy(board);
    gdb_destroy(board);
    page_destroy(board);
    net_destroy(board);
    usart_destroy(board);
    if (board->powered) {
        flash_power_off(board);
    }
    flash_destroy(board);
    tracer_destroy(board);
    digest_destroy(board);
    cpu_destroy(board);
    bus_destroy(board->bus);
    pace_destroy(board->pace);
    for (size_t i = 0; i < board->warning_count; i++) {
        free(board->warnings[i]);
    }
    free(board->warnings);
    free(board);
}

/* What waits for the end of a block of code: a loss of power, a reset. */
static void settle(struct board *board)
{
    if (board->plug_pulled) {
        board->plug_pulled = false;
        board_power(board, false);
    }
    if (board->reset_requested && board->powered) {
        chip_reset(board);
    }
}

/* The core's turn. False when the firmware has ended the run. */
static bool run_core(struct board *board)
{
    if (!board->powered) {
        pace_off(board);
        return true;
    }
    switch (cpu_run(board)) {
    case CPU_CONTINUE:
        return true;
    case CPU_SLEEP:
        pace_idle(board);
        return true;
    case CPU_ENDED:
        break;
    }
    return control_firmware_ended(board);
}

enum board_end board_run(struct board *board, int *status)
{
    power_on(board, RESET_POWER_ON);
    while (stop_signal == 0) {
        run_events(board, true);
        if (board->now_ns >= board->options.run_for_ns) {
            return BOARD_TIME_IS_UP;
        }
        settle(board);
        switch (control_turn(board, status)) {
        case CONTROL_STAND:
            continue;
        case CONTROL_END:
            return BOARD_CONTROLLED;
        case CONTROL_RUN:
            break;
        }
        if (gdb_holds(board)) {
            pace_stand(board);
        } else if (!run_core(board)) {
            return cpu_exit_status(board) == 0 ? BOARD_PROGRAM_PASSED : BOARD_PROGRAM_FAILED;
        }
    }
    return BOARD_INTERRUPTED;
}
