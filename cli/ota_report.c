/* ota_report.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ota_report.h"
#include "interrupt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH  30
#define REDRAW_S   0.1
#define MANY_MAX   40u /* more devices than a terminal has lines: lines instead of bars */
#define LABEL_SIZE 28

static const char *const names[] = {"waiting",    "checking", "receiving", "verifying",
                                    "restarting", "trial",    "confirmed", "rolled-back",
                                    "failed",     "done"};

void ota_report_init(struct ota_report *report, const struct ota_job *jobs, size_t count, bool json,
                     bool quiet)
{
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool is_terminal =
        isatty(STDERR_FILENO) && terminal && terminal[0] && strcmp(terminal, "dumb") != 0;
    *report = (struct ota_report){.style = OTA_STYLE_LINES,
                                  .json = json,
                                  .colours = is_terminal && !(no_colour && no_colour[0]),
                                  .jobs = jobs,
                                  .count = count};
    if (is_terminal && count <= MANY_MAX)
        report->style = OTA_STYLE_BARS;
    if (quiet || json)
        report->style = OTA_STYLE_QUIET;
    pthread_mutex_init(&report->lock, NULL);
}

static unsigned percent_of(const struct ota_job *job)
{
    return job->size == 0 ? 0 : (unsigned)((uint64_t)job->sent * 100 / job->size);
}

/* --- events --- */

static void print_event(const struct ota_job *job, const char *event, cJSON *object)
{
    cJSON_AddStringToObject(object, "event", event);
    if (job)
        cJSON_AddStringToObject(object, "device", job->label);
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    puts(text ? text : "{}");
    fflush(stdout);
    free(text);
}

static void event_phase(const struct ota_job *job, const char *text)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "phase", names[job->phase]);
    if (text[0])
        cJSON_AddStringToObject(object, "text", text);
    print_event(job, "phase", object);
}

static void event_progress(const struct ota_job *job)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "bytes", job->sent);
    cJSON_AddNumberToObject(object, "size", job->size);
    cJSON_AddNumberToObject(object, "percent", percent_of(job));
    print_event(job, "progress", object);
}

static void event_text(const struct ota_job *job, const char *event, const char *text)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "text", text);
    print_event(job, event, object);
}

static void event_end(const struct ota_job *job)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "outcome", names[job->phase]);
    cJSON_AddNumberToObject(object, "exit", job->exit);
    if (job->exit == EXIT_DONE) {
        cJSON_AddStringToObject(object, "text", job->outcome);
    } else {
        cJSON *error = cJSON_AddObjectToObject(object, "error");
        cJSON_AddNumberToObject(error, "code",
                                job->error.flota ? job->error.flota : job->error.code);
        cJSON_AddStringToObject(error, "what", job->error.what);
        cJSON_AddStringToObject(error, "why", job->error.why);
        cJSON_AddStringToObject(error, "remedy", job->error.remedy);
        cJSON_AddStringToObject(error, "running", job->error.running);
    }
    print_event(job, "result", object);
}

/* --- a terminal --- */

static const char *colour_of(const struct ota_report *report, enum ota_phase phase)
{
    if (!report->colours)
        return "";
    if (phase == OTA_CONFIRMED || phase == OTA_DONE)
        return "\033[32m";
    return phase == OTA_FAILED || phase == OTA_ROLLED_BACK ? "\033[31m" : "";
}

static void draw_job(const struct ota_report *report, const struct ota_job *job)
{
    const char *colour = colour_of(report, job->phase);
    char bar[BAR_WIDTH + 1];
    unsigned percent = job->phase > OTA_RECEIVING ? 100 : percent_of(job);
    unsigned full = percent * BAR_WIDTH / 100;
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r\033[K");
    if (report->count > 1)
        fprintf(stderr, "%-*.*s ", LABEL_SIZE, LABEL_SIZE, job->label);
    if (job->phase == OTA_RECEIVING)
        fprintf(stderr, "%-11s [%s] %3u %%\n", names[job->phase], bar, percent);
    else
        fprintf(stderr, "%s%s%s\n", colour, names[job->phase], colour[0] ? "\033[0m" : "");
}

static void wipe(struct ota_report *report)
{
    for (size_t i = 0; i < report->drawn; i++)
        fprintf(stderr, "\033[A\r\033[K");
    report->drawn = 0;
}

static void draw(struct ota_report *report)
{
    wipe(report);
    for (size_t i = 0; i < report->count; i++)
        draw_job(report, &report->jobs[i]);
    report->drawn = report->count;
    report->drawn_s = clock_s();
}

/* --- lines --- */

static void print_line(struct ota_report *report, const struct ota_job *job, const char *first,
                       const char *second)
{
    if (report->style == OTA_STYLE_BARS)
        wipe(report);
    if (report->count > 1)
        fprintf(stderr, "%s: ", job->label);
    fprintf(stderr, "%s%s%s\n", first, second[0] ? ": " : "", second);
    if (report->style == OTA_STYLE_BARS)
        draw(report);
}

/* --- what jobs say --- */

void ota_report_phase(struct ota_job *job, enum ota_phase phase, const char *text)
{
    struct ota_report *report = job->report;
    pthread_mutex_lock(&report->lock);
    bool is_new = job->phase != phase;
    job->phase = phase;
    if (is_new && report->json)
        event_phase(job, text);
    bool is_last = phase == OTA_FAILED || phase == OTA_ROLLED_BACK; /* the error says more */
    if (is_new && report->style == OTA_STYLE_LINES && (!is_last || report->count > 1))
        print_line(report, job, names[phase], text);
    if (is_new && report->style == OTA_STYLE_BARS)
        draw(report);
    pthread_mutex_unlock(&report->lock);
}

void ota_report_progress(struct ota_job *job)
{
    struct ota_report *report = job->report;
    char text[16];
    pthread_mutex_lock(&report->lock);
    unsigned tens = percent_of(job) / 10 * 10;
    bool is_step = tens > job->said_percent;
    job->said_percent = is_step ? tens : job->said_percent;
    if (is_step && report->json)
        event_progress(job);
    snprintf(text, sizeof text, "%u %%", tens);
    if (is_step && report->style == OTA_STYLE_LINES)
        print_line(report, job, names[job->phase], text);
    if (report->style == OTA_STYLE_BARS && clock_s() > report->drawn_s + REDRAW_S)
        draw(report);
    pthread_mutex_unlock(&report->lock);
}

void ota_report_note(struct ota_job *job, const char *text)
{
    struct ota_report *report = job->report;
    pthread_mutex_lock(&report->lock);
    if (report->json)
        event_text(job, "note", text);
    else if (report->style != OTA_STYLE_QUIET)
        print_line(report, job, text, "");
    pthread_mutex_unlock(&report->lock);
}

void ota_report_log(void *context, const char *line)
{
    struct ota_job *job = context;
    struct ota_report *report = job->report;
    pthread_mutex_lock(&report->lock);
    bool shown = job->phase >= OTA_RESTARTING || job->options.verbose;
    if (shown && report->json)
        event_text(job, "log", line);
    else if (shown && report->style != OTA_STYLE_QUIET)
        print_line(report, job, "device", line);
    pthread_mutex_unlock(&report->lock);
}

void ota_report_end(struct ota_job *job)
{
    struct ota_report *report = job->report;
    pthread_mutex_lock(&report->lock);
    if (report->json)
        event_end(job);
    if (report->count == 1 && job->exit != EXIT_DONE)
        device_complain(job->plan->command, &job->error);
    else if (report->count == 1 && report->style == OTA_STYLE_BARS)
        fprintf(stderr, "%s: %s\n", names[job->phase], job->outcome);
    pthread_mutex_unlock(&report->lock);
}

/* --- many --- */

static size_t count_of(const struct ota_report *report, enum ota_phase phase)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += report->jobs[i].phase == phase;
    return count;
}

static void summary_event(const struct ota_report *report)
{
    cJSON *object = cJSON_CreateObject();
    for (enum ota_phase phase = OTA_CONFIRMED; phase <= OTA_DONE; phase++)
        cJSON_AddNumberToObject(object, names[phase], (double)count_of(report, phase));
    print_event(NULL, "summary", object);
}

void ota_report_summary(struct ota_report *report)
{
    if (report->json)
        summary_event(report);
    if (report->count < 2)
        return;
    fprintf(stderr, "confirmed %zu, rolled back %zu, failed %zu", count_of(report, OTA_CONFIRMED),
            count_of(report, OTA_ROLLED_BACK), count_of(report, OTA_FAILED));
    size_t done = count_of(report, OTA_DONE);
    if (done > 0)
        fprintf(stderr, ", without verdict %zu", done);
    fputs("\n", stderr);
    for (size_t i = 0; i < report->count; i++)
        if (report->jobs[i].exit != EXIT_DONE)
            device_complain(report->jobs[i].label, &report->jobs[i].error);
}
