/* interrupt.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "interrupt.h"
#include "command.h"
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS 100 /* how soon a thread sees the signal that another one took */

static volatile sig_atomic_t pending;

static void note(int number)
{
    (void)number;
    if (pending)
        _exit(EXIT_INTERRUPTED);
    pending = 1;
}

void interrupt_watch(void)
{
    const struct sigaction action = {.sa_handler = note};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a lost connection is an error of write() */
}

bool interrupt_pending(void)
{
    return pending != 0;
}

double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int clock_left_ms(double deadline_s, int most)
{
    double left = (deadline_s - clock_s()) * 1000.0;
    if (left <= 0)
        return 0;
    return left < most ? (int)left + 1 : most;
}

bool clock_wait(double seconds)
{
    double end = clock_s() + seconds;
    while (!interrupt_pending() && clock_s() < end)
        poll(NULL, 0, clock_left_ms(end, SLICE_MS));
    return !interrupt_pending();
}
