/* check.c - vboard-check: run the check programs on the virtual board, and see each of them fail
 * where the behaviour that it proves has been removed.
 *
 *     vboard-check --vboard flota-vboard --removable flota-vboard-removable --firmware DIR
 * CHECKS.txt...
 *
 * A line of CHECKS.txt: NAME | behaviour-to-remove[,another] | more flota-vboard options.
 * DIR/NAME.bin passes when it prints "ok" as its last line on USART3 and ends with success.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* argp, pipe2 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PARALLEL = 2, ARGUMENT_MAX = 32, BEHAVIOUR_MAX = 8, HOST_LIMIT_S = 120, OUTPUT_MAX = 16384 };

/* Exit statuses of flota-vboard when the board has run. */
enum { FIRMWARE_ENDED = 0, FIRMWARE_FAILED = 1, RUN_OVER = 3 };

/* Virtual seconds; a check's own --run-for comes later on the command line and wins. */
#define RUN_FOR "30"

struct settings {
    const char *vboard, *removable, *firmware, *only;
    char **files;
    size_t file_count;
};

struct check {
    char name[64];
    char behaviours[BEHAVIOUR_MAX][64];
    size_t behaviour_count;
    char options[256];
};

/* One run of a check's program: as it is (behaviour NULL), or with a behaviour removed. */
struct job {
    const struct check *check;
    const char *behaviour;
    pid_t pid; /* 0: not started, -1: done */
    int output_fd;
    char output[OUTPUT_MAX];
    size_t output_size;
    struct timespec started;
    int status; /* of the program; -1: killed by a signal */
    bool timed_out;
    char command[1024];
};

/* --- the list --- */

static char *trim(char *text)
{
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

static void copy_text(char *to, size_t size, const char *from, const char *line)
{
    if (snprintf(to, size, "%s", from) >= (int)size) {
        fprintf(stderr, "vboard-check: too long: %s\n", line);
        exit(EXIT_FAILURE);
    }
}

static void parse_behaviours(struct check *check, char *text)
{
    char *rest = text;

    for (char *name; (name = strsep(&rest, ",")) != NULL;) {
        name = trim(name);
        if (*name == '\0') {
            continue;
        }
        if (check->behaviour_count == BEHAVIOUR_MAX) {
            fprintf(stderr, "vboard-check: %s: too many behaviours\n", check->name);
            exit(EXIT_FAILURE);
        }
        copy_text(check->behaviours[check->behaviour_count++], sizeof check->behaviours[0], name,
                  text);
    }
}

static void parse_line(struct check *check, char *line)
{
    char *rest = line;
    char *name = strsep(&rest, "|");
    char *behaviours = strsep(&rest, "|");

    memset(check, 0, sizeof *check);
    copy_text(check->name, sizeof check->name, trim(name), line);
    if (behaviours != NULL) {
        parse_behaviours(check, behaviours);
    }
    if (rest != NULL) {
        copy_text(check->options, sizeof check->options, trim(rest), line);
    }
}

static struct check *read_checks(const struct settings *settings, size_t *count)
{
    struct check *checks = NULL;
    char *line = NULL;
    size_t capacity = 0;

    *count = 0;
    for (size_t i = 0; i < settings->file_count; i++) {
        FILE *file = fopen(settings->files[i], "r");
        if (file == NULL) {
            fprintf(stderr, "vboard-check: %s: %s\n", settings->files[i], strerror(errno));
            exit(EXIT_FAILURE);
        }
        while (getline(&line, &capacity, file) >= 0) {
            char *text = trim(line);
            if (*text == '\0' || *text == '#') {
                continue;
            }
            checks = realloc(checks, (*count + 1) * sizeof *checks);
            if (checks == NULL) {
                abort();
            }
            parse_line(&checks[*count], text);
            *count += settings->only == NULL || strcmp(settings->only, checks[*count].name) == 0;
        }
        fclose(file);
    }
    free(line);
    return checks;
}

/* --- runs --- */

static void add(char **arguments, size_t *count, char *argument)
{
    if (*count == ARGUMENT_MAX - 1) {
        fprintf(stderr, "vboard-check: too many options\n");
        exit(EXIT_FAILURE);
    }
    arguments[(*count)++] = argument;
}

/* The command, for exec and for people. The strings live until the next call: the caller forks at
 * once. */
static void build_command(const struct settings *settings, struct job *job, char **arguments)
{
    static char firmware[1024], options[256], behaviour[64], program[1024];
    char *rest = options;
    size_t count = 0, used = 0;

    snprintf(program, sizeof program, "%s",
             job->behaviour != NULL ? settings->removable : settings->vboard);
    snprintf(firmware, sizeof firmware, "%s/%s.bin", settings->firmware, job->check->name);
    snprintf(options, sizeof options, "%s", job->check->options);
    add(arguments, &count, program);
    add(arguments, &count, (char *)"--fast");
    add(arguments, &count, (char *)"--run-for");
    add(arguments, &count, (char *)RUN_FOR);
    if (job->behaviour != NULL) {
        snprintf(behaviour, sizeof behaviour, "%s", job->behaviour);
        add(arguments, &count, (char *)"--without");
        add(arguments, &count, behaviour);
    }
    add(arguments, &count, (char *)"--load");
    add(arguments, &count, firmware);
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        if (*word != '\0') {
            add(arguments, &count, word);
        }
    }
    arguments[count] = NULL;
    for (size_t i = 0; i < count && used < sizeof job->command; i++) {
        used += (size_t)snprintf(job->command + used, sizeof job->command - used, "%s%s",
                                 i > 0 ? " " : "", arguments[i]);
    }
}

static void run_child(char **arguments, int output_fd)
{
    int null_fd = open("/dev/null", O_RDWR);

    dup2(null_fd, STDIN_FILENO);
    dup2(output_fd, STDOUT_FILENO);
    dup2(null_fd, STDERR_FILENO);
    execv(arguments[0], arguments);
    _exit(127);
}

static void start(const struct settings *settings, struct job *job)
{
    char *arguments[ARGUMENT_MAX];
    int ends[2];

    build_command(settings, job, arguments);
    if (pipe2(ends, O_CLOEXEC) != 0 || (job->pid = fork()) < 0) {
        perror("vboard-check");
        exit(EXIT_FAILURE);
    }
    if (job->pid == 0) {
        run_child(arguments, ends[1]);
    }
    close(ends[1]);
    job->output_fd = ends[0];
    clock_gettime(CLOCK_MONOTONIC, &job->started);
}

/* Keeps the last half when the output is long: the last line decides. */
static bool read_output(struct job *job)
{
    ssize_t size;

    if (job->output_size > OUTPUT_MAX / 2) {
        memmove(job->output, job->output + OUTPUT_MAX / 4, job->output_size - OUTPUT_MAX / 4);
        job->output_size -= OUTPUT_MAX / 4;
    }
    size = read(job->output_fd, job->output + job->output_size, OUTPUT_MAX / 4);
    if (size > 0) {
        job->output_size += (size_t)size;
    }
    return size > 0;
}

static void finish(struct job *job)
{
    int status;

    close(job->output_fd);
    job->output_fd = -1;
    waitpid(job->pid, &status, 0);
    job->pid = -1;
    job->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool is_overdue(const struct job *job)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - job->started.tv_sec > HOST_LIMIT_S;
}

/* Read from the running jobs; end those whose output ended or whose time is up. */
static void attend(struct job **running, size_t count)
{
    struct pollfd fds[PARALLEL];

    for (size_t i = 0; i < count; i++) {
        fds[i] = (struct pollfd){.fd = running[i]->output_fd, .events = POLLIN};
    }
    if (poll(fds, count, 1000) < 0 && errno != EINTR) {
        perror("vboard-check");
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < count; i++) {
        if (is_overdue(running[i])) {
            kill(running[i]->pid, SIGKILL);
            running[i]->timed_out = true;
            finish(running[i]);
        } else if (fds[i].revents != 0 && !read_output(running[i])) {
            finish(running[i]);
        }
    }
}

static void run_jobs(const struct settings *settings, struct job *jobs, size_t count)
{
    struct job *running[PARALLEL];
    size_t next = 0, done = 0;

    while (done < count) {
        size_t active = 0;
        for (size_t i = done; i < next; i++) {
            if (jobs[i].pid > 0) {
                running[active++] = &jobs[i];
            }
        }
        if (active < PARALLEL && next < count) {
            start(settings, &jobs[next++]);
            continue;
        }
        attend(running, active);
        while (done < next && jobs[done].pid < 0) {
            done++;
        }
    }
}

/* --- judgement --- */

/* The last line that is not empty. */
static const char *last_line(struct job *job)
{
    char *text, *line;

    job->output[job->output_size < OUTPUT_MAX ? job->output_size : OUTPUT_MAX - 1] = '\0';
    text = trim(job->output);
    line = strrchr(text, '\n');
    return line != NULL ? line + 1 : text;
}

static bool passed(struct job *job)
{
    return strcmp(last_line(job), "ok") == 0 && job->status == 0;
}

/* Without its behaviour the program must run and not pass: a board that does not start, or that
 * crashes, proves nothing. */
static bool is_as_expected(struct job *job)
{
    if (job->behaviour == NULL) {
        return passed(job);
    }
    return !passed(job) && (job->timed_out || job->status == FIRMWARE_ENDED ||
                            job->status == FIRMWARE_FAILED || job->status == RUN_OVER);
}

static void explain(struct job *job)
{
    if (passed(job)) {
        printf("    it passes although %s is removed\n", job->behaviour);
    } else if (job->timed_out) {
        printf("    it took more than %d s\n", HOST_LIMIT_S);
    } else {
        printf("    status %d, last line: %s\n", job->status, last_line(job));
    }
    printf("    repeat: %s\n", job->command);
}

/* Judge a check by its jobs: the first is the plain run. One without a behaviour to remove proves
 * nothing. */
static bool judge(struct job *jobs, size_t count)
{
    bool ok = count > 1;

    for (size_t i = 0; i < count; i++) {
        ok = ok && is_as_expected(&jobs[i]);
    }
    printf("%-6s %s\n", ok ? "ok" : "FAIL", jobs[0].check->name);
    for (size_t i = 0; i < count; i++) {
        if (!is_as_expected(&jobs[i])) {
            explain(&jobs[i]);
        }
    }
    if (count == 1) {
        printf("    it names no behaviour to remove\n");
    }
    fflush(stdout);
    return ok;
}

static bool run_check(const struct settings *settings, const struct check *check)
{
    size_t count = 1 + check->behaviour_count;
    struct job *jobs = calloc(count, sizeof *jobs);
    bool ok;

    if (jobs == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        jobs[i].check = check;
        jobs[i].behaviour = i > 0 ? check->behaviours[i - 1] : NULL;
    }
    run_jobs(settings, jobs, count);
    ok = judge(jobs, count);
    free(jobs);
    return ok;
}

/* --- command line --- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct settings *settings = state->input;

    switch (key) {
    case 'v':
        settings->vboard = text;
        break;
    case 'r':
        settings->removable = text;
        break;
    case 'f':
        settings->firmware = text;
        break;
    case 'o':
        settings->only = text;
        break;
    case ARGP_KEY_ARGS:
        settings->files = state->argv + state->next;
        settings->file_count = (size_t)(state->argc - state->next);
        break;
    case ARGP_KEY_END:
        if (settings->vboard == NULL || settings->removable == NULL || settings->firmware == NULL ||
            settings->file_count == 0) {
            argp_error(state, "--vboard, --removable, --firmware and a list of checks are needed");
        }
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"vboard", 'v', "PATH", 0, "the program flota-vboard", 0},
        {"removable", 'r', "PATH", 0, "the program flota-vboard-removable", 0},
        {"firmware", 'f', "DIR", 0, "where the check programs' NAME.bin are", 0},
        {"only", 'o', "NAME", 0, "run one check", 0},
        {NULL, 0, NULL, 0, NULL, 0}};
    static const struct argp argp = {.options = options,
                                     .parser = parse_option,
                                     .args_doc = "CHECKS.txt...",
                                     .doc = "Check the virtual board's behaviours one by one."};
    struct settings settings = {0};
    struct check *checks;
    size_t count, passed_count = 0;

    argp_parse(&argp, argc, argv, 0, NULL, &settings);
    checks = read_checks(&settings, &count);
    for (size_t i = 0; i < count; i++) {
        passed_count += run_check(&settings, &checks[i]);
    }
    printf("vboard: %zu of %zu ok\n", passed_count, count);
    free(checks);
    return passed_count == count && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
