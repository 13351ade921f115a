/* host_wait.c - the sources of a firmware on Linux. See host_wait.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_wait.h"

static struct host_source *sources;

void host_wait_add(struct host_source *source)
{
    struct host_source **end = &sources;
    for (; *end; end = &(*end)->next) {
        if (*end == source)
            return;
    }
    source->next = NULL;
    *end = source;
}

void host_wait_for(struct host_wait *wait, int fd, int events)
{
    if (wait->count == HOST_WAIT_MAX)
        wait->soon = true;
    else if (fd >= 0)
        wait->fds[wait->count++] = (struct pollfd){.fd = fd, .events = (short)events};
}

void host_wait_turn(uint32_t now_ms)
{
    for (struct host_source *source = sources; source; source = source->next) {
        if (source->turn)
            source->turn(source->context, now_ms);
    }
}

void host_wait_sleep(int timeout_ms)
{
    struct host_wait wait = {.count = 0};
    for (struct host_source *source = sources; source; source = source->next)
        source->watch(source->context, &wait);
    poll(wait.fds, wait.count, wait.soon && timeout_ms > 1 ? 1 : timeout_ms);
}
