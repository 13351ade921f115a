/* serial_frame.c - finds RPC frames in a stream of characters. See flota/serial_frame.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/serial_frame.h"
#include "../core/crc32.h"
#include "flota/utf8.h"
#include <string.h>

#define END_OF_TRANSMISSION 0x04
#define QUOTES              3u
#define CRC_DIGITS          8u

/* What came since the last mark. */
enum state {
    STATE_NOTHING, /* blanks at most */
    STATE_HELLO,   /* one END_OF_TRANSMISSION */
    STATE_OTHER,   /* somebody else's text */
    STATE_JSON,    /* text, from its brace on */
    STATE_TOO_LONG /* the caller knows */
};

enum mark { MARK_LINE, MARK_QUOTES };

/* The line ends behind a HELLO: its own, and an empty frame. */
enum { HELLO_LINES = 2 };

void flota_serial_frame_init(struct flota_serial_frame *frame, char *buffer, size_t capacity)
{
    *frame = (struct flota_serial_frame){.text = buffer, .capacity = capacity};
}

bool flota_serial_frame_is_partial(const struct flota_serial_frame *frame)
{
    bool is_frame = frame->state == STATE_JSON || frame->state == STATE_TOO_LONG;
    return is_frame && !frame->is_done;
}

static void begin(struct flota_serial_frame *frame, enum state state)
{
    frame->state = (uint8_t)state;
    frame->size = 0;
    frame->character_left = 0;
}

void flota_serial_frame_drop(struct flota_serial_frame *frame)
{
    begin(frame, STATE_OTHER);
}

/* --- a frame is complete --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Returns the value of 8 hexadecimal digits, -1 when they are none. */
static int64_t read_digits(const char *text)
{
    int64_t value = 0;
    for (size_t i = 0; i < CRC_DIGITS; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Is text a brace up to a brace, and behind it nothing, or the right CRC? Then size is the JSON's.
 * A CRC that has lost a digit must not pass for none. */
static bool is_whole(struct flota_serial_frame *frame, bool *has_crc)
{
    while (frame->size > 0 && is_blank(frame->text[frame->size - 1]))
        frame->size--;
    *has_crc = false;
    if (frame->size >= 2 && frame->text[frame->size - 1] == '}')
        return true;
    if (frame->size < 2 + CRC_DIGITS)
        return false;
    size_t size = frame->size - CRC_DIGITS;
    if (frame->text[size - 1] != '}')
        return false;
    if (read_digits(frame->text + size) != flota_crc32(0, frame->text, (uint32_t)size))
        return false;
    frame->size = size;
    *has_crc = true;
    return true;
}

static enum flota_serial_event end_json(struct flota_serial_frame *frame, enum mark mark)
{
    bool has_crc;
    if (!is_whole(frame, &has_crc)) {
        frame->damaged++;
        return FLOTA_SERIAL_DAMAGED;
    }
    frame->form.is_quoted |= frame->opened_by_quotes || mark == MARK_QUOTES;
    frame->form.has_crc |= has_crc;
    return FLOTA_SERIAL_FRAME;
}

static enum flota_serial_event end_nothing(struct flota_serial_frame *frame, enum mark mark)
{
    if (mark == MARK_QUOTES)
        return frame->opened_by_quotes ? FLOTA_SERIAL_EMPTY : FLOTA_SERIAL_NONE;
    if (frame->hello_lines == 0 || --frame->hello_lines > 0)
        return FLOTA_SERIAL_NONE;
    return FLOTA_SERIAL_EMPTY;
}

static enum flota_serial_event end_hello(struct flota_serial_frame *frame, enum mark mark)
{
    if (mark != MARK_QUOTES || !frame->opened_by_quotes)
        return FLOTA_SERIAL_NONE;
    frame->form = (struct flota_serial_form){.is_quoted = true};
    return FLOTA_SERIAL_HELLO;
}

static enum flota_serial_event end_text(struct flota_serial_frame *frame, enum mark mark)
{
    switch ((enum state)frame->state) {
    case STATE_NOTHING:
        return end_nothing(frame, mark);
    case STATE_HELLO:
        return end_hello(frame, mark);
    case STATE_JSON:
        return end_json(frame, mark);
    default:
        return FLOTA_SERIAL_NONE;
    }
}

/* Quotes that end no frame may begin one: the frame before has lost its own, or they are behind
 * somebody else's text. */
static enum flota_serial_event take_mark(struct flota_serial_frame *frame, enum mark mark)
{
    bool had_text = frame->state != STATE_NOTHING;
    enum flota_serial_event event = end_text(frame, mark);
    bool is_frame = event == FLOTA_SERIAL_FRAME || event == FLOTA_SERIAL_HELLO;
    bool closes = frame->opened_by_quotes && (is_frame || event == FLOTA_SERIAL_EMPTY);
    if (event == FLOTA_SERIAL_HELLO)
        frame->hello_lines = HELLO_LINES;
    else if (had_text || mark == MARK_QUOTES)
        frame->hello_lines = 0;
    frame->opened_by_quotes = mark == MARK_QUOTES && !closes;
    frame->quotes = 0;
    frame->is_done = true;
    return event;
}

/* --- bytes --- */

static enum flota_serial_event store(struct flota_serial_frame *frame, uint8_t byte)
{
    if (frame->size == frame->capacity) {
        frame->state = STATE_TOO_LONG;
        frame->damaged++;
        return FLOTA_SERIAL_TOO_LONG;
    }
    frame->text[frame->size++] = (char)byte;
    return FLOTA_SERIAL_NONE;
}

/* Bytes that a character of UTF-8 has behind its first; 0: no character begins so. */
static uint8_t bytes_behind(uint8_t first)
{
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
}

/* Part of a character inside a frame's strings. */
static enum flota_serial_event take_high(struct flota_serial_frame *frame, uint8_t byte)
{
    bool is_first = frame->character_left == 0;
    if (is_first) {
        frame->character_at = frame->size;
        frame->character_left = bytes_behind(byte);
    }
    enum flota_serial_event event = store(frame, byte);
    if (event != FLOTA_SERIAL_NONE)
        return event;
    if (is_first && frame->character_left > 0)
        return FLOTA_SERIAL_NONE;
    size_t size = frame->size - frame->character_at;
    if (is_first || (byte & 0xC0u) != 0x80u)
        flota_serial_frame_drop(frame);
    else if (--frame->character_left == 0 &&
             flota_utf8_length(frame->text + frame->character_at, size) != size)
        flota_serial_frame_drop(frame);
    return FLOTA_SERIAL_NONE;
}

static enum flota_serial_event take_json(struct flota_serial_frame *frame, uint8_t byte)
{
    if (byte >= 0x80)
        return take_high(frame, byte);
    if (frame->character_left > 0) {
        flota_serial_frame_drop(frame);
        return FLOTA_SERIAL_NONE;
    }
    return store(frame, byte);
}

static enum flota_serial_event take_text(struct flota_serial_frame *frame, uint8_t byte)
{
    if (frame->state == STATE_TOO_LONG || is_blank((char)byte))
        return FLOTA_SERIAL_NONE;
    if (byte == '{') {
        begin(frame, STATE_JSON);
        return store(frame, byte);
    }
    bool is_hello = frame->state == STATE_NOTHING && byte == END_OF_TRANSMISSION;
    frame->state = is_hello ? STATE_HELLO : STATE_OTHER;
    return FLOTA_SERIAL_NONE;
}

static enum flota_serial_event take_plain(struct flota_serial_frame *frame, uint8_t byte)
{
    return frame->state == STATE_JSON ? take_json(frame, byte) : take_text(frame, byte);
}

/* Quotes wait until it is clear that they are no mark. */
static enum flota_serial_event take_waiting_quotes(struct flota_serial_frame *frame)
{
    enum flota_serial_event event = FLOTA_SERIAL_NONE;
    for (; frame->quotes > 0; frame->quotes--) {
        enum flota_serial_event next = take_plain(frame, '"');
        if (next != FLOTA_SERIAL_NONE)
            event = next;
    }
    return event;
}

/* After TOO_LONG from the quotes the byte behind them gives no event of its own. */
static enum flota_serial_event take_byte(struct flota_serial_frame *frame, uint8_t byte)
{
    if (byte == FLOTA_SERIAL_XON || byte == FLOTA_SERIAL_XOFF)
        return FLOTA_SERIAL_NONE;
    if (byte == '"')
        return ++frame->quotes < QUOTES ? FLOTA_SERIAL_NONE : take_mark(frame, MARK_QUOTES);
    enum flota_serial_event quotes = take_waiting_quotes(frame);
    enum flota_serial_event event =
        byte == '\n' ? take_mark(frame, MARK_LINE) : take_plain(frame, byte);
    return quotes != FLOTA_SERIAL_NONE ? quotes : event;
}

size_t flota_serial_frame_receive(struct flota_serial_frame *frame, const uint8_t *bytes,
                                  size_t size, enum flota_serial_event *event)
{
    size_t taken = 0;
    *event = FLOTA_SERIAL_NONE;
    while (taken < size && *event == FLOTA_SERIAL_NONE) {
        if (frame->is_done)
            begin(frame, STATE_NOTHING);
        frame->is_done = false;
        *event = take_byte(frame, bytes[taken++]);
    }
    return taken;
}

/* --- frames on their way out --- */

size_t flota_serial_frame_head(const struct flota_serial_form *form, char *head)
{
    if (!form->is_quoted)
        return 0;
    memcpy(head, "\n\"\"\"", 1 + QUOTES);
    return 1 + QUOTES;
}

size_t flota_serial_frame_tail(const struct flota_serial_form *form, const char *json, size_t size,
                               char *tail)
{
    char *end = tail;
    if (form->has_crc) {
        uint32_t crc = flota_crc32(0, json, (uint32_t)size);
        for (int shift = 28; shift >= 0; shift -= 4)
            *end++ = "0123456789abcdef"[crc >> shift & 15u];
    }
    if (form->is_quoted) {
        memcpy(end, "\"\"\"", QUOTES);
        end += QUOTES;
    }
    *end++ = '\n';
    return (size_t)(end - tail);
}
