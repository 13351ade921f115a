/* access_line.c - logins and changes of passwords, one after the other, in slices.
 *
 * Wrong passwords are counted per user, twice: those that come from where the user signed in last,
 * and all others. So who guesses from elsewhere makes the user's own machine wait no longer. A
 * login during a pause is not looked at and does not lengthen it. All of it is in RAM.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "flota/error.h"
#include <string.h>

#define PAUSE_STEPS_MAX 6u /* doubled so often it is longer than the longest */

/* --- pauses --- */

static bool is_own_address(const struct flota_access *access, uint8_t user, const char *address)
{
    return address[0] && strcmp(access->addresses[user], address) == 0;
}

static uint32_t pause_of(const struct flota_access_throttle *throttle)
{
    if (throttle->wrong <= FLOTA_ACCESS_WRONG_MAX)
        return 0;
    uint32_t steps = throttle->wrong - FLOTA_ACCESS_WRONG_MAX - 1u;
    uint32_t pause = FLOTA_ACCESS_PAUSE_MS << steps;
    return pause < FLOTA_ACCESS_PAUSE_MAX_MS ? pause : FLOTA_ACCESS_PAUSE_MAX_MS;
}

uint32_t flota_access_pause_ms(const struct flota_access *access, uint8_t user, const char *address)
{
    const struct flota_access_throttle *throttle =
        &access->throttles[user][is_own_address(access, user, address)];
    uint32_t pause = pause_of(throttle), passed = access->now_ms - throttle->since_ms;
    return passed < pause ? pause - passed : 0;
}

static void note_right(struct flota_access *access, uint8_t user, const char *address)
{
    bool is_own = is_own_address(access, user, address);
    access->throttles[user][is_own].wrong = 0;
    if (is_own)
        return;
    access->throttles[user][true].wrong = 0;
    memset(access->addresses[user], 0, sizeof access->addresses[user]);
    strncpy(access->addresses[user], address, sizeof access->addresses[user] - 1);
}

void flota_access_note_login(struct flota_access *access, uint8_t user, const char *address,
                             bool is_right)
{
    struct flota_access_throttle *throttle =
        &access->throttles[user][is_own_address(access, user, address)];
    if (is_right) {
        note_right(access, user, address);
        return;
    }
    throttle->since_ms = access->now_ms;
    if (throttle->wrong <= FLOTA_ACCESS_WRONG_MAX + PAUSE_STEPS_MAX)
        throttle->wrong++;
    if (pause_of(throttle) > 0)
        flota_access_log(access,
                         "login: %u wrong passwords or more, the last one from %s: paused "
                         "for %lu s",
                         throttle->wrong, address, (unsigned long)pause_of(throttle) / 1000u);
}

/* --- jobs --- */

struct flota_access_job *flota_access_job_of(struct flota_access *access,
                                             const struct flota_http_connection *connection)
{
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++)
        if (access->jobs[i].connection == connection)
            return &access->jobs[i];
    return NULL;
}

static bool is_at_work(const struct flota_access_job *job)
{
    return job->state == FLOTA_ACCESS_JOB_VERIFY || job->state == FLOTA_ACCESS_JOB_DERIVE;
}

static void wipe_work(struct flota_access *access)
{
    flota_access_wipe(&access->derivation, sizeof access->derivation);
    flota_access_wipe(&access->password, sizeof access->password);
}

/* A client may go away in the middle. */
void flota_access_job_free(struct flota_access *access, struct flota_access_job *job)
{
    if (is_at_work(job))
        wipe_work(access);
    flota_access_wipe(job, sizeof *job);
}

/* A body that takes so long may be sent to keep others out. */
static bool is_slow(const struct flota_access_job *job, uint32_t now_ms)
{
    return job->state == FLOTA_ACCESS_JOB_BODY && now_ms - job->since_ms >= FLOTA_ACCESS_SLOW_MS;
}

struct flota_access_job *flota_access_job_start(struct flota_access *access,
                                                struct flota_http_connection *connection)
{
    struct flota_access_job *job = flota_access_job_of(access, NULL);
    flota_access_advance(access, flota_http_now_ms(connection));
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS && !job; i++) {
        if (!is_slow(&access->jobs[i], access->now_ms))
            continue;
        job = &access->jobs[i];
        flota_http_close(job->connection); /* calls done(), which frees it */
    }
    if (!job)
        return NULL;
    job->state = FLOTA_ACCESS_JOB_BODY;
    job->connection = connection;
    job->since_ms = access->now_ms;
    return job;
}

static void end_job(struct flota_access *access, struct flota_access_job *job, int error)
{
    job->state = FLOTA_ACCESS_JOB_DONE;
    job->error = error;
    flota_access_wipe(job->body, sizeof job->body);
    wipe_work(access);
}

/* --- what may be done --- */

static bool is_own(const struct flota_access *access, const struct flota_access_job *job)
{
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++)
        if (job->session != 0 && access->sessions[i].number == job->session)
            return access->sessions[i].user == job->user;
    return false;
}

/* Things may have changed while it stood in line: judged when it comes, and at its turn. */
static int may_set(const struct flota_access *access, const struct flota_access_job *job)
{
    if (access->is_first)
        return job->user == 0 ? 0 : FLOTA_ERR_FIRST_START;
    if (!flota_access_lasts(access, job->session))
        return FLOTA_ERR_UNAUTHORIZED;
    if (is_own(access, job))
        return job->old ? 0 : FLOTA_ERR_LOGIN_WRONG;
    if (job->level >= FLOTA_ACCESS_LEVEL_MAX)
        return 0;
    return job->level > 0 ? FLOTA_ERR_FORBIDDEN : FLOTA_ERR_UNAUTHORIZED;
}

static bool must_verify(const struct flota_access *access, const struct flota_access_job *job)
{
    return !job->sets || (!access->is_first && is_own(access, job));
}

static int judge(const struct flota_access *access, const struct flota_access_job *job)
{
    int error = job->sets ? may_set(access, job) : access->is_first ? FLOTA_ERR_FIRST_START : 0;
    if (error != 0 || !must_verify(access, job))
        return error;
    if (flota_access_pause_ms(access, job->user, flota_http_peer(job->connection)) > 0)
        return FLOTA_ERR_LOGIN_PAUSED;
    return flota_access_has_password(access, job->user) ? 0 : FLOTA_ERR_LOGIN_WRONG;
}

void flota_access_job_queue(struct flota_access *access, struct flota_access_job *job)
{
    int error = judge(access, job);
    if (error == 0 && job->sets)
        error = flota_access_check_password(job->password);
    if (error != 0) {
        job->error = error;
        job->state = FLOTA_ACCESS_JOB_DONE;
        return;
    }
    job->state = FLOTA_ACCESS_JOB_LINE;
    job->place = ++access->last_place;
}

/* --- work --- */

static void begin_derive(struct flota_access *access, struct flota_access_job *job)
{
    access->password.iterations = access->config.iterations;
    flota_access_random(access, access->password.salt, sizeof access->password.salt);
    job->state = FLOTA_ACCESS_JOB_DERIVE;
    int error = flota_access_derive_start(&access->derivation, job->password, &access->password);
    if (error != 0)
        end_job(access, job, error);
}

static void begin_verify(struct flota_access *access, struct flota_access_job *job)
{
    const char *text = job->sets ? job->old : job->password;
    job->state = FLOTA_ACCESS_JOB_VERIFY;
    int error = flota_access_read_password(access, job->user, &access->password)
                    ? flota_access_derive_start(&access->derivation, text, &access->password)
                    : FLOTA_ERR_LOGIN_WRONG;
    if (error != 0)
        end_job(access, job, error);
}

static void begin(struct flota_access *access, struct flota_access_job *job)
{
    int error = judge(access, job);
    if (error != 0)
        end_job(access, job, error);
    else if (must_verify(access, job))
        begin_verify(access, job);
    else
        begin_derive(access, job);
}

static void end_verify(struct flota_access *access, struct flota_access_job *job)
{
    bool is_right = flota_access_equals(access->derivation.sum, access->password.hash,
                                        sizeof access->password.hash);
    flota_access_note_login(access, job->user, flota_http_peer(job->connection), is_right);
    if (is_right && job->sets)
        begin_derive(access, job);
    else
        end_job(access, job, is_right ? 0 : FLOTA_ERR_LOGIN_WRONG);
}

/* All sessions of this user end; the one who asks gets a new one when it is his own. */
static void end_derive(struct flota_access *access, struct flota_access_job *job)
{
    bool renews = access->is_first || is_own(access, job);
    memcpy(access->password.hash, access->derivation.sum, sizeof access->password.hash);
    int error = flota_access_store_password(access, job->user, &access->password);
    if (error == 0) {
        flota_access_sessions_end(access, job->user);
        memset(access->throttles[job->user], 0, sizeof access->throttles[job->user]);
        flota_access_log(access, "login: a password was set");
    }
    job->renews = renews;
    end_job(access, job, error);
}

static void work(struct flota_access *access, struct flota_access_job *job)
{
    int result = flota_access_derive(&access->derivation, FLOTA_ACCESS_SLICE);
    if (result < 0)
        end_job(access, job, result);
    else if (result > 0 && job->state == FLOTA_ACCESS_JOB_VERIFY)
        end_verify(access, job);
    else if (result > 0)
        end_derive(access, job);
}

/* The one at work, else the one that has waited longest. */
static struct flota_access_job *next_job(struct flota_access *access)
{
    struct flota_access_job *next = NULL;
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++) {
        struct flota_access_job *job = &access->jobs[i];
        if (is_at_work(job))
            return job;
        if (job->state == FLOTA_ACCESS_JOB_LINE && (!next || job->place < next->place))
            next = job;
    }
    return next;
}

bool flota_access_line_poll(struct flota_access *access)
{
    struct flota_access_job *job = next_job(access);
    if (!job)
        return false;
    if (is_at_work(job))
        work(access, job);
    else
        begin(access, job);
    return true;
}
