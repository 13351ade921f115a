/* gdb_packet.c - packets: their frames, checksums and acknowledgements. See gdb_packet.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_packet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INTERRUPT 0x03
#define ESCAPE    '}'

static const char digits[] = "0123456789abcdef";

/* --- texts --- */

static void add_bytes(struct gdb_text *text, const char *data, size_t size)
{
    if (size > text->capacity - text->size) {
        size = text->capacity - text->size;
        text->full = true;
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

void gdb_add(struct gdb_text *text, const char *string)
{
    add_bytes(text, string, strlen(string));
}

void gdb_add_hex(struct gdb_text *text, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const char two[2] = {digits[data[i] >> 4], digits[data[i] & 15]};
        add_bytes(text, two, 2);
    }
}

void gdb_addf(struct gdb_text *text, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    gdb_add(text, line);
}

int gdb_digit(char c)
{
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);

    return at == NULL ? -1 : (int)(at - digits);
}

bool gdb_number(const char **text, uint32_t *value)
{
    const char *start = *text;
    uint64_t sum = 0;

    while (gdb_digit(**text) >= 0 && sum <= UINT32_MAX) {
        sum = sum * 16 + (uint64_t)gdb_digit(*(*text)++);
    }
    *value = (uint32_t)sum;
    return *text != start && sum <= UINT32_MAX;
}

size_t gdb_bytes(const char *text, size_t length, uint8_t *data, size_t capacity)
{
    if (length % 2 != 0 || length / 2 > capacity) {
        return 0;
    }
    for (size_t i = 0; i < length / 2; i++) {
        int high = gdb_digit(text[2 * i]), low = gdb_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return 0;
        }
        data[i] = (uint8_t)(high << 4 | low);
    }
    return length / 2;
}

/* --- output --- */

static void put(struct gdb_session *session, uint8_t byte)
{
    if (session->output_size < sizeof session->output) {
        session->output[session->output_size++] = byte;
    }
}

static void put_escaped(struct gdb_session *session, uint8_t byte, uint8_t *sum)
{
    if (byte == '$' || byte == '#' || byte == ESCAPE || byte == '*') {
        put(session, ESCAPE);
        *sum = (uint8_t)(*sum + ESCAPE);
        byte ^= 0x20;
    }
    put(session, byte);
    *sum = (uint8_t)(*sum + byte);
}

static void send_packet(struct gdb_session *session, const struct gdb_text *text)
{
    uint8_t sum = 0;

    put(session, '$');
    for (size_t i = 0; i < text->size; i++) {
        put_escaped(session, (uint8_t)text->data[i], &sum);
    }
    put(session, '#');
    put(session, (uint8_t)digits[sum >> 4]);
    put(session, (uint8_t)digits[sum & 15]);
}

const uint8_t *gdb_session_output(const struct gdb_session *session, size_t *size)
{
    *size = session->output_size;
    return session->output;
}

void gdb_session_sent(struct gdb_session *session, size_t size)
{
    memmove(session->output, session->output + size, session->output_size - size);
    session->output_size -= size;
}

void gdb_session_stopped(struct gdb_session *session, const struct gdb_stop *stop)
{
    struct gdb_text reply = {session->reply, 0, sizeof session->reply, false};

    session->last = *stop;
    if (!session->running) {
        return;
    }
    session->running = false;
    gdb_stop_text(session, &reply);
    send_packet(session, &reply);
}

/* --- input --- */

/* An empty answer means "not known", which is how gdb finds out what there is. */
static void take_packet(struct gdb_session *session)
{
    struct gdb_text reply = {session->reply, 0, sizeof session->reply, false};
    bool acknowledges = !session->no_ack;

    session->data[session->size] = '\0';
    if (session->too_long) {
        put(session, '+');
        gdb_add(&reply, "E22");
        send_packet(session, &reply);
        return;
    }
    if (acknowledges && session->sum != session->sent_sum) {
        put(session, '-');
        return;
    }
    if (acknowledges) {
        put(session, '+');
    }
    if (gdb_command(session, &reply)) {
        send_packet(session, &reply);
    }
}

static void begin_packet(struct gdb_session *session)
{
    session->state = GDB_DATA;
    session->size = 0;
    session->sum = 0;
    session->too_long = false;
}

static void receive_idle(struct gdb_session *session, uint8_t byte)
{
    if (byte == '$') {
        begin_packet(session);
    } else if (byte == INTERRUPT && session->running) {
        session->target->halt(session->context);
    }
}

static void receive_data(struct gdb_session *session, uint8_t byte)
{
    if (byte == '#') {
        session->state = GDB_SUM_HIGH;
        return;
    }
    if (byte == '$') { /* never inside a packet: the end of the one before was lost */
        begin_packet(session);
        return;
    }
    session->sum = (uint8_t)(session->sum + byte);
    if (session->size == GDB_PACKET_MAX) {
        session->too_long = true;
        return;
    }
    session->data[session->size++] = (char)byte;
}

static void receive_byte(struct gdb_session *session, uint8_t byte)
{
    int digit = gdb_digit((char)byte);

    switch (session->state) {
    case GDB_IDLE:
        receive_idle(session, byte);
        break;
    case GDB_DATA:
        receive_data(session, byte);
        break;
    case GDB_SUM_HIGH:
        session->sent_sum = (uint8_t)((digit < 0 ? 0 : digit) << 4);
        session->state = GDB_SUM_LOW;
        break;
    case GDB_SUM_LOW:
        session->sent_sum = (uint8_t)(session->sent_sum | (digit < 0 ? 0 : digit));
        session->state = GDB_IDLE;
        take_packet(session);
        break;
    }
}

void gdb_session_receive(struct gdb_session *session, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && !session->ended; i++) {
        receive_byte(session, data[i]);
    }
}

void gdb_session_init(struct gdb_session *session, const struct gdb_target *target, void *context)
{
    memset(session, 0, sizeof *session);
    session->target = target;
    session->context = context;
}
