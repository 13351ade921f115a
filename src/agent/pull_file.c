/* pull_file.c - which file does the server have: the one of which a part is here, the one that
 * runs, one that was refused, or a new one?
 *
 * Within one run a strong validator tells. Without one, and after a loss of power, the digest in
 * the image's head does: it covers every byte.
 *
 * Source: RFC 9110 8.8 (validators), 13.1.5 (If-Range).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "mbedtls/sha256.h"
#include "pull_internal.h"
#include <string.h>

/* --- validators --- */

/* A text that does not fit is worth nothing. */
static void copy(char *text, size_t capacity, struct flota_http_text value)
{
    text[0] = '\0';
    if (value.size == 0 || value.size >= capacity)
        return;
    memcpy(text, value.data, value.size);
    text[value.size] = '\0';
}

/* A date is strong when the file was a second old already as it was sent (RFC 9110 8.8.2.2): then
 * Date is another text. */
void flota_pull_read_validators(struct flota_pull_validator *validator,
                                const struct flota_http_client *client)
{
    struct flota_http_text date = flota_http_client_header(client, "Date");
    copy(validator->etag, sizeof validator->etag, flota_http_client_header(client, "ETag"));
    copy(validator->modified, sizeof validator->modified,
         flota_http_client_header(client, "Last-Modified"));
    validator->modified_is_strong =
        validator->modified[0] && date.data && !flota_http_text_is(date, validator->modified);
}

/* An ETag is quoted; W/ marks a weak one. A date only when there is no ETag (RFC 9110 13.1.5). */
const char *flota_pull_strong(const struct flota_pull_validator *validator)
{
    if (validator->etag[0])
        return validator->etag[0] == '"' ? validator->etag : NULL;
    return validator->modified_is_strong ? validator->modified : NULL;
}

bool flota_pull_same_bytes(const struct flota_pull_validator *a,
                           const struct flota_pull_validator *b)
{
    const char *one = flota_pull_strong(a), *other = flota_pull_strong(b);
    return one && other && strcmp(one, other) == 0;
}

/* --- verdicts --- */

int flota_pull_take_fingerprint(struct flota_pull *pull)
{
    return mbedtls_sha256_ret(pull->head, pull->head_size, pull->fingerprint, 0);
}

static bool has_any(const struct flota_pull_validator *validator)
{
    return validator->etag[0] || validator->modified[0];
}

/* At whatever address. The bytes behind the fingerprint may differ, so two validators must not. */
static bool has_verdict(const struct flota_pull *pull)
{
    const struct flota_pull_verdict *verdict = &pull->verdict;
    if (verdict->error == 0)
        return false;
    if (has_any(&verdict->validator) && has_any(&pull->found) &&
        (strcmp(verdict->validator.etag, pull->found.etag) != 0 ||
         strcmp(verdict->validator.modified, pull->found.modified) != 0))
        return false;
    return memcmp(verdict->fingerprint, pull->fingerprint, sizeof pull->fingerprint) == 0;
}

void flota_pull_remember(struct flota_pull *pull, int error)
{
    struct flota_pull_verdict *verdict = &pull->verdict;
    verdict->error = error;
    verdict->validator = pull->found;
    memcpy(verdict->address, pull->address, sizeof verdict->address);
    memcpy(verdict->fingerprint, pull->fingerprint, sizeof verdict->fingerprint);
}

static bool is_same(const struct flota_image_info *a, const struct flota_image_info *b)
{
    return memcmp(a->version, b->version, sizeof a->version) == 0 &&
           memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

/* It stands whole in the other bank, and the older one runs. */
static bool was_left(const struct flota_ota *ota, const struct flota_image_info *info)
{
    return ota->can_revert && is_same(info, &ota->revert) &&
           flota_version_compare(info->version, ota->config.target->running->version) > 0;
}

int flota_pull_judge_image(const struct flota_pull *pull, const struct flota_image_info *info)
{
    const struct flota_ota *ota = pull->config.ota;
    if (is_same(info, ota->config.target->running))
        return FLOTA_ERR_SAME_VERSION;
    return !pull->is_asked && was_left(ota, info) ? FLOTA_ERR_IMAGE_REJECTED : 0;
}

static int judge_head(const struct flota_pull *pull)
{
    struct flota_image_info info;
    if (!pull->ignore_same || flota_image_find_info(pull->head, pull->head_size, &info) != 1)
        return 0;
    return flota_pull_judge_image(pull, &info);
}

/* --- the part that is here --- */

static bool is_part_of_transfer(const struct flota_pull *pull,
                                const struct flota_updater_rest *rest)
{
    return pull->has_transfer && flota_pull_same_bytes(&pull->transfer, &pull->found) &&
           memcmp(rest->digest, pull->transfer_digest, sizeof rest->digest) == 0;
}

bool flota_pull_is_continued(const struct flota_pull *pull)
{
    struct flota_updater_rest rest;
    struct flota_image_info info;
    if (!flota_updater_rest(&pull->config.ota->updater, &rest))
        return false;
    if (pull->total != 0 && rest.size != 0 && pull->total != rest.size)
        return false;
    if (is_part_of_transfer(pull, &rest))
        return true;
    return flota_image_find_info(pull->head, pull->head_size, &info) == 1 &&
           memcmp(rest.digest, info.digest, sizeof info.digest) == 0;
}

static struct flota_ota_request request_of(const struct flota_pull *pull, uint32_t total_size)
{
    return (struct flota_ota_request){.from = pull->url.host,
                                      .total_size = total_size,
                                      .deadline_ms = pull->deadline_ms,
                                      .consents = pull->consents};
}

static void own(struct flota_pull *pull)
{
    pull->owns = true;
    pull->is_told = true;
    pull->is_taken = true;
    pull->has_part = true;
    pull->transfer = pull->found;
    pull->has_transfer = false; /* its digest is known when its head was accepted */
}

int flota_pull_resume(struct flota_pull *pull, uint32_t offset)
{
    struct flota_updater_rest rest;
    if (!flota_updater_rest(&pull->config.ota->updater, &rest))
        return FLOTA_ERR_TRANSFER_OTHER;
    const struct flota_ota_request request = request_of(pull, rest.size);
    int error = flota_ota_resume(pull->config.ota, &request, offset, &pull->owner);
    if (error != 0)
        return error;
    own(pull);
    pull->version_known = true;
    flota_pull_log(pull, "goes on at byte %lu of %lu", (unsigned long)rest.offset,
                   (unsigned long)rest.size);
    return 0;
}

void flota_pull_keep_part(struct flota_pull *pull, int error)
{
    struct flota_updater_rest rest;
    bool is_stall = error == FLOTA_ERR_TRANSFER_STALLED;
    pull->owns = false;
    flota_ota_leave(pull->config.ota, is_stall ? error : FLOTA_ERR_TRANSFER_LOST);
    pull->has_transfer = flota_updater_rest(&pull->config.ota->updater, &rest);
    if (!pull->has_transfer)
        return;
    memcpy(pull->transfer_digest, rest.digest, sizeof rest.digest);
    if (rest.offset > pull->kept)
        pull->failures = 0; /* it gets on */
    pull->kept = rest.offset;
}

/* --- the verdict on a file --- */

static int begin(struct flota_pull *pull)
{
    const struct flota_ota_request request = request_of(pull, pull->total);
    int error = flota_ota_begin(pull->config.ota, &request, &pull->owner);
    if (error != 0) {
        pull->owns = false;
        pull->is_told = error != FLOTA_ERR_UPDATE_BUSY;
        return error;
    }
    own(pull);
    pull->kept = 0;
    pull->version_known = !pull->ignore_same;
    return 0;
}

/* Somebody's update that comes in pieces has no owner in between; a poll does not take its place.
 */
static bool is_in_the_way(const struct flota_pull *pull)
{
    return !pull->owns && !pull->is_asked && !flota_ota_is_quiet(pull->config.ota);
}

int flota_pull_judge(struct flota_pull *pull)
{
    if (flota_pull_take_fingerprint(pull) != 0)
        return FLOTA_ERR_IMAGE_CORRUPT;
    pull->is_known = !pull->is_asked && has_verdict(pull);
    if (pull->is_known)
        return pull->verdict.error;
    int error = judge_head(pull);
    if (error != 0)
        return error;
    if (is_in_the_way(pull))
        return FLOTA_ERR_UPDATE_BUSY;
    if (flota_pull_is_on_trial(pull)) /* not by flota_ota, whose status would tell of a failure */
        return FLOTA_ERR_ON_TRIAL;
    if (flota_pull_is_continued(pull) && flota_pull_resume(pull, 0) == 0)
        return 0;
    return begin(pull);
}
