/* pull_job.c - a job: somebody asks for a file, or its time has come; and how it ends.
 *
 * Who asks waits for the outcome, so errors are told at once as long as nothing has arrived, and
 * tried again afterwards. A poll that fails comes back by its schedule.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "pull_internal.h"
#include <string.h>

#define LIMIT_S 86400u

/* Once: flota_ota has its own line for an update that it has begun. */
static void log_error(const struct flota_pull *pull, int error)
{
    const struct flota_error_text *text = flota_error_text(error);
    bool has_detail = pull->detail[0] != '\0';
    if (pull->is_told && flota_ota_error(pull->config.ota) == error && !has_detail)
        return;
    flota_pull_log(pull, "%s%s%s%s; %s", text->cause, has_detail ? " (" : "", pull->detail,
                   has_detail ? ")" : "", text->remedy);
}

/* --- a job ends --- */

/* -1xx: the file was refused, and will be again. */
static bool is_refusal(int error)
{
    return (error <= -100 && error > -200) || error == FLOTA_ERR_SAME_VERSION;
}

/* The file may be sound on the server, and was damaged on its way, or put together from two. */
static bool is_damage(int error)
{
    return error == FLOTA_ERR_IMAGE_CORRUPT || error == FLOTA_ERR_BUNDLE_BAD_CRC ||
           error == FLOTA_ERR_BUNDLE_PART_WRONG || error == FLOTA_ERR_SIGNATURE_WRONG;
}

/* It may have passed the next time. */
static bool is_passing(int error)
{
    switch (error) {
    case FLOTA_ERR_TRANSFER_LOST:
    case FLOTA_ERR_TRANSFER_STALLED:
    case FLOTA_ERR_NAME_UNKNOWN:
    case FLOTA_ERR_CONNECT_REFUSED:
    case FLOTA_ERR_CONNECT_TIMEOUT:
    case FLOTA_ERR_CONNECT_LOST:
    case FLOTA_ERR_HTTP_STATUS:
    case FLOTA_ERR_HTTP_REPLY:
    case FLOTA_ERR_HTTP_REDIRECTS:
        return true;
    default:
        return false;
    }
}

/* The last thing to do: who asked may ask for the next file at once. */
static void answer(struct flota_pull *pull, int result)
{
    void (*ended)(void *, int) = pull->ended;
    pull->ended = NULL;
    pull->is_asked = false;
    if (ended)
        ended(pull->ended_context, result);
}

void flota_pull_end_asked(struct flota_pull *pull, int error)
{
    log_error(pull, error);
    flota_pull_schedule_next(pull);
    answer(pull, error);
}

bool flota_pull_has_time(const struct flota_pull *pull)
{
    return pull->now_ms - pull->progress_ms < pull->timeout_ms;
}

static void fail_asked(struct flota_pull *pull, int error)
{
    if (!pull->has_part || !is_passing(error) || !flota_pull_has_time(pull)) {
        flota_pull_end_asked(pull, error);
        return;
    }
    log_error(pull, error);
    pull->state = FLOTA_PULL_WAITING;
    pull->last_error = error;
    flota_pull_log(pull, "tries again in %lu s",
                   (unsigned long)flota_pull_schedule_retry(pull) / 1000u);
}

/* The console hears of an outcome once, however often it comes. */
static void fail_polled(struct flota_pull *pull, int error)
{
    bool is_news = pull->said != error;
    pull->said = error;
    if (is_news)
        log_error(pull, error);
    bool is_final = is_refusal(error) && pull->damages == 0;
    if (is_final || error == FLOTA_ERR_TRANSFER_CANCELLED) {
        flota_pull_schedule_next(pull);
        return;
    }
    uint32_t wait = flota_pull_schedule_retry(pull);
    if (is_news)
        flota_pull_log(pull, "asks again in %lu s", (unsigned long)wait / 1000u);
}

void flota_pull_fail(struct flota_pull *pull, int error)
{
    flota_network_hang_up(&pull->dial);
    if (pull->owns)
        flota_pull_keep_part(pull, error);
    pull->damages = is_damage(error) && !pull->is_known
                        ? (uint8_t)((pull->damages + 1u) % FLOTA_PULL_DAMAGES_MAX)
                        : 0;
    if (is_refusal(error) && pull->damages == 0)
        flota_pull_remember(pull, error);
    pull->state = FLOTA_PULL_IDLE;
    pull->failed_with = 0;
    if (pull->is_asked)
        fail_asked(pull, error);
    else
        fail_polled(pull, error);
}

void flota_pull_succeed(struct flota_pull *pull)
{
    pull->owns = false;
    pull->has_transfer = false;
    pull->state = FLOTA_PULL_IDLE;
    flota_ota_restart(pull->config.ota, FLOTA_OTA_ANSWER_MS);
    flota_pull_schedule_next(pull);
    answer(pull, 0);
}

/* --- a job begins --- */

/* What is here of another address is not its file. */
static int take_address(struct flota_pull *pull, const char *address)
{
    size_t size = strlen(address);
    if (size >= sizeof pull->address)
        return FLOTA_ERR_URL_BAD;
    if (strcmp(address, pull->address) != 0)
        pull->has_transfer = false;
    memcpy(pull->address, address, size + 1);
    pull->has_part = false;
    return 0;
}

void flota_pull_begin_poll(struct flota_pull *pull)
{
    const struct flota_config *config = pull->config.config;
    take_address(pull, flota_config_text(config, "update.url"));
    pull->ignore_same = true;
    pull->consents = (struct flota_image_consents){0};
    pull->deadline_ms = flota_pull_seconds(pull, "update.commit_timeout", LIMIT_S);
    flota_pull_try(pull);
}

static const char *address_of(const struct flota_pull *pull,
                              const struct flota_pull_request *request)
{
    return request->url ? request->url : flota_config_text(pull->config.config, "update.url");
}

/* May it be started? */
static int check_start(struct flota_pull *pull, const char *address)
{
    const struct flota_ota *ota = pull->config.ota;
    struct flota_url url;
    const char *why;
    bool is_at_work = pull->is_asked || pull->owns || pull->state == FLOTA_PULL_INSTALLS;
    if (is_at_work || flota_ota_is_busy(ota))
        return FLOTA_ERR_UPDATE_BUSY;
    if (flota_trial_running(ota->config.trial) == FLOTA_RUNNING_TRIAL)
        return FLOTA_ERR_ON_TRIAL;
    int error = flota_url_parse(address, &url, &why);
    if (error != 0)
        flota_pull_log(pull, "this URL is not fetched: %s", why);
    return error;
}

static void take_times(struct flota_pull *pull, const struct flota_pull_request *request)
{
    pull->deadline_ms = request->deadline_ms;
    pull->timeout_ms = request->timeout_ms;
    if (pull->deadline_ms == 0)
        pull->deadline_ms = flota_pull_seconds(pull, "update.commit_timeout", LIMIT_S);
    if (pull->timeout_ms == 0)
        pull->timeout_ms = flota_pull_seconds(pull, "update.timeout", LIMIT_S);
    if (pull->timeout_ms == 0)
        pull->timeout_ms = FLOTA_PULL_TIMEOUT_MS;
}

/* The connection of a poll that gives way is hung up in poll(): this may be inside the network. */
int flota_pull_start(void *context, const struct flota_pull_request *request)
{
    struct flota_pull *pull = context;
    const char *address = address_of(pull, request);
    int error = check_start(pull, address);
    if (error == 0)
        error = take_address(pull, address);
    if (error != 0)
        return error;
    pull->is_asked = true;
    pull->ended = request->ended;
    pull->ended_context = request->context;
    pull->ignore_same = request->ignore_same_version;
    pull->consents = request->consents;
    take_times(pull, request);
    pull->failures = 0;
    pull->last_error = 0;
    pull->progress_ms = pull->due_ms = pull->now_ms;
    pull->state = FLOTA_PULL_WAITING;
    return 0;
}
