/* way_tcp.c - tcp://HOST[:PORT]: frames as on the serial line, without handshake and CRC.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "frame_line.h"
#include "socket.h"
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_SERVICE "8910" /* of module rpc-tcp */

static bool send_all(struct frame_line *line, const char *data, size_t size, double deadline_s)
{
    return socket_send(line->descriptor, data, size, deadline_s) == 1;
}

static bool tcp_open(struct device *device, struct device_error *error)
{
    char why[SOCKET_WHY_MAX];
    struct frame_line *line = malloc(sizeof *line);
    if (!line)
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    int descriptor = socket_connect(device->address, DEFAULT_SERVICE, SOCK_STREAM,
                                    clock_s() + device_timeout(device), why);
    if (descriptor < 0) {
        free(line);
        return device_unreachable(device, error, why);
    }
    frame_line_init(line, device, descriptor);
    line->send = send_all;
    device->state = line;
    return true;
}

static bool tcp_exchange(struct device *device, const char *frame, uint64_t id, double timeout_s,
                         char **text, struct device_error *error)
{
    return frame_line_exchange(device->state, frame, id, timeout_s, text, error);
}

static void tcp_close(struct device *device)
{
    struct frame_line *line = device->state;
    close(line->descriptor);
    free(line);
}

static const char *const prefixes[] = {"tcp://", NULL};

const struct device_way way_tcp = {.name = "tcp",
                                   .prefixes = prefixes,
                                   .open = tcp_open,
                                   .exchange = tcp_exchange,
                                   .close = tcp_close,
                                   .chunk_max = 4096};
