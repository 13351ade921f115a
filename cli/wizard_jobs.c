/* wizard_jobs.c - see wizard_jobs.h. How a child begins and ends: wizard_child.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_jobs.h"
#include "command.h"
#include "file.h"
#include "interrupt.h"
#include "project_sim.h"
#include "wizard_child.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MS 2000u /* a grandchild may hold a pipe open for longer: its lines are nobody's */
#define END_S     5.0   /* for a child to end before it is killed */

const char *const wizard_what_words[WIZARD_WHATS] = {"generate", "build", "sim", "send"};

void wizard_jobs_init(struct wizard_jobs *jobs, struct wizard_events *events)
{
    *jobs = (struct wizard_jobs){.events = events};
    for (size_t i = 0; i < WIZARD_WHATS; i++)
        jobs->jobs[i].output.fd = jobs->jobs[i].errors.fd = -1;
}

/* --- events --- */

static cJSON *event_of(const struct wizard_jobs *jobs, const struct wizard_job *job)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "job", job->number);
    cJSON_AddStringToObject(object, "what", wizard_what_words[job - jobs->jobs]);
    return object;
}

static void say_line(struct wizard_jobs *jobs, const struct wizard_job *job, const char *line)
{
    cJSON *object = event_of(jobs, job);
    cJSON *event = line[0] == '{' && job == &jobs->jobs[WIZARD_SEND] ? cJSON_Parse(line) : NULL;
    if (event)
        cJSON_AddItemToObject(object, "event", event);
    else
        cJSON_AddStringToObject(object, "line", line);
    wizard_events_add(jobs->events, object);
}

static cJSON *read_sim(void)
{
    struct file file = {0};
    cJSON *object = NULL;
    if (access(SIM_FILE, R_OK) != 0 || !sim_is_running() ||
        !file_read("flota wizard", SIM_FILE, &file))
        return NULL;
    file.bytes[file.size] = '\0';
    object = cJSON_Parse((const char *)file.bytes);
    free(file.bytes);
    return object;
}

static cJSON *sim_state(const struct wizard_jobs *jobs)
{
    cJSON *state = jobs->sim_is_known ? read_sim() : NULL;
    return state ? state : cJSON_CreateNull();
}

static void say_sim(struct wizard_jobs *jobs)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, "sim", sim_state(jobs));
    wizard_events_add(jobs->events, object);
}

/* The sim writes where it is before its program starts; that it answers is for the page to see. */
static void look_for_sim(struct wizard_jobs *jobs)
{
    const struct wizard_job *job = &jobs->jobs[WIZARD_SIM];
    if (job->number == 0 || job->ended || jobs->sim_is_known)
        return;
    cJSON *state = read_sim();
    const cJSON *pid = cJSON_GetObjectItem(state, "pid");
    jobs->sim_is_known = cJSON_IsNumber(pid) && (pid_t)pid->valuedouble == job->pid;
    cJSON_Delete(state);
    if (jobs->sim_is_known)
        say_sim(jobs);
}

void wizard_jobs_describe(const struct wizard_jobs *jobs, cJSON *object)
{
    cJSON *list = cJSON_AddArrayToObject(object, "jobs");
    for (size_t i = 0; i < WIZARD_WHATS; i++)
        if (jobs->jobs[i].number)
            cJSON_AddItemToArray(list, event_of(jobs, &jobs->jobs[i]));
    cJSON_AddItemToObject(object, "sim", sim_state(jobs));
}

/* --- lines --- */

static void take_lines(struct wizard_jobs *jobs, const struct wizard_job *job,
                       struct wizard_pipe *pipe)
{
    char *line = pipe->text, *end;
    pipe->text[pipe->size] = '\0';
    while ((end = memchr(line, '\n', pipe->size - (size_t)(line - pipe->text)))) {
        *end = '\0';
        if (end > line && end[-1] == '\r')
            end[-1] = '\0';
        char *shown = strrchr(line, '\r'); /* a line that was drawn over and over */
        say_line(jobs, job, shown ? shown + 1 : line);
        line = end + 1;
    }
    pipe->size -= (size_t)(line - pipe->text);
    memmove(pipe->text, line, pipe->size);
}

/* A line without an end: too long, or the last one. */
static void flush_line(struct wizard_jobs *jobs, const struct wizard_job *job,
                       struct wizard_pipe *pipe)
{
    if (pipe->size == 0)
        return;
    pipe->text[pipe->size] = '\0';
    say_line(jobs, job, pipe->text);
    pipe->size = 0;
}

static void close_pipe(struct wizard_jobs *jobs, const struct wizard_job *job,
                       struct wizard_pipe *pipe)
{
    if (pipe->fd < 0)
        return;
    flush_line(jobs, job, pipe);
    close(pipe->fd);
    pipe->fd = -1;
}

static void read_pipe(struct wizard_jobs *jobs, const struct wizard_job *job,
                      struct wizard_pipe *pipe)
{
    while (pipe->fd >= 0) {
        ssize_t size = read(pipe->fd, pipe->text + pipe->size, sizeof pipe->text - 1 - pipe->size);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (size <= 0) {
            close_pipe(jobs, job, pipe);
            return;
        }
        pipe->size += (size_t)size;
        take_lines(jobs, job, pipe);
        if (pipe->size == sizeof pipe->text - 1)
            flush_line(jobs, job, pipe);
    }
}

/* --- life --- */

int wizard_jobs_start(struct wizard_jobs *jobs, enum wizard_what what, const char *const *words)
{
    struct wizard_job *job = &jobs->jobs[what];
    if (job->number)
        return 0;
    *job = (struct wizard_job){.output = {.fd = -1}, .errors = {.fd = -1}};
    job->pid = wizard_child_start(words, &job->output.fd, &job->errors.fd);
    if (job->pid < 0)
        return -1;
    job->number = ++jobs->count;
    cJSON *object = event_of(jobs, job);
    cJSON_AddBoolToObject(object, "start", true);
    wizard_events_add(jobs->events, object);
    return (int)job->number;
}

bool wizard_jobs_stop(struct wizard_jobs *jobs, unsigned number)
{
    for (size_t i = 0; i < WIZARD_WHATS; i++) {
        struct wizard_job *job = &jobs->jobs[i];
        if (job->number != number || number == 0)
            continue;
        job->stopped = true;
        jobs->sim_after_build = jobs->sim_after_build && i != WIZARD_BUILD;
        jobs->sim_after_sim = jobs->sim_after_sim && i != WIZARD_SIM;
        wizard_child_end(job->pid);
        return true;
    }
    return false;
}

int wizard_jobs_start_sim(struct wizard_jobs *jobs, bool fresh)
{
    const char *const words[] = {"sim", fresh ? "--fresh" : NULL, NULL};
    return wizard_jobs_start(jobs, WIZARD_SIM, words);
}

static void go_on(struct wizard_jobs *jobs, enum wizard_what what, int code)
{
    struct wizard_job *sim = &jobs->jobs[WIZARD_SIM];
    if (what == WIZARD_BUILD && jobs->sim_after_build) {
        jobs->sim_after_build = false;
        if (code != EXIT_DONE)
            return;
        jobs->sim_after_sim = sim->number != 0;
        if (sim->number)
            wizard_child_end(sim->pid);
        else
            wizard_jobs_start_sim(jobs, true);
    } else if (what == WIZARD_SIM && jobs->sim_after_sim) {
        jobs->sim_after_sim = false;
        wizard_jobs_start_sim(jobs, true);
    }
}

static void finish(struct wizard_jobs *jobs, struct wizard_job *job)
{
    enum wizard_what what = (enum wizard_what)(job - jobs->jobs);
    int code = job->stopped ? EXIT_INTERRUPTED : job->code;
    close_pipe(jobs, job, &job->output);
    close_pipe(jobs, job, &job->errors);
    cJSON *object = event_of(jobs, job);
    cJSON_AddNumberToObject(object, "exit", code);
    wizard_events_add(jobs->events, object);
    job->number = 0;
    if (what == WIZARD_SIM && jobs->sim_is_known) {
        jobs->sim_is_known = false;
        say_sim(jobs);
    }
    go_on(jobs, what, code);
}

static void turn(struct wizard_jobs *jobs, struct wizard_job *job, uint32_t now_ms)
{
    if (!job->ended && wizard_child_ended(job->pid, &job->code)) {
        job->ended = true;
        job->ended_ms = now_ms;
    }
    read_pipe(jobs, job, &job->output);
    read_pipe(jobs, job, &job->errors);
    bool silent = job->output.fd < 0 && job->errors.fd < 0;
    if (job->ended && (silent || now_ms - job->ended_ms >= OUTPUT_MS))
        finish(jobs, job);
}

void wizard_jobs_turn(struct wizard_jobs *jobs, uint32_t now_ms)
{
    for (size_t i = 0; i < WIZARD_WHATS; i++)
        if (jobs->jobs[i].number)
            turn(jobs, &jobs->jobs[i], now_ms);
    look_for_sim(jobs);
}

size_t wizard_jobs_watch(const struct wizard_jobs *jobs, struct pollfd *fds, size_t count)
{
    for (size_t i = 0; i < WIZARD_WHATS; i++) {
        const int pipes[] = {jobs->jobs[i].output.fd, jobs->jobs[i].errors.fd};
        for (size_t j = 0; j < 2; j++)
            if (pipes[j] >= 0)
                fds[count++] = (struct pollfd){.fd = pipes[j], .events = POLLIN};
    }
    return count;
}

static bool any_runs(struct wizard_jobs *jobs)
{
    bool runs = false;
    for (size_t i = 0; i < WIZARD_WHATS; i++) {
        struct wizard_job *job = &jobs->jobs[i];
        job->ended = job->number == 0 || job->ended || wizard_child_ended(job->pid, &job->code);
        runs = runs || !job->ended;
    }
    return runs;
}

void wizard_jobs_end(struct wizard_jobs *jobs)
{
    double deadline_s = clock_s() + END_S;
    for (size_t i = 0; i < WIZARD_WHATS; i++)
        if (jobs->jobs[i].number && !jobs->jobs[i].ended)
            wizard_child_end(jobs->jobs[i].pid);
    while (any_runs(jobs) && clock_s() < deadline_s)
        poll(NULL, 0, 10);
    for (size_t i = 0; i < WIZARD_WHATS; i++)
        if (jobs->jobs[i].number)
            wizard_child_kill(jobs->jobs[i].pid);
}
