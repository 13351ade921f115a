/* process.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* pipe2 */
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_STARTED 127

bool process_find(const char *name, char path[PROCESS_PATH_SIZE])
{
    const char *folders = getenv("PATH");
    while (folders && *folders) {
        size_t size = strcspn(folders, ":");
        int used = snprintf(path, PROCESS_PATH_SIZE, "%.*s/%s", (int)size, folders, name);
        if (used < (int)PROCESS_PATH_SIZE && access(path, X_OK) == 0)
            return true;
        folders += size + (folders[size] == ':');
    }
    return false;
}

static void become(char *const argv[], int output, int errors)
{
    if (output >= 0)
        dup2(output, STDOUT_FILENO);
    if (errors >= 0)
        dup2(errors, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    execvp(argv[0], argv);
    _exit(NOT_STARTED);
}

int process_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return NOT_STARTED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_lines(int input, process_line take, void *context)
{
    FILE *file = fdopen(input, "r");
    char *line = NULL;
    size_t size = 0;
    while (file && getline(&line, &size, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        take(context, line);
    }
    free(line);
    if (file)
        fclose(file);
}

int process_run(char *const argv[], process_line take, void *context)
{
    int ends[2] = {-1, -1};
    if (take && pipe2(ends, O_CLOEXEC) < 0)
        return NOT_STARTED;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, ends[1], ends[1]);
    if (take)
        close(ends[1]);
    if (pid > 0 && take)
        read_lines(ends[0], take, context);
    else if (take)
        close(ends[0]);
    return pid > 0 ? process_wait(pid) : NOT_STARTED;
}

pid_t process_start(char *const argv[], int input, int output)
{
    return process_start_with(argv, input, output, -1);
}

pid_t process_start_with(char *const argv[], int input, int output, int errors)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(NOT_STARTED);
    if (input >= 0)
        dup2(input, STDIN_FILENO);
    become(argv, output, errors);
    return -1;
}

/* --- one line --- */

struct first {
    char *line;
    size_t size;
};

static void keep_first(void *context, const char *line)
{
    struct first *first = context;
    if (first->line[0] == '\0')
        snprintf(first->line, first->size, "%s", line);
}

bool process_first_line(char *const argv[], char *line, size_t size)
{
    struct first first = {line, size};
    line[0] = '\0';
    return process_run(argv, keep_first, &first) == 0;
}
