/* frame_line.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "frame_line.h"
#include "socket.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void frame_line_init(struct frame_line *line, const struct device *device, int descriptor)
{
    memset(line, 0, sizeof *line);
    line->device = device;
    line->descriptor = descriptor;
    flota_serial_frame_init(&line->frame, line->buffer, sizeof line->buffer);
}

/* --- what is no frame: the device's log --- */

static bool is_frame(const char *text)
{
    return text[0] == '{' || strstr(text, "\"\"\"") != NULL;
}

static void end_log_line(struct frame_line *line)
{
    const struct device_options *options = line->device->options;
    line->log[line->log_size] = '\0';
    if (line->log_size > 0 && options->log && !is_frame(line->log))
        options->log(options->log_context, line->log);
    line->log_size = 0;
}

static void log_bytes(struct frame_line *line, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n')
            end_log_line(line);
        else if (bytes[i] >= ' ' && bytes[i] < 0x7F && line->log_size + 1 < sizeof line->log)
            line->log[line->log_size++] = (char)bytes[i];
    }
}

/* --- frames --- */

static void note(struct frame_line *line, const char *text, size_t size)
{
    size_t kept = size < sizeof line->seen - 1 ? size : sizeof line->seen - 1;
    memcpy(line->seen, text, kept);
    line->seen[kept] = '\0';
}

static bool is_wanted(struct frame_line *line, enum flota_serial_event event,
                      enum flota_serial_event wanted, uint64_t id)
{
    const struct flota_serial_frame *frame = &line->frame;
    if (event == FLOTA_SERIAL_TOO_LONG)
        note(line, frame->text, frame->size);
    if (event != wanted)
        return false;
    if (event != FLOTA_SERIAL_FRAME || device_is_reply(frame->text, frame->size, id))
        return true;
    note(line, frame->text, frame->size);
    return false;
}

/* Bytes behind a reply are dropped: nothing of ours is on its way when a reply has come. */
static bool feed(struct frame_line *line, const uint8_t *bytes, size_t size,
                 enum flota_serial_event wanted, uint64_t id)
{
    while (size > 0) {
        enum flota_serial_event event = FLOTA_SERIAL_NONE;
        size_t taken = flota_serial_frame_receive(&line->frame, bytes, size, &event);
        if (is_wanted(line, event, wanted, id))
            return true;
        bytes += taken;
        size -= taken;
    }
    return false;
}

int frame_line_wait(struct frame_line *line, enum flota_serial_event wanted, uint64_t id,
                    double deadline_s)
{
    uint8_t bytes[1024];
    for (;;) {
        ssize_t got = socket_receive(line->descriptor, bytes, sizeof bytes, deadline_s);
        if (got <= 0)
            return (int)got;
        log_bytes(line, bytes, (size_t)got);
        if (feed(line, bytes, (size_t)got, wanted, id))
            return 1;
    }
}

static bool send_frame(struct frame_line *line, const char *frame, double deadline_s)
{
    size_t size = strlen(frame), used;
    char *whole = malloc(size + 2 * FLOTA_SERIAL_EXTRA);
    if (!whole)
        return false;
    used = flota_serial_frame_head(&line->form, whole);
    memcpy(whole + used, frame, size);
    used += size;
    used += flota_serial_frame_tail(&line->form, frame, size, whole + used);
    bool sent = line->send(line, whole, used, deadline_s);
    free(whole);
    return sent;
}

static bool lost(const struct frame_line *line, int result, double timeout_s,
                 struct device_error *error)
{
    if (result == SOCKET_LATE || interrupt_pending())
        return device_silent(error, timeout_s, line->seen);
    return device_fail(error, EXIT_TRANSFER, "the connection was lost",
                       "check the cable and the device, then try again", "%.200s",
                       result == SOCKET_ENDED ? "the device has closed it" : "the port is gone");
}

bool frame_line_exchange(struct frame_line *line, const char *frame, uint64_t id, double timeout_s,
                         char **text, struct device_error *error)
{
    double deadline_s = clock_s() + timeout_s;
    line->seen[0] = '\0';
    if (!send_frame(line, frame, deadline_s))
        return lost(line, clock_s() < deadline_s ? SOCKET_LOST : SOCKET_LATE, timeout_s, error);
    int result = frame_line_wait(line, FLOTA_SERIAL_FRAME, id, deadline_s);
    if (result != 1)
        return lost(line, result, timeout_s, error);
    *text = strndup(line->frame.text, line->frame.size);
    return *text != NULL;
}
