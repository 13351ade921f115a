/* wizard_child.c - see wizard_child.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* pipe2 */
#include "wizard_child.h"
#include "home.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX   160u /* 64 ports with their options, and some */
#define NOT_STARTED 127

/* A terminal is the wizard's: what asks there is not answered. */
static void become(char *const argv[], pid_t parent, int output, int errors)
{
    int nothing = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(NOT_STARTED);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    setenv("NO_COLOR", "1", 1);
    execv(argv[0], argv);
    _exit(NOT_STARTED);
}

static pid_t start(char *const argv[], const int output[2], const int errors[2])
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, parent, output[1], errors[1]);
    if (pid > 0)
        setpgid(pid, pid); /* both do it: whoever comes first */
    return pid;
}

static bool make_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void close_both(const int ends[2])
{
    if (ends[0] >= 0)
        close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
}

pid_t wizard_child_start(const char *const *words, int *output, int *errors)
{
    char tool[PROCESS_PATH_SIZE];
    char *argv[WORDS_MAX + 2] = {tool};
    int out[2] = {-1, -1}, err[2] = {-1, -1};
    for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    if (!home_tool(tool) || !make_pipe(out) || !make_pipe(err)) {
        close_both(out);
        close_both(err);
        return -1;
    }
    pid_t pid = start(argv, out, err);
    if (pid < 0) {
        close_both(out);
        close_both(err);
        return -1;
    }
    close(out[1]);
    close(err[1]);
    *output = out[0];
    *errors = err[0];
    return pid;
}

/* A command that ends by itself when asked (sim, ota) takes SIGTERM as Ctrl-C; for the others, and
 * what they have started, it is the end. */
void wizard_child_end(pid_t pid)
{
    kill(-pid, SIGTERM);
}

void wizard_child_kill(pid_t pid)
{
    kill(-pid, SIGKILL);
}

bool wizard_child_ended(pid_t pid, int *code)
{
    int status;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return false;
    *code = ended < 0           ? NOT_STARTED
            : WIFEXITED(status) ? WEXITSTATUS(status)
                                : 128 + WTERMSIG(status);
    return true;
}
