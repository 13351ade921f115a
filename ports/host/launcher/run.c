/* run.c - the chip's life: guard, run, reset, until somebody switches it off.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../host_guard.h"
#include "launcher.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define FAULT_PAUSE_MS 100 /* a firmware that crashes at once must not take the whole machine */

uint64_t launcher_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* --- a run begins --- */

/* What was in RAM and registers is gone; last words stay, but not over a loss of power. */
static void reset_chip(struct host_chip *chip, bool power_on)
{
    static const struct flota_last_words none;
    chip->last_words = power_on ? none : chip->words;
    chip->words = none;
    chip->wants_reset = false;
    chip->feeds = 0;
    chip->clock_offset_ms = 0;
    for (size_t i = 0; i < HOST_GPIO_PORTS; i++) {
        chip->gpio[i].output = 0;
        chip->gpio[i].level = 0;
        chip->gpio[i].pull_up = 0;
    }
}

static void boot(struct launcher *launcher, uint32_t cause)
{
    struct host_chip *chip = launcher->chip;
    struct host_guard guard = {.power_on = cause == HOST_RESET_POWER, .cause = cause};
    reset_chip(chip, guard.power_on);
    host_flash_reload(&launcher->flash);
    host_guard(&guard, &launcher->flash);
    chip->decision = guard.decision;
    chip->power_on = guard.power_on;
    chip->reset_cause = guard.cause;
    launcher->watchdog = guard.starts_watchdog;
    launcher->feeds = 0;
    launcher->started_ms = launcher->fed_ms = launcher_now_ms();
    launcher->run_count++;
    launcher_child_start(launcher);
}

/* --- what happens to it --- */

static bool has_starved(struct launcher *launcher)
{
    uint32_t feeds = launcher->chip->feeds;
    uint64_t now_ms = launcher_now_ms();
    if (feeds != launcher->feeds)
        launcher->fed_ms = now_ms;
    launcher->feeds = feeds;
    return now_ms - launcher->fed_ms >= launcher->options.watchdog_ms;
}

/* Sleep until something happens; a watchdog's end is looked for a few times within its time. */
static int wait_ms(const struct launcher *launcher)
{
    bool counts = launcher->watchdog && launcher->child >= 0;
    uint32_t part = launcher->options.watchdog_ms / 8u;
    return counts ? (int)(part > 0 ? part : 1u) : -1;
}

static enum launcher_end take_signal(struct launcher *launcher)
{
    struct signalfd_siginfo signal_info;
    if (read(launcher->signals, &signal_info, sizeof signal_info) != sizeof signal_info)
        return LAUNCHER_RUNS;
    if (signal_info.ssi_signo == SIGCHLD)
        return launcher_child_end(launcher);
    return signal_info.ssi_signo == SIGUSR1 ? LAUNCHER_BUTTON : LAUNCHER_QUIT;
}

static enum launcher_end wait_for_event(struct launcher *launcher)
{
    struct pollfd fds[] = {{.fd = launcher->signals, .events = POLLIN},
                           {.fd = launcher->control, .events = POLLIN},
                           {.fd = launcher->control_client, .events = POLLIN}};
    enum launcher_end end = LAUNCHER_RUNS;
    if (poll(fds, sizeof fds / sizeof *fds, wait_ms(launcher)) < 0 && errno != EINTR)
        return LAUNCHER_QUIT;
    if (fds[0].revents)
        end = take_signal(launcher);
    if (end == LAUNCHER_RUNS && fds[2].revents)
        end = launcher_control_serve(launcher);
    if (fds[1].revents)
        launcher_control_accept(launcher);
    if (end == LAUNCHER_RUNS && wait_ms(launcher) >= 0 && has_starved(launcher))
        end = LAUNCHER_WATCHDOG;
    return end;
}

/* --- a run ends --- */

static uint32_t cause_of(enum launcher_end end)
{
    switch (end) {
    case LAUNCHER_RESET:
        return HOST_RESET_SOFTWARE;
    case LAUNCHER_FAULT:
        return HOST_RESET_FAULT;
    case LAUNCHER_WATCHDOG:
        return HOST_RESET_WATCHDOG;
    case LAUNCHER_BUTTON:
        return HOST_RESET_BUTTON;
    default:
        return HOST_RESET_POWER;
    }
}

static void pause_after_fault(const struct launcher *launcher)
{
    const struct timespec pause = {.tv_nsec = FAULT_PAUSE_MS * 1000000l};
    if (launcher_now_ms() - launcher->started_ms < FAULT_PAUSE_MS)
        nanosleep(&pause, NULL);
}

static enum launcher_end wait_for_end(struct launcher *launcher)
{
    enum launcher_end end = LAUNCHER_RUNS;
    while (end == LAUNCHER_RUNS)
        end = wait_for_event(launcher);
    launcher_child_kill(launcher);
    if (end == LAUNCHER_WATCHDOG)
        launcher_say("the watchdog was not fed for %u ms", launcher->options.watchdog_ms);
    if (end == LAUNCHER_FAULT)
        pause_after_fault(launcher);
    return end;
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int launcher_run(struct launcher *launcher)
{
    enum launcher_end end = LAUNCHER_POWER_CYCLE;
    launcher->signals = open_signals();
    if (launcher->signals < 0) {
        launcher_say("signals: %s", strerror(errno));
        return 1;
    }
    while (end != LAUNCHER_QUIT) {
        boot(launcher, cause_of(end));
        end = wait_for_end(launcher);
    }
    return 0;
}
