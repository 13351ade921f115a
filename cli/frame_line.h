/* frame_line.h - RPC frames on a descriptor that carries lines: a serial line, TCP.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_FRAME_LINE_H
#define FLOTA_CLI_FRAME_LINE_H

#include "device_internal.h"
#include "flota/serial_frame.h"

#define FRAME_LINE_MAX 16384u /* a device's longest reply is 2560 bytes */
#define FRAME_LOG_MAX  512u

struct frame_line {
    const struct device *device;
    int descriptor;
    bool (*send)(struct frame_line *line, const char *data, size_t size, double deadline_s);
    struct flota_serial_frame frame;
    struct flota_serial_form form; /* of the frames that go out */
    char buffer[FRAME_LINE_MAX];
    char log[FRAME_LOG_MAX]; /* the line of other text that is coming in */
    size_t log_size;
    char seen[101]; /* the last thing that was no reply */
};

void frame_line_init(struct frame_line *line, const struct device *device, int descriptor);

/* Wait for one of these events; frames of others and other text are passed over. Returns 1,
 * SOCKET_ENDED, SOCKET_LOST or SOCKET_LATE. */
int frame_line_wait(struct frame_line *line, enum flota_serial_event wanted, uint64_t id,
                    double deadline_s);

/* As struct device_way's exchange. */
bool frame_line_exchange(struct frame_line *line, const char *frame, uint64_t id, double timeout_s,
                         char **text, struct device_error *error);

#endif
