/* trial.c - the running image on trial: deadline, confirmation, watchdog.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/trial.h"
#include "flota/error.h"
#include <string.h>

/* --- what runs --- */

static enum flota_running running_by(const struct flota_trial *trial)
{
    if (trial->config.decision.action == FLOTA_BOOT_STRANDED &&
        trial->boot.own.state != FLOTA_BANK_CONFIRMED)
        return FLOTA_RUNNING_STRANDED;
    switch (trial->boot.own.state) {
    case FLOTA_BANK_TRIAL:
        return FLOTA_RUNNING_TRIAL;
    case FLOTA_BANK_CONFIRMED:
        return FLOTA_RUNNING_CONFIRMED;
    case FLOTA_BANK_OPEN:
    case FLOTA_BANK_FAILED: /* runs all the same: there was no guard, as under a debugger */
        return FLOTA_RUNNING_STRANDED;
    case FLOTA_BANK_UNRECORDED:
        break;
    }
    return FLOTA_RUNNING_UNRECORDED;
}

static void look(struct flota_trial *trial)
{
    flota_boot_read(trial->config.flash, &trial->boot);
    trial->running = running_by(trial);
    trial->has_report = flota_boot_rolled_back(&trial->boot, &trial->report);
}

uint32_t flota_trial_sound_deadline(uint32_t deadline_ms)
{
    bool too_short = deadline_ms != 0 && deadline_ms < FLOTA_TRIAL_DEADLINE_MIN_MS;
    return too_short ? FLOTA_TRIAL_DEADLINE_MIN_MS : deadline_ms;
}

static uint32_t deadline_of(const struct flota_trial *trial)
{
    uint32_t wanted_ms =
        trial->boot.own.deadline_ms != 0 ? trial->boot.own.deadline_ms : trial->config.deadline_ms;
    return wanted_ms != 0 ? flota_trial_sound_deadline(wanted_ms) : FLOTA_TRIAL_DEADLINE_MS;
}

void flota_trial_init(struct flota_trial *trial, const struct flota_trial_config *config,
                      uint32_t now_ms)
{
    memset(trial, 0, sizeof *trial);
    trial->config = *config;
    look(trial);
    if (trial->running == FLOTA_RUNNING_CONFIRMED && !flota_boot_is_kept(&trial->boot)) {
        flota_boot_confirm(config->flash); /* a cut may have left one that is gone the next time */
        look(trial);
    }
    trial->started_ms = now_ms;
    trial->deadline_ms = deadline_of(trial);
}

void flota_trial_configure(struct flota_trial *trial, enum flota_confirm_policy policy,
                           uint32_t deadline_ms)
{
    trial->config.policy = policy;
    if (deadline_ms != 0)
        trial->config.deadline_ms = deadline_ms;
    trial->deadline_ms = deadline_of(trial);
}

/* --- changes --- */

static int error_of(int result)
{
    return result == FLOTA_JOURNAL_FULL ? FLOTA_ERR_JOURNAL : result;
}

int flota_trial_confirm(struct flota_trial *trial)
{
    if (trial->running == FLOTA_RUNNING_CONFIRMED)
        return 0;
    if (trial->running == FLOTA_RUNNING_UNRECORDED || trial->leaving || trial->over)
        return FLOTA_ERR_NOT_ON_TRIAL;
    int error = error_of(flota_boot_confirm(trial->config.flash));
    look(trial);
    return error;
}

/* Whatever the journal says to it: not fed any more, the watchdog resets and the guard counts. */
static int give_up(struct flota_trial *trial, enum flota_boot_reason reason, uint32_t cause)
{
    const struct flota_platform *platform = trial->config.platform;
    int result = flota_boot_fail(trial->config.flash, reason, cause);
    trial->over = true;
    platform->reset(platform->port);
    return error_of(result);
}

int flota_trial_give_up(struct flota_trial *trial, uint32_t cause)
{
    if (trial->running != FLOTA_RUNNING_TRIAL || trial->over)
        return FLOTA_ERR_NOT_ON_TRIAL;
    return give_up(trial, FLOTA_REASON_APPLICATION, cause);
}

void flota_trial_leave_later(struct flota_trial *trial)
{
    trial->leaving = true;
}

int flota_trial_go_back(struct flota_trial *trial)
{
    if (trial->running != FLOTA_RUNNING_TRIAL || trial->over)
        return FLOTA_ERR_NOT_ON_TRIAL;
    return give_up(trial, FLOTA_REASON_REQUEST, 0);
}

void flota_trial_look_again(struct flota_trial *trial)
{
    if (trial->running == FLOTA_RUNNING_STRANDED)
        look(trial);
}

int flota_trial_seen(struct flota_trial *trial)
{
    int result = flota_boot_see(trial->config.flash);
    look(trial);
    if (result == FLOTA_JOURNAL_FULL) /* advisory: then it is said again after a restart */
        trial->has_report = false;
    return result < 0 ? result : 0;
}

static bool may_try(const struct flota_trial *trial, uint32_t now_ms)
{
    if (trial->confirm_count == 0)
        return true;
    return trial->confirm_count < FLOTA_CONFIRM_TRIES_MAX &&
           now_ms - trial->confirm_ms >= FLOTA_CONFIRM_RETRY_MS &&
           trial->boot.own.free_words > FLOTA_JOURNAL_KEEP_ROLLBACK;
}

/* Returns 0 once it is confirmed, else the error of the last try. */
static int try_to_confirm(struct flota_trial *trial, uint32_t now_ms)
{
    if (!may_try(trial, now_ms))
        return trial->confirm_error;
    trial->confirm_count++;
    trial->confirm_ms = now_ms;
    trial->confirm_error = flota_trial_confirm(trial);
    return trial->confirm_error;
}

int flota_trial_poll(struct flota_trial *trial, uint32_t now_ms, bool healthy)
{
    const struct flota_platform *platform = trial->config.platform;
    if (!trial->over)
        platform->feed(platform->port);
    if (trial->running != FLOTA_RUNNING_TRIAL || trial->over)
        return 0;
    bool confirms = healthy && !trial->leaving && trial->config.policy == FLOTA_CONFIRM_AUTOMATIC;
    int error = confirms ? try_to_confirm(trial, now_ms) : 0;
    if (confirms && error == 0)
        return 1;
    if (flota_trial_remaining_ms(trial, now_ms) > 0)
        return error;
    return give_up(trial, FLOTA_REASON_DEADLINE, trial->deadline_ms);
}

/* --- queries --- */

enum flota_running flota_trial_running(const struct flota_trial *trial)
{
    return trial->running;
}

uint32_t flota_trial_remaining_ms(const struct flota_trial *trial, uint32_t now_ms)
{
    uint32_t passed_ms = now_ms - trial->started_ms;
    if (trial->running != FLOTA_RUNNING_TRIAL || passed_ms >= trial->deadline_ms)
        return 0;
    return trial->deadline_ms - passed_ms;
}

const struct flota_boot_report *flota_trial_report(const struct flota_trial *trial)
{
    return trial->has_report ? &trial->report : NULL;
}
