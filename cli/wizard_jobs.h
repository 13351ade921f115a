/* wizard_jobs.h - what takes long: this program once more, with another command, as a child.
 *
 * Each child leads a process group of its own, which ends with the wizard: compilers and the
 * virtual board with it. One of a kind at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_JOBS_H
#define FLOTA_CLI_WIZARD_JOBS_H

#include "usage.h"
#include "wizard_events.h"
#include <poll.h>
#include <sys/types.h>

enum wizard_what { WIZARD_GENERATE, WIZARD_BUILD, WIZARD_SIM, WIZARD_SEND, WIZARD_WHATS };

#define WIZARD_LINE_MAX  8192u
#define WIZARD_PORTS_MAX USAGE_LIST_MAX

/* An output of a child, line by line. */
struct wizard_pipe {
    int fd; /* -1: closed */
    size_t size;
    char text[WIZARD_LINE_MAX];
};

struct wizard_job {
    unsigned number; /* 0: none runs */
    pid_t pid;
    bool stopped; /* by the user */
    bool ended;   /* its output may still be open */
    int code;
    uint32_t ended_ms;
    struct wizard_pipe output, errors;
};

struct wizard_jobs {
    struct wizard_events *events;
    struct wizard_job jobs[WIZARD_WHATS];
    unsigned count;       /* since start */
    bool sim_after_build; /* "try" */
    bool sim_after_sim;   /* the one before is ending */
    bool sim_is_known;    /* its addresses were said */
};

void wizard_jobs_init(struct wizard_jobs *jobs, struct wizard_events *events);

/* Start `flota WORDS...`. words: ended by NULL, without the program. Returns the job's number;
 * 0: one of the kind runs; -1: with errno. */
int wizard_jobs_start(struct wizard_jobs *jobs, enum wizard_what what, const char *const *words);

/* Ask it to end. Its exit comes as an event. Returns false when there is none of this number. */
bool wizard_jobs_stop(struct wizard_jobs *jobs, unsigned number);

/* The board here, with the firmware that was built: ends one that runs first. */
int wizard_jobs_start_sim(struct wizard_jobs *jobs, bool fresh);

size_t wizard_jobs_watch(const struct wizard_jobs *jobs, struct pollfd *fds, size_t count);
void wizard_jobs_turn(struct wizard_jobs *jobs, uint32_t now_ms);

/* End all, and wait until they have. */
void wizard_jobs_end(struct wizard_jobs *jobs);

/* {"jobs":[...],"sim":...}: what runs now. */
void wizard_jobs_describe(const struct wizard_jobs *jobs, cJSON *object);

extern const char *const wizard_what_words[WIZARD_WHATS];

#endif
