/* pull_reply.c - what the server answers, and what becomes of it.
 *
 * The first bytes of a file are gathered before flota_ota hears of it: they tell whether it is the
 * one that runs, was refused, or is partly here, and an update that was not begun leaves no trace.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "pull_internal.h"
#include <string.h>

#define RETRY_AFTER_MAX_S 3600u

/* --- heads --- */

/* What to ask instead; ends this exchange. */
static int ask_for(struct flota_pull *pull, enum flota_pull_wish wish)
{
    pull->wish = wish;
    pull->again = true;
    return 1;
}

/* The file is another one than that of which a part is here. */
static int start_over(struct flota_pull *pull)
{
    flota_pull_log(pull, "the file on the server has changed: from its start");
    pull->has_transfer = false;
    return ask_for(pull, FLOTA_PULL_WHOLE);
}

static void gather(struct flota_pull *pull, uint32_t total)
{
    pull->total = total;
    pull->is_taken = false;
    pull->head_size = pull->head_given = 0;
}

/* A body that ends with its connection may have lost its end, so its validators prove nothing. */
static int take_whole(struct flota_pull *pull, const struct flota_http_client *client)
{
    const struct flota_http_reply *reply = &client->reply;
    bool is_told = reply->body_size != UINT64_MAX;
    if (client->until_close)
        memset(&pull->found, 0, sizeof pull->found);
    if (is_told && reply->body_size > INT32_MAX)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    pull->wish = FLOTA_PULL_WHOLE;
    gather(pull, is_told ? (uint32_t)reply->body_size : 0);
    return 0;
}

/* The rest must be of the same file: its validator, if it names one, and its size. */
static int take_rest(struct flota_pull *pull, const struct flota_http_reply *reply)
{
    struct flota_updater_rest rest;
    const char *now = flota_pull_strong(&pull->found), *then = flota_pull_strong(&pull->transfer);
    bool other = now && then && strcmp(now, then) != 0;
    if (other || !flota_updater_rest(&pull->config.ota->updater, &rest) ||
        (rest.size != 0 && rest.size != reply->total))
        return start_over(pull);
    if (!flota_pull_strong(&pull->found))
        pull->found = pull->transfer; /* a 206 need not repeat it */
    int error = flota_pull_resume(pull, (uint32_t)reply->first);
    if (error == FLOTA_ERR_TRANSFER_OTHER || error == FLOTA_ERR_TRANSFER_GAP)
        return start_over(pull);
    pull->total = (uint32_t)reply->total;
    return error;
}

static int take_part(struct flota_pull *pull, const struct flota_http_reply *reply)
{
    if (reply->total > INT32_MAX)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (pull->wish == FLOTA_PULL_REST)
        return take_rest(pull, reply);
    gather(pull, (uint32_t)reply->total);
    return 0;
}

static int follow_redirect(struct flota_pull *pull, const struct flota_http_client *client)
{
    struct flota_http_text location = flota_http_client_header(client, "Location");
    struct flota_url next;
    const char *why = "it names no Location";
    int error = FLOTA_ERR_HTTP_REDIRECTS;
    if (location.data)
        error = flota_url_resolve(&pull->url, location, &next, &why);
    if (error != 0) {
        flota_pull_detail(pull, "redirect: %s", why);
        return error;
    }
    if (++pull->redirects > FLOTA_PULL_REDIRECTS_MAX || strcmp(next.text, pull->url.text) == 0) {
        flota_pull_detail(pull, "redirect %u", (unsigned)pull->redirects);
        return FLOTA_ERR_HTTP_REDIRECTS;
    }
    pull->url = next;
    flota_pull_log(pull, "redirected to %.200s", next.text);
    return ask_for(pull, pull->wish);
}

/* In seconds; a date is passed over, our own wait will do (RFC 9110 10.2.3). */
static void note_retry_after(struct flota_pull *pull, const struct flota_http_client *client)
{
    struct flota_http_text text = flota_http_client_header(client, "Retry-After");
    uint32_t seconds = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return;
        seconds = seconds * 10u + (uint32_t)(text.data[i] - '0');
        if (seconds > RETRY_AFTER_MAX_S)
            seconds = RETRY_AFTER_MAX_S;
    }
    pull->retry_after_ms = seconds * 1000u;
}

static int refuse_status(struct flota_pull *pull, const struct flota_http_client *client)
{
    note_retry_after(pull, client);
    flota_pull_detail(pull, "status %d", client->reply.status);
    return FLOTA_ERR_HTTP_STATUS;
}

/* Only what was asked with a condition can be unchanged. */
static int take_unchanged(struct flota_pull *pull, const struct flota_http_client *client)
{
    if (!pull->get.if_none_match && !pull->get.if_modified_since)
        return refuse_status(pull, client);
    pull->found = pull->verdict.validator;
    memcpy(pull->fingerprint, pull->verdict.fingerprint, sizeof pull->fingerprint);
    pull->is_known = true;
    return pull->verdict.error;
}

static bool has_the_file(int status)
{
    return status == 200 || status == 206 || status == 304;
}

int flota_pull_on_head(void *context, const struct flota_http_client *client)
{
    struct flota_pull *pull = context;
    if (pull->state != FLOTA_PULL_EXCHANGE || pull->failed_with != 0)
        return FLOTA_ERR_TRANSFER_CANCELLED; /* poll() knows more */
    flota_pull_read_validators(&pull->found, client);
    pull->was_answered |= has_the_file(client->reply.status);
    switch (client->reply.status) {
    case 200:
        return take_whole(pull, client);
    case 206:
        return take_part(pull, &client->reply);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return follow_redirect(pull, client);
    case 304:
        return take_unchanged(pull, client);
    case 416: /* it is shorter than what is here */
        return pull->wish == FLOTA_PULL_WHOLE ? refuse_status(pull, client) : start_over(pull);
    default:
        return refuse_status(pull, client);
    }
}

/* --- bytes --- */

static size_t add_to_head(struct flota_pull *pull, const uint8_t *data, size_t size)
{
    size_t room = sizeof pull->head - pull->head_size;
    size_t taken = size < room ? size : room;
    memcpy(pull->head + pull->head_size, data, taken);
    pull->head_size += (uint32_t)taken;
    return taken;
}

/* An image inside a bundle is known when flota_ota has accepted its head; nothing was erased yet,
 * that happens in its poll. */
static int check_version(struct flota_pull *pull)
{
    const struct flota_update_status *status = flota_updater_status(&pull->config.ota->updater);
    if (pull->version_known || status->info.magic == 0)
        return 0;
    pull->version_known = true;
    int error = flota_pull_judge_image(pull, &status->info);
    if (error == 0)
        return 0;
    pull->owns = false;
    flota_ota_fail(pull->config.ota, error);
    return error;
}

/* Returns bytes taken, or why the update has failed. */
static int give(struct flota_pull *pull, const uint8_t *data, size_t size)
{
    int taken = size > 0 ? flota_ota_write(pull->config.ota, data, size) : 0;
    if (taken < 0) {
        pull->owns = false;
        return taken;
    }
    if (taken > 0) {
        pull->progress_ms = pull->now_ms;
        pull->turns = 0;
    }
    int error = check_version(pull);
    return error != 0 ? error : taken;
}

/* Give what was gathered. Returns 0, also when not all of it was taken, or the error. */
static int give_head(struct flota_pull *pull)
{
    int taken = give(pull, pull->head + pull->head_given, pull->head_size - pull->head_given);
    if (taken > 0)
        pull->head_given += (uint32_t)taken;
    return taken < 0 ? taken : 0;
}

int flota_pull_on_body(void *context, const uint8_t *data, size_t size)
{
    struct flota_pull *pull = context;
    size_t used = 0;
    int error = 0;
    if (pull->state != FLOTA_PULL_EXCHANGE || pull->failed_with != 0)
        return FLOTA_ERR_TRANSFER_CANCELLED;
    if (!pull->is_taken) {
        used = add_to_head(pull, data, size);
        if (pull->head_size < sizeof pull->head || pull->wish == FLOTA_PULL_HEAD)
            return (int)used;
        error = flota_pull_judge(pull);
    }
    if (error == 0)
        error = give_head(pull);
    if (error != 0 || pull->head_given < pull->head_size)
        return error != 0 ? error : (int)used;
    int taken = give(pull, data + used, size - used);
    return taken < 0 ? taken : (int)used + taken;
}

/* --- the end --- */

/* The head of a file of which a part may be here has come. */
static int end_of_head(struct flota_pull *pull)
{
    struct flota_updater_rest rest;
    if (!flota_pull_is_continued(pull) || !flota_updater_rest(&pull->config.ota->updater, &rest)) {
        pull->wish = FLOTA_PULL_WHOLE;
        return FLOTA_PULL_AGAIN;
    }
    if (flota_pull_take_fingerprint(pull) != 0)
        return FLOTA_ERR_IMAGE_CORRUPT;
    pull->transfer = pull->found;
    pull->has_transfer = true;
    memcpy(pull->transfer_digest, rest.digest, sizeof rest.digest);
    pull->head_size = pull->head_given = 0;
    pull->wish = FLOTA_PULL_REST;
    pull->offset = rest.offset;
    return FLOTA_PULL_AGAIN;
}

/* The server sent a part of what was asked for only. */
static bool is_rest_missing(struct flota_pull *pull, const struct flota_http_reply *reply)
{
    if (reply->status != 206 || reply->last + 1 >= reply->total)
        return false;
    pull->wish = FLOTA_PULL_REST;
    pull->offset = (uint32_t)reply->last + 1;
    return true;
}

/* The connection was the body's end, and came too early. A file that says no size is believed. */
static bool is_cut_off(const struct flota_pull *pull)
{
    const struct flota_updater *updater = &pull->config.ota->updater;
    const struct flota_update_status *status = flota_updater_status(updater);
    struct flota_updater_rest rest;
    return pull->client.until_close && status->phase == FLOTA_UPDATE_RECEIVING &&
           flota_updater_rest(updater, &rest) && rest.offset == status->received;
}

int flota_pull_on_end(struct flota_pull *pull)
{
    int error = 0;
    if (pull->again)
        return FLOTA_PULL_AGAIN;
    if (!pull->is_taken && pull->wish == FLOTA_PULL_HEAD)
        return end_of_head(pull);
    if (!pull->is_taken)
        error = flota_pull_judge(pull);
    if (error == 0)
        error = give_head(pull);
    if (error != 0)
        return error;
    if (pull->head_given < pull->head_size)
        return FLOTA_PULL_FLUSHES;
    if (is_cut_off(pull))
        return FLOTA_ERR_TRANSFER_LOST;
    return is_rest_missing(pull, &pull->client.reply) ? FLOTA_PULL_AGAIN : FLOTA_PULL_HAS_ALL;
}
