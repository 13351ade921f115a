/* pull.c - the HTTP client agent's life: a job is started, tried, tried again, and ends.
 *
 * A try is one or several exchanges: redirects, a look at the file's head, the rest. What is asked:
 * pull_request.c. What comes back: pull_reply.c. Which file it is: pull_file.c. When:
 * pull_schedule.c. For whom, and what becomes of errors: pull_job.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "pull_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- console --- */

void flota_pull_log(const struct flota_pull *pull, const char *format, ...)
{
    char line[320];
    int used = snprintf(line, sizeof line, "pull: ");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    va_end(arguments);
    flota_ota_log(pull->config.ota, line);
}

void flota_pull_detail(struct flota_pull *pull, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(pull->detail, sizeof pull->detail, format, arguments);
    va_end(arguments);
}

/* --- life --- */

static const struct flota_config_key keys[] = {
    {.key = "update.url", .type = FLOTA_CONFIG_STRING, .initial = ""},
    {.key = "update.interval", .type = FLOTA_CONFIG_INTEGER, .initial = "0"},
    {.key = "update.timeout", .type = FLOTA_CONFIG_INTEGER, .initial = "600"},
    {.key = "update.commit_timeout", .type = FLOTA_CONFIG_INTEGER, .initial = "0"},
    {.key = "update.extra_http_headers",
     .type = FLOTA_CONFIG_STRING,
     .initial = "",
     .is_secret = true},
    {.key = "update.ssl_ca_file", .type = FLOTA_CONFIG_STRING, .initial = ""},
};

void flota_pull_add_keys(struct flota_config *config, struct flota_config_table *table)
{
    *table = (struct flota_config_table){.keys = keys, .count = sizeof keys / sizeof keys[0]};
    flota_config_add(config, table);
}

/* flota_ota has ended our update: flash, or somebody has cancelled it. */
static void ota_failed(void *context, int error)
{
    struct flota_pull *pull = context;
    pull->owns = false;
    pull->failed_with = error;
}

void flota_pull_init(struct flota_pull *pull, const struct flota_pull_config *config,
                     uint32_t now_ms)
{
    memset(pull, 0, sizeof *pull);
    pull->config = *config;
    pull->now_ms = pull->link_ms = now_ms;
    pull->owner = (struct flota_ota_owner){.failed = ota_failed, .context = pull};
    pull->dial = (struct flota_network_dial){
        .protocol = &flota_http_client_protocol, .context = &pull->get, .session = &pull->client};
}

bool flota_pull_was_answered(const struct flota_pull *pull)
{
    return pull->was_answered;
}

/* --- a try --- */

/* The next exchange, for pull->wish at pull->url. */
static int ask(struct flota_pull *pull)
{
    flota_network_hang_up(&pull->dial);
    flota_http_client_prepare(&pull->client);
    pull->again = false;
    if (++pull->turns > FLOTA_PULL_TURNS_MAX)
        return FLOTA_ERR_HTTP_REPLY;
    int error = flota_pull_write_lines(pull);
    if (error != 0)
        return error;
    flota_pull_fill_get(pull);
    pull->state = FLOTA_PULL_EXCHANGE;
    return flota_network_dial(&pull->dial, pull->url.host, pull->url.port);
}

static int begin_try(struct flota_pull *pull)
{
    const char *why = NULL;
    pull->detail[0] = '\0';
    pull->redirects = pull->turns = 0;
    pull->failed_with = 0;
    pull->is_told = pull->is_known = false;
    pull->retry_after_ms = 0;
    int error = flota_url_parse(pull->address, &pull->url, &why);
    if (error != 0) {
        flota_pull_detail(pull, "%s", why);
        return error;
    }
    pull->origin = pull->url;
    flota_pull_choose_wish(pull);
    if (pull->is_asked || pull->said == 0)
        flota_pull_log(pull, "GET %.250s", pull->url.text);
    return ask(pull);
}

void flota_pull_try(struct flota_pull *pull)
{
    int error = begin_try(pull);
    if (error != 0)
        flota_pull_fail(pull, error);
}

/* --- a turn --- */

static int result_of(const struct flota_pull *pull)
{
    if (pull->failed_with != 0)
        return pull->failed_with;
    return flota_http_client_result(&pull->client, &pull->dial);
}

/* Returns whether there is more to do at once. */
static bool end_exchange(struct flota_pull *pull)
{
    int result = flota_pull_on_end(pull);
    if (result == FLOTA_PULL_FLUSHES)
        return false;
    if (result == FLOTA_PULL_AGAIN)
        result = ask(pull);
    else if (result == FLOTA_PULL_HAS_ALL) {
        flota_network_hang_up(&pull->dial);
        pull->state = FLOTA_PULL_INSTALLS;
    }
    if (result < 0)
        flota_pull_fail(pull, result);
    return true;
}

static bool follow_exchange(struct flota_pull *pull)
{
    int result = result_of(pull);
    if (result == 0)
        return end_exchange(pull);
    if (result == FLOTA_HTTP_CLIENT_PENDING && pull->is_asked && !flota_pull_has_time(pull))
        result = FLOTA_ERR_TRANSFER_STALLED;
    if (result < 0) {
        if (pull->client.why && !pull->detail[0])
            flota_pull_detail(pull, "%s", pull->client.why);
        flota_pull_fail(pull, result);
    }
    return result < 0;
}

static void wait(struct flota_pull *pull)
{
    if (!flota_pull_has_time(pull)) {
        pull->state = FLOTA_PULL_IDLE;
        flota_pull_end_asked(pull, pull->last_error);
    } else if ((int32_t)(pull->now_ms - pull->due_ms) >= 0)
        flota_pull_try(pull);
}

static void conclude(struct flota_pull *pull)
{
    int result = pull->failed_with != 0 ? pull->failed_with : flota_ota_finish(pull->config.ota);
    if (result == FLOTA_UPDATER_PENDING)
        return;
    pull->owns = false;
    if (result < 0)
        flota_pull_fail(pull, result);
    else
        flota_pull_succeed(pull);
}

int flota_pull_poll(struct flota_pull *pull, uint32_t now_ms)
{
    bool goes_on = false;
    pull->now_ms = now_ms;
    flota_pull_look_at_link(pull);
    switch (pull->state) {
    case FLOTA_PULL_IDLE:
        if (flota_pull_is_due(pull))
            flota_pull_begin_poll(pull);
        break;
    case FLOTA_PULL_WAITING:
        wait(pull);
        break;
    case FLOTA_PULL_EXCHANGE:
        goes_on = follow_exchange(pull);
        break;
    case FLOTA_PULL_INSTALLS:
        conclude(pull);
        break;
    }
    return goes_on ? FLOTA_UPDATER_GOES_ON : FLOTA_UPDATER_NEEDS_INPUT;
}
