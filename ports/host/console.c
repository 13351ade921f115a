/* console.c - the serial line: the launcher's terminal or a pseudo terminal.
 *
 * A descriptor may be shared with others (a terminal), so it stays blocking: poll() says before
 * each call that it will not wait.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "host_chip.h"
#include "host_wait.h"
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#define WRITE_MS 100 /* for somebody who reads slowly; then all is lost until he reads again */

static bool input_ended;
static bool is_unread;

static bool is_ready(int fd, short events, int timeout_ms)
{
    struct pollfd fds = {.fd = fd, .events = events};
    return poll(&fds, 1, timeout_ms) > 0;
}

static size_t write_some(const char *text, size_t size, int timeout_ms)
{
    int fd = host_chip()->console_out;
    if (fd < 0)
        return size;
    bool had_room = is_ready(fd, POLLOUT, is_unread ? 0 : timeout_ms);
    is_unread = !had_room && (is_unread || timeout_ms > 0);
    if (!had_room)
        return 0;
    ssize_t written = write(fd, text, size < PIPE_BUF ? size : PIPE_BUF);
    return written > 0 ? (size_t)written : 0;
}

void flota_port_console(const char *text, size_t size)
{
    size_t written;
    while (size > 0 && (written = write_some(text, size, WRITE_MS)) > 0) {
        text += written;
        size -= written;
    }
}

size_t flota_port_console_write(const char *text, size_t size)
{
    return write_some(text, size, 0);
}

static void watch(void *context, struct host_wait *wait)
{
    (void)context;
    if (!input_ended)
        host_wait_for(wait, host_chip()->console_in, POLLIN);
}

/* Only a firmware that reads its line is woken by it: what nobody reads would stay ready. */
static struct host_source source = {.watch = watch};

size_t flota_port_console_read(char *bytes, size_t size)
{
    int fd = host_chip()->console_in;
    host_wait_add(&source);
    if (fd < 0 || input_ended || size == 0 || !is_ready(fd, POLLIN, 0))
        return 0;
    ssize_t got = read(fd, bytes, size);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        input_ended = true;
    return got > 0 ? (size_t)got : 0;
}
