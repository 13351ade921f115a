/* usart_host.c - what hangs on the USARTs' wires: the terminal, a pseudo terminal, a file, a loop.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "usart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define XON  0x11
#define XOFF 0x13

_Noreturn static void fail(const struct unit *unit, const char *where)
{
    fprintf(stderr, "flota-vboard: --uart%d %s: %s\n", unit->number, where, strerror(errno));
    exit(2);
}

/* A name that stays the same from run to run. Another board's link is taken over, a file is not. */
static void link_pty(struct unit *unit, const char *name, const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
        unlink(path);
    if (symlink(name, path))
        fail(unit, path);
    snprintf(unit->link, sizeof unit->link, "%s", path);
}

void usart_host_close(struct unit *unit)
{
    if (unit->link[0])
        unlink(unit->link);
}

/* The slave stays open here, so that a terminal program may come and go. */
static void open_pty(struct unit *unit, const char *path)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), slave;
    struct termios raw;
    char *name;
    if (master < 0 || grantpt(master) || unlockpt(master) || !(name = ptsname(master)))
        fail(unit, "pty");
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &raw))
        fail(unit, name);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    if (path)
        link_pty(unit, name, path);
    fprintf(stderr, "vboard: USART%d is %s\n", unit->number, name);
    unit->in_fd = unit->out_fd = master;
}

static bool stdin_is_open(void)
{
    struct stat status;
    return fstat(STDIN_FILENO, &status) == 0 &&
           (isatty(STDIN_FILENO) || S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
            S_ISREG(status.st_mode));
}

void usart_host_open(struct board *board, struct unit *unit, const char *where)
{
    unit->in_fd = unit->out_fd = -1;
    if (strcmp(where, "none") == 0) {
        unit->host = HOST_NONE;
    } else if (strcmp(where, "loop") == 0) {
        unit->host = HOST_LOOP;
    } else if (strcmp(where, "pty") == 0) {
        unit->host = HOST_PTY;
        open_pty(unit, NULL);
    } else if (strncmp(where, "pty:", 4) == 0 && strlen(where + 4) < sizeof unit->link) {
        unit->host = HOST_PTY;
        open_pty(unit, where + 4);
    } else if (strcmp(where, "stdio") == 0) {
        bool taken = false; /* the first USART on stdio gets what is typed */
        for (int i = 0; i < unit->number - 1; i++)
            taken |= board->usart->units[i].host == HOST_STDIO;
        unit->host = HOST_STDIO;
        unit->out_fd = STDOUT_FILENO;
        unit->in_fd = !taken && stdin_is_open() ? STDIN_FILENO : -1;
    } else {
        unit->host = HOST_FILE;
        unit->out_fd = open(where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (unit->out_fd < 0)
            fail(unit, where);
    }
}

static bool may_write(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return poll(&ready, 1, 0) != 0; /* an error shows at the write */
}

/* The host's XON/XOFF flow control (termios IXON) stops what its programs write; what they had
 * written before is kilobytes in the kernel here, a few bytes in a serial adapter. So the adapter
 * that this stands for stops, too. */
static bool host_obeys_xoff(const struct unit *unit)
{
    struct termios settings; /* of the slave: the pair has one set */
    return unit->host == HOST_PTY && tcgetattr(unit->in_fd, &settings) == 0 &&
           (settings.c_iflag & IXON);
}

static void note_flow_control(struct unit *unit, uint8_t byte)
{
    if (byte == XOFF)
        unit->held = host_obeys_xoff(unit);
    else if (byte == XON)
        unit->held = false;
}

void usart_host_output(struct unit *unit, uint8_t byte)
{
    note_flow_control(unit, byte);
    unit->tail[unit->total++ % TAIL_SIZE] = byte;
    if (unit->host == HOST_LOOP)
        usart_wire_push(unit, byte);
    if (unit->out_fd < 0)
        return;
    if (unit->host == HOST_STDIO && !may_write(unit->out_fd))
        return; /* a reader that has stopped must not stop the board: the byte is lost */
    while (write(unit->out_fd, &byte, 1) < 0) {
        if (errno == EINTR)
            continue;
        /* Nobody reads the pseudo terminal: the bytes are lost, as on a wire. The rest is given up.
         */
        if (errno != EAGAIN) {
            fprintf(stderr, "vboard: output of USART%d: %s\n", unit->number, strerror(errno));
            unit->out_fd = -1;
        }
        return;
    }
}

/* A read by a background job would stop it. */
static bool may_read(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (isatty(fd) && fd == STDIN_FILENO && tcgetpgrp(fd) != getpgrp())
        return false;
    return poll(&ready, 1, 0) > 0;
}

void usart_host_poll(struct unit *unit, size_t ahead)
{
    uint8_t bytes[256];
    size_t room = ahead > unit->wire_count ? ahead - unit->wire_count : 0;
    ssize_t count;
    if (unit->held && !host_obeys_xoff(unit))
        unit->held = false; /* it was switched off in between */
    if (unit->in_fd < 0 || unit->held || room == 0 || !may_read(unit->in_fd))
        return;
    count = read(unit->in_fd, bytes, room < sizeof bytes ? room : sizeof bytes);
    if (count == 0 && unit->host == HOST_STDIO)
        unit->in_fd = -1; /* end of input */
    for (ssize_t i = 0; i < count; i++)
        usart_wire_push(unit, bytes[i]);
}

bool usart_wire_push(struct unit *unit, uint8_t byte)
{
    if (unit->wire_count == WIRE_SIZE)
        return false;
    unit->wire[(unit->wire_first + unit->wire_count++) % WIRE_SIZE] = byte;
    return true;
}

uint8_t usart_wire_pop(struct unit *unit)
{
    uint8_t byte = unit->wire[unit->wire_first];
    unit->wire_first = (unit->wire_first + 1) % WIRE_SIZE;
    unit->wire_count--;
    return byte;
}
