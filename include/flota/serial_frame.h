/* flota/serial_frame.h - RPC frames in a stream of characters that carries other text, too: the
 * console's serial line, TCP.
 *
 * A frame is one line of JSON, between triple quotes or alone, with or without its CRC-32:
 *
 *     \n"""{json}1c291ca3"""\n        {json}1c291ca3\n        """{json}"""\n        {json}\n
 *
 * Triple quotes and line ends are the only marks, both always end what came before, and three
 * quotes in a row do not occur in JSON: whatever was lost or added, the next mark is found, and at
 * most one frame behind the damage is lost. Everything else on the line is somebody else's text.
 *
 *     while (size > 0) {
 *         enum flota_serial_event event;
 *         size_t taken = flota_serial_frame_receive(&frame, bytes, size, &event);
 *         if (event == FLOTA_SERIAL_FRAME)
 *             serve(frame.text, frame.size);
 *         bytes += taken, size -= taken;
 *     }
 *
 * Wire format: SPEC.md, "RPC". Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_SERIAL_FRAME_H
#define FLOTA_SERIAL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_SERIAL_XON  0x11
#define FLOTA_SERIAL_XOFF 0x13

/* What a frame needs besides its JSON: quotes, CRC, line end. */
#define FLOTA_SERIAL_EXTRA 16u

enum flota_serial_event {
    FLOTA_SERIAL_NONE,    /* all bytes were taken, more are needed */
    FLOTA_SERIAL_FRAME,   /* text, size: a frame's JSON, or what looks like it */
    FLOTA_SERIAL_HELLO,   /* """\x04""": a client asks whether somebody speaks RPC here */
    FLOTA_SERIAL_EMPTY,   /* an empty frame, which is answered with a line end */
    FLOTA_SERIAL_DAMAGED, /* a frame with a wrong CRC, or cut off: dropped */
    FLOTA_SERIAL_TOO_LONG /* a frame that the buffer does not hold: dropped; text: its beginning */
};

/* How the other end writes its frames, and so wants ours. */
struct flota_serial_form {
    bool is_quoted;
    bool has_crc;
};

/* Treat as private, but for the first group. */
struct flota_serial_frame {
    char *text;                    /* valid until the next call; not zero-terminated */
    size_t size;                   /* bytes */
    struct flota_serial_form form; /* seen since start or the last HELLO: mirror it */
    uint32_t damaged;              /* frames ever dropped as DAMAGED or TOO_LONG */
    /* private */
    size_t capacity;
    size_t character_at; /* where a UTF-8 character under way began */
    uint8_t character_left;
    uint8_t quotes; /* that wait for a third */
    uint8_t state;
    uint8_t hello_lines;
    bool opened_by_quotes;
    bool is_done; /* text was given to the caller */
};

/* buffer: capacity bytes, for the longest frame and FLOTA_SERIAL_EXTRA; kept by reference. */
void flota_serial_frame_init(struct flota_serial_frame *frame, char *buffer, size_t capacity);

/* Take bytes up to the first event. Returns how many were taken, at least 1 of size > 0.
 *
 * XON and XOFF are left out wherever they stand. A byte of 0x80 and above that is no valid UTF-8
 * drops what has come of a frame: it is noise, or another speed. */
size_t flota_serial_frame_receive(struct flota_serial_frame *frame, const uint8_t *bytes,
                                  size_t size, enum flota_serial_event *event);

/* Is a frame under way? For a time limit: a client may have gone in its middle. */
bool flota_serial_frame_is_partial(const struct flota_serial_frame *frame);

/* Forget what has come of a frame, go on behind the next mark. Keeps form. */
void flota_serial_frame_drop(struct flota_serial_frame *frame);

/* --- frames on their way out: head, the JSON, tail --- */

/* Write what comes before and behind json. Each returns its bytes, at most FLOTA_SERIAL_EXTRA for
 * both together; not zero-terminated. The JSON must be one line. */
size_t flota_serial_frame_head(const struct flota_serial_form *form, char *head);
size_t flota_serial_frame_tail(const struct flota_serial_form *form, const char *json, size_t size,
                               char *tail);

#endif
