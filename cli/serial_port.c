/* serial_port.c
 *
 * By termios rather than libserialport, which knows no pseudo-terminals: the virtual board's line
 * is one. libserialport finds the ports (device_auto.c).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "serial_port.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#define PATH_SIZE 200u

static const struct {
    unsigned baud;
    speed_t speed;
} speeds[] = {{9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600},
              {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600}};

/* "PATH?baud=N" */
static bool read_address(const char *address, char path[PATH_SIZE], speed_t *speed)
{
    static const char option[] = "?baud=";
    size_t length = strcspn(address, "?");
    const char *rest = address + length;
    if (length == 0 || length >= PATH_SIZE)
        return false;
    snprintf(path, PATH_SIZE, "%.*s", (int)length, address);
    *speed = B115200;
    if (*rest == '\0')
        return true;
    if (strncmp(rest, option, sizeof option - 1) != 0)
        return false;
    unsigned long baud = strtoul(rest + sizeof option - 1, NULL, 10);
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].baud == baud) {
            *speed = speeds[i].speed;
            return true;
        }
    return false;
}

static bool make_raw(int descriptor, speed_t speed)
{
    struct termios mode;
    if (tcgetattr(descriptor, &mode) != 0)
        return false;
    cfmakeraw(&mode);
    mode.c_cflag |= CLOCAL | CREAD;
    mode.c_cflag &= ~(tcflag_t)(CSTOPB | HUPCL); /* HUPCL would reset some boards at the end */
    mode.c_iflag |= IXON;                        /* the device may stop us */
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    return cfsetspeed(&mode, speed) == 0 && tcsetattr(descriptor, TCSANOW, &mode) == 0 &&
           tcflush(descriptor, TCIOFLUSH) == 0;
}

static const char *remedy_of(int error)
{
    if (error == EACCES)
        return "join the group that owns it: sudo usermod -aG dialout $USER, then "
               "log in again";
    if (error == ENOENT)
        return "see which ports there are: ls /dev/ttyACM* /dev/ttyUSB*; is the "
               "cable one for data?";
    return "check the port; is another program using it?";
}

static int refuse(struct device_error *error, const char *path, int number)
{
    bool busy = number == EWOULDBLOCK;
    device_fail(error, EXIT_UNREACHABLE, "the serial line cannot be opened", remedy_of(number),
                "%.200s: %.60s", path, busy ? "another program uses it" : strerror(number));
    return -1;
}

int serial_port_open(const char *address, struct device_error *error)
{
    char path[PATH_SIZE];
    speed_t speed;
    if (!read_address(address, path, &speed)) {
        device_fail(error, EXIT_USAGE, "no serial line is named by --port",
                    "give /dev/ttyACM0 or serial:///dev/ttyACM0?baud=115200", "'%.200s'", address);
        return -1;
    }
    int descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return refuse(error, path, errno);
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && make_raw(descriptor, speed))
        return descriptor;
    int number = errno;
    close(descriptor);
    return refuse(error, path, number);
}

void serial_port_close(int descriptor)
{
    close(descriptor);
}
