/* host_wait.h - what the firmware waits for while there is nothing to do: a list of sources.
 *
 * A part that is not linked adds none. Each turn of the loop the network lets all of them go on;
 * flota_port_idle() sleeps until one of their descriptors is ready.
 *
 * Thread safety: one caller.  Allocation: none, sources are their owners'.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_WAIT_H
#define FLOTA_HOST_WAIT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_WAIT_MAX 64u

struct host_wait {
    struct pollfd fds[HOST_WAIT_MAX];
    size_t count;
    bool soon; /* something waits that no descriptor tells of: look again in 1 ms */
};

struct host_source {
    /* Say what to wait for. */
    void (*watch)(void *context, struct host_wait *wait);
    /* One turn. May be NULL. */
    void (*turn)(void *context, uint32_t now_ms);
    void *context;
    struct host_source *next;
};

/* Adding it again does nothing. */
void host_wait_add(struct host_source *source);

/* Wait for events of poll() at fd; -1 is passed over. */
void host_wait_for(struct host_wait *wait, int fd, int events);

/* Give each source its turn. */
void host_wait_turn(uint32_t now_ms);

/* Sleep until a source has something to do, for at most timeout_ms. */
void host_wait_sleep(int timeout_ms);

#endif
