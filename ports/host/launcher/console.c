/* console.c - the serial line of the device: this terminal, a pseudo terminal, or nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "launcher.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int complain(const char *what)
{
    launcher_say("%s: %s", what, strerror(errno));
    return -1;
}

/* The other end stays open here: so the line does not hang up while nobody listens. */
static int make_raw(const char *path)
{
    struct termios line;
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || tcgetattr(fd, &line) != 0)
        return -1;
    cfmakeraw(&line);
    return tcsetattr(fd, TCSANOW, &line);
}

static int link_to(const struct launcher *launcher, const char *path)
{
    const char *link = launcher->options.uart_link;
    if (!link)
        return 0;
    if (unlink(link) != 0 && errno != ENOENT)
        return complain(link);
    return symlink(path, link) == 0 ? 0 : complain(link);
}

static int open_pty(struct launcher *launcher)
{
    int line = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (line < 0 || grantpt(line) != 0 || unlockpt(line) != 0)
        return complain("pseudo terminal");
    const char *path = ptsname(line);
    if (!path || make_raw(path) != 0)
        return complain("pseudo terminal");
    launcher->chip->console_in = launcher->chip->console_out = line;
    launcher_say("serial line at %s",
                 launcher->options.uart_link ? launcher->options.uart_link : path);
    return link_to(launcher, path);
}

int launcher_console_open(struct launcher *launcher)
{
    const char *uart = launcher->options.uart;
    bool is_stdio = strcmp(uart, "stdio") == 0;
    launcher->chip->console_in = is_stdio ? STDIN_FILENO : -1;
    launcher->chip->console_out = is_stdio ? STDOUT_FILENO : -1;
    return strcmp(uart, "pty") == 0 ? open_pty(launcher) : 0;
}

void launcher_console_close(const struct launcher *launcher)
{
    if (launcher->options.uart_link)
        unlink(launcher->options.uart_link);
}
