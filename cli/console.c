/* console.c - flota console: the device's serial line in this terminal.
 *
 * The device's log goes to stdout, keys go to the device; Ctrl-] leaves. Nothing is interpreted:
 * line editing is the terminal's or the device's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "device_internal.h"
#include "interrupt.h"
#include "serial_port.h"
#include "socket.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LEAVE_KEY 0x1D /* Ctrl-] */
#define SLICE_MS  100

/* Keys come one by one, but Ctrl-C still leaves; only when stdin is a terminal. */
static bool open_terminal(struct termios *before)
{
    struct termios mode;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, before) != 0)
        return false;
    mode = *before;
    mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    return tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0;
}

/* Returns false when Ctrl-] was among the keys, or the line is gone. */
static bool pass_keys(int line, bool *input_ended)
{
    char keys[256];
    ssize_t size = read(STDIN_FILENO, keys, sizeof keys);
    if (size <= 0) {
        *input_ended = true;
        return true;
    }
    const char *leave = memchr(keys, LEAVE_KEY, (size_t)size);
    if (leave)
        size = leave - keys;
    return socket_send(line, keys, (size_t)size, clock_s() + DEVICE_TIMEOUT_S) == 1 && !leave;
}

static bool pass_log(int line)
{
    char text[1024];
    ssize_t size = read(line, text, sizeof text);
    if (size <= 0)
        return false;
    return write(STDOUT_FILENO, text, (size_t)size) == size;
}

/* Returns EXIT_DONE when the person left, or stdin has ended and the line has been silent. */
static int pass(int line)
{
    bool input_ended = false;
    while (!interrupt_pending()) {
        struct pollfd both[] = {{.fd = line, .events = POLLIN},
                                {.fd = input_ended ? -1 : STDIN_FILENO, .events = POLLIN}};
        if (poll(both, 2, SLICE_MS) <= 0)
            continue;
        if (both[0].revents && !pass_log(line))
            return EXIT_UNREACHABLE;
        if (both[1].revents && !pass_keys(line, &input_ended))
            return EXIT_DONE;
    }
    return EXIT_DONE;
}

static int run(const char *command, int line)
{
    struct termios before;
    bool is_terminal = open_terminal(&before);
    if (is_terminal)
        fprintf(stderr, "%s: Ctrl-] leaves.\n", command);
    int result = pass(line);
    if (is_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    if (result != EXIT_DONE)
        fprintf(stderr,
                "\n%s: the serial line is gone.\nTo do: check the cable, then start "
                "it again.\n",
                command);
    return result;
}

static const char *find_line(const char *port)
{
    static const char prefix[] = "serial://";
    if (strncmp(port, prefix, sizeof prefix - 1) == 0)
        return port + sizeof prefix - 1;
    return port[0] == '/' ? port : NULL;
}

int command_console(int argc, char **argv)
{
    struct device_arguments arguments = {0};
    struct device_error error;
    char found[256];
    const struct usage_option options[] = {DEVICE_USAGE(&arguments), {0}};
    const struct usage usage = {
        "",      "Show the device's serial console; keys go to the device, Ctrl-] leaves.",
        options, NULL,
        0,       0};
    usage_read(&usage, argc, argv);
    int result = device_arguments_check(argv[0], &arguments);
    if (result != EXIT_DONE)
        return result;
    const char *port = arguments.ports.count ? arguments.ports.values[0] : "auto";
    if (strcmp(port, "auto") == 0) {
        if (!device_find_port(found, sizeof found, &error))
            return device_complain(argv[0], &error);
        port = found;
    }
    const char *path = find_line(port);
    if (!path)
        return usage_complain(argv[0], "a console is on a serial line: give --port /dev/ttyACM0");
    int line = serial_port_open(path, &error);
    if (line < 0)
        return device_complain(argv[0], &error);
    result = run(argv[0], line);
    serial_port_close(line);
    return result;
}
