/* pull_internal.h - what the files of the HTTP client agent share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AGENT_PULL_INTERNAL_H
#define FLOTA_AGENT_PULL_INTERNAL_H

#include "flota/pull.h"

/* --- pull_request.c: what goes to the server --- */

/* Write user_agent and lines. Returns 0, or FLOTA_ERR_CONFIG_VALUE for extra headers that are none,
 * FLOTA_ERR_URL_SCHEME for a CA file. */
int flota_pull_write_lines(struct flota_pull *pull);

/* Fill pull->get: the wish, with what ties it to the file that is known. */
void flota_pull_fill_get(struct flota_pull *pull);

/* What is to be asked first: is a part of a file here? */
void flota_pull_choose_wish(struct flota_pull *pull);

/* --- pull_reply.c: what comes back --- */

int flota_pull_on_head(void *context, const struct flota_http_client *client);
int flota_pull_on_body(void *context, const uint8_t *data, size_t size);

/* The exchange is complete. Returns FLOTA_PULL_*, or an error. */
#define FLOTA_PULL_HAS_ALL 0 /* the file is whole */
#define FLOTA_PULL_AGAIN   1 /* ask for what pull->wish says now */
#define FLOTA_PULL_FLUSHES 2 /* flota_ota has no room at the moment: call it again */
int flota_pull_on_end(struct flota_pull *pull);

/* --- pull_file.c: which file is it? --- */

/* Read the validators of a reply. */
void flota_pull_read_validators(struct flota_pull_validator *validator,
                                const struct flota_http_client *client);

/* What may stand in If-Range, or NULL. */
const char *flota_pull_strong(const struct flota_pull_validator *validator);

/* Do both name the very same bytes? */
bool flota_pull_same_bytes(const struct flota_pull_validator *a,
                           const struct flota_pull_validator *b);

/* Of the bytes gathered in head. Returns 0 unless the hash engine failed. */
int flota_pull_take_fingerprint(struct flota_pull *pull);

/* Judge a file from its start by the bytes gathered in head: go on with the part that is here,
 * begin anew, or an error. */
int flota_pull_judge(struct flota_pull *pull);

/* Does the part that is here belong to the file whose head was gathered? */
bool flota_pull_is_continued(const struct flota_pull *pull);

/* Is this image needed? 0; FLOTA_ERR_SAME_VERSION: it runs; FLOTA_ERR_IMAGE_REJECTED: nobody asks
 * for it, and somebody went back from it. */
int flota_pull_judge_image(const struct flota_pull *pull, const struct flota_image_info *info);

/* Go on at offset of a file of which a part is here. */
int flota_pull_resume(struct flota_pull *pull, uint32_t offset);

/* The connection is gone in the middle: keep what is here. */
void flota_pull_keep_part(struct flota_pull *pull, int error);

/* Remember that this file needs no second look. */
void flota_pull_remember(struct flota_pull *pull, int error);

/* --- pull_schedule.c: when --- */

/* Has the time of a poll come? Follows changes of the configuration. */
bool flota_pull_is_due(struct flota_pull *pull);

/* Then the server is looked at, and nothing is begun. */
bool flota_pull_is_on_trial(const struct flota_pull *pull);

/* After a poll that needs no repetition. */
void flota_pull_schedule_next(struct flota_pull *pull);

/* After an error: wait longer each time. Returns the wait, ms. */
uint32_t flota_pull_schedule_retry(struct flota_pull *pull);

/* A link that came up ends a wait. */
void flota_pull_look_at_link(struct flota_pull *pull);

/* A configured number of seconds, in ms; 0 for none, at most limit_s. */
uint32_t flota_pull_seconds(const struct flota_pull *pull, const char *key, uint32_t limit_s);

/* --- pull_job.c: for whom --- */

void flota_pull_begin_poll(struct flota_pull *pull);

/* The try has failed: tell, or try again later. */
void flota_pull_fail(struct flota_pull *pull, int error);

/* The file is installed: restart. */
void flota_pull_succeed(struct flota_pull *pull);

/* Tell who asked. Polls go on by their schedule, but not at once. */
void flota_pull_end_asked(struct flota_pull *pull, int error);

/* Does one who asked still wait? */
bool flota_pull_has_time(const struct flota_pull *pull);

/* --- pull.c --- */

/* Begin a try: look what is here, and ask. */
void flota_pull_try(struct flota_pull *pull);

/* A line for the console behind "pull: ". */
void flota_pull_log(const struct flota_pull *pull, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Words for the console with the error that follows. */
void flota_pull_detail(struct flota_pull *pull, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
