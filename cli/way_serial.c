/* way_serial.c - /dev/ttyACM0, serial:///dev/ttyACM0[?baud=115200]: frames on the console's line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "frame_line.h"
#include "serial_port.h"
#include "socket.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELLO_S 0.2 /* as existing clients do */

static const char hello[] = "\"\"\"\x04\"\"\"\n\n";

static bool send_all(struct frame_line *line, const char *data, size_t size, double deadline_s)
{
    return socket_send(line->descriptor, data, size, deadline_s) == 1;
}

/* Greet until the device greets back: it may be starting, or in the middle of a line. */
static int shake_hands(struct frame_line *line, double deadline_s)
{
    int result = SOCKET_LATE;
    while (result == SOCKET_LATE && clock_s() < deadline_s && !interrupt_pending()) {
        if (!send_all(line, hello, sizeof hello - 1, deadline_s))
            return SOCKET_LOST;
        result = frame_line_wait(line, FLOTA_SERIAL_HELLO, 0, clock_s() + HELLO_S);
    }
    return result;
}

static bool greet(struct device *device, struct frame_line *line, struct device_error *error)
{
    int result = shake_hands(line, clock_s() + device_timeout(device));
    if (result == 1)
        return true;
    if (interrupt_pending())
        return device_interrupted(error);
    return device_fail(error, EXIT_UNREACHABLE, "the device cannot be reached",
                       "check that it is the board's port (flota console shows what it says), "
                       "that "
                       "nothing else has it open, and that its firmware has module rpc-uart",
                       "%.120s: %.100s", device->name,
                       result == SOCKET_LATE ? "nobody answered the greeting" : "the line is gone");
}

static bool serial_open(struct device *device, struct device_error *error)
{
    struct frame_line *line = malloc(sizeof *line);
    if (!line)
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    int descriptor = serial_port_open(device->address, error);
    if (descriptor < 0) {
        free(line);
        return false;
    }
    frame_line_init(line, device, descriptor);
    line->send = send_all;
    line->form = (struct flota_serial_form){.is_quoted = true, .has_crc = true};
    device->state = line;
    if (greet(device, line, error))
        return true;
    device_close(device);
    return false;
}

static bool serial_exchange(struct device *device, const char *frame, uint64_t id, double timeout_s,
                            char **text, struct device_error *error)
{
    return frame_line_exchange(device->state, frame, id, timeout_s, text, error);
}

static void serial_close(struct device *device)
{
    struct frame_line *line = device->state;
    serial_port_close(line->descriptor);
    free(line);
}

static const char *const prefixes[] = {"serial://", "/", NULL};

const struct device_way way_serial = {.name = "serial",
                                      .prefixes = prefixes,
                                      .open = serial_open,
                                      .exchange = serial_exchange,
                                      .close = serial_close,
                                      .chunk_max = 4096};
