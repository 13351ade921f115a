/* ota_many.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ota_many.h"
#include "interrupt.h"
#include "ota_report.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define LINE_SIZE 400u

static char *copy(const char *text)
{
    char *copied = text ? strdup(text) : NULL;
    if (text && !copied)
        abort();
    return copied;
}

/* For messages: "http://host" is "host"; a password in it is nobody's business. */
static const char *short_name(const char *port)
{
    const char *start = strstr(port, "://"), *at = strchr(port, '@');
    if (at)
        return at + 1;
    return start ? start + 3 : port;
}

void ota_many_add(struct ota_many *many, const char *port, const char *label)
{
    struct ota_job *grown = realloc(many->jobs, (many->count + 1) * sizeof *grown);
    if (!grown)
        abort();
    many->jobs = grown;
    many->jobs[many->count++] = (struct ota_job){.label = copy(label ? label : short_name(port)),
                                                 .options = {.port = copy(port)}};
}

bool ota_many_read(struct ota_many *many, const char *command, const char *path)
{
    char line[LINE_SIZE];
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "%s: %s: %s\n", command, path, strerror(errno));
        return false;
    }
    size_t before = many->count;
    while (fgets(line, sizeof line, file)) {
        char *rest, *port = strtok_r(line, " \t\r\n", &rest);
        if (port && port[0] != '#')
            ota_many_add(many, port, strtok_r(NULL, " \t\r\n", &rest));
    }
    fclose(file);
    if (many->count == before)
        fprintf(stderr, "%s: %s: it names no device.\nTo do: one PORT per line.\n", command, path);
    return many->count > before;
}

static struct ota_job *take_next(struct ota_many *many)
{
    pthread_mutex_lock(&many->lock);
    struct ota_job *job = many->next < many->count ? &many->jobs[many->next++] : NULL;
    pthread_mutex_unlock(&many->lock);
    return job;
}

static void *work(void *context)
{
    for (struct ota_job *job; (job = take_next(context)) != NULL;)
        ota_job_run(job);
    return NULL;
}

static void prepare(struct ota_many *many, struct ota_report *report)
{
    unsigned random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        abort();
    for (size_t i = 0; i < many->count; i++) {
        struct ota_job *job = &many->jobs[i];
        job->plan = many->plan;
        job->report = report;
        snprintf(job->source, sizeof job->source, "flota-%08x-%u", random, (unsigned)i);
        job->options.source = job->source;
        job->options.log = ota_report_log;
        job->options.log_context = job;
    }
}

static int worst(const struct ota_many *many)
{
    int result = EXIT_DONE;
    for (size_t i = 0; i < many->count; i++)
        if ((int)many->jobs[i].exit > result)
            result = (int)many->jobs[i].exit;
    return result;
}

static size_t start_threads(struct ota_many *many, pthread_t *threads, size_t wanted)
{
    size_t started = 0;
    while (started < wanted && pthread_create(&threads[started], NULL, work, many) == 0)
        started++;
    return started;
}

int ota_many_run(struct ota_many *many)
{
    struct ota_report report;
    size_t least = many->parallel < many->count ? many->parallel : many->count;
    size_t wanted = least - 1; /* this thread takes its share, too */
    pthread_t *threads = calloc(least, sizeof *threads);
    if (!threads)
        abort();
    pthread_mutex_init(&many->lock, NULL);
    ota_report_init(&report, many->jobs, many->count, many->json, many->quiet);
    prepare(many, &report);
    size_t started = start_threads(many, threads, wanted);
    work(many);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    ota_report_summary(&report);
    pthread_mutex_destroy(&report.lock);
    pthread_mutex_destroy(&many->lock);
    return worst(many);
}

void ota_many_free(struct ota_many *many)
{
    for (size_t i = 0; i < many->count; i++) {
        free((char *)(uintptr_t)many->jobs[i].options.port);
        free((char *)(uintptr_t)many->jobs[i].label);
    }
    free(many->jobs);
}
