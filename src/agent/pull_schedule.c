/* pull_schedule.c - when to ask: intervals, waits after errors, and chance, so that a fleet that
 * was switched on at once does not come at once.
 *
 * Times are compared by their difference: now_ms wraps after 49 days, and no wait is longer than
 * two weeks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "pull_internal.h"
#include <string.h>

#define LOOK_MS         1000u  /* between two looks at the link */
#define TRIAL_SPREAD_MS 20000u /* the first poll of a firmware on trial: its deadline is near */

/* 0 to limit - 1. */
static uint32_t chance(const struct flota_pull *pull, uint32_t limit)
{
    return limit > 0 ? pull->config.random() % limit : 0;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t flota_pull_seconds(const struct flota_pull *pull, const char *key, uint32_t limit_s)
{
    int32_t seconds = flota_config_integer(pull->config.config, key);
    return seconds <= 0 ? 0 : smaller((uint32_t)seconds, limit_s) * 1000u;
}

static uint32_t interval_ms(const struct flota_pull *pull)
{
    return flota_pull_seconds(pull, "update.interval", FLOTA_PULL_INTERVAL_MAX);
}

/* --- polls --- */

/* On trial the server is asked soon: that it answers is what may confirm the firmware. */
static uint32_t spread_ms(const struct flota_pull *pull)
{
    const struct flota_ota *ota = pull->config.ota;
    uint32_t spread = smaller(interval_ms(pull), FLOTA_PULL_SPREAD_MS);
    if (!flota_pull_is_on_trial(pull))
        return spread;
    uint32_t remaining = flota_trial_remaining_ms(ota->config.trial, pull->now_ms);
    return smaller(spread, smaller(TRIAL_SPREAD_MS, remaining / 4u));
}

/* The first one after a start, or after the interval was changed. */
static void schedule_first(struct flota_pull *pull)
{
    pull->interval = flota_config_integer(pull->config.config, "update.interval");
    pull->is_scheduled = true;
    pull->failures = 0;
    pull->due_ms = pull->now_ms + chance(pull, spread_ms(pull));
}

/* One interval, 5 % more or less. */
void flota_pull_schedule_next(struct flota_pull *pull)
{
    uint32_t interval = interval_ms(pull);
    pull->failures = 0;
    pull->due_ms = pull->now_ms + interval - interval / 20u + chance(pull, interval / 10u + 1u);
}

bool flota_pull_is_on_trial(const struct flota_pull *pull)
{
    return flota_trial_running(pull->config.ota->config.trial) == FLOTA_RUNNING_TRIAL;
}

bool flota_pull_is_due(struct flota_pull *pull)
{
    const struct flota_config *config = pull->config.config;
    if (interval_ms(pull) == 0 || !flota_config_text(config, "update.url")[0]) {
        pull->is_scheduled = false;
        return false;
    }
    if (!pull->is_scheduled || pull->interval != flota_config_integer(config, "update.interval"))
        schedule_first(pull);
    if ((int32_t)(pull->now_ms - pull->due_ms) < 0)
        return false;
    pull->due_ms = pull->now_ms; /* however long it is held: never half a wrap behind */
    return flota_ota_is_quiet(pull->config.ota);
}

/* --- errors --- */

/* Somebody who polls each minute is back soon; who polls each day leaves the server alone. */
static uint32_t longest_wait(const struct flota_pull *pull)
{
    uint32_t interval = interval_ms(pull);
    if (pull->is_asked || interval > FLOTA_PULL_RETRY_MAX_MS / 4u)
        return FLOTA_PULL_RETRY_MAX_MS;
    return interval * 4u > 60000u ? interval * 4u : 60000u;
}

/* Between half of the doubled wait and all of it. */
uint32_t flota_pull_schedule_retry(struct flota_pull *pull)
{
    uint32_t limit = longest_wait(pull), wait = FLOTA_PULL_RETRY_MIN_MS;
    for (uint8_t i = 0; i < pull->failures && wait < limit; i++)
        wait *= 2u;
    wait = smaller(wait, limit);
    wait = wait / 2u + chance(pull, wait / 2u + 1u);
    if (wait < pull->retry_after_ms)
        wait = pull->retry_after_ms + chance(pull, FLOTA_PULL_RETRY_MIN_MS);
    if (pull->failures < UINT8_MAX)
        pull->failures++;
    pull->retry_after_ms = 0;
    pull->due_ms = pull->now_ms + wait;
    return wait;
}

/* --- the link --- */

static bool is_up(void)
{
    struct flota_network_status status;
    flota_network_status(&status);
    return status.is_link_up && status.address[0] && strcmp(status.address, "0.0.0.0") != 0;
}

void flota_pull_look_at_link(struct flota_pull *pull)
{
    if (pull->now_ms - pull->link_ms < LOOK_MS)
        return;
    pull->link_ms = pull->now_ms;
    bool was_down = pull->link_was_down;
    pull->link_was_down = !is_up();
    bool waits =
        pull->failures > 0 && (pull->state == FLOTA_PULL_IDLE || pull->state == FLOTA_PULL_WAITING);
    if (!was_down || pull->link_was_down || !waits)
        return;
    pull->failures = 0;
    pull->due_ms = pull->now_ms + chance(pull, FLOTA_PULL_LINK_MS);
    flota_pull_log(pull, "the network is back: asks again soon");
}
