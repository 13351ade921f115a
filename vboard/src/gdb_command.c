/* gdb_command.c - what each packet asks for. See gdb_packet.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_command.h"

#include <stdio.h>
#include <string.h>

enum { SIGNAL_INTERRUPT = 2, SIGNAL_TRAP = 5, SIGNAL_SEGMENT = 11 };

/* --- stops --- */

void gdb_stop_text(const struct gdb_session *session, struct gdb_text *reply)
{
    static const char *const names[] = {[GDB_STOP_WATCH_WRITE] = "watch",
                                        [GDB_STOP_WATCH_READ] = "rwatch",
                                        [GDB_STOP_WATCH_ACCESS] = "awatch"};
    const struct gdb_stop *stop = &session->last;

    switch (stop->reason) {
    case GDB_STOP_EXITED:
        gdb_addf(reply, "W%02x", (unsigned)stop->status & 0xFFu);
        return;
    case GDB_STOP_INTERRUPT:
        gdb_addf(reply, "T%02xthread:1;", SIGNAL_INTERRUPT);
        return;
    case GDB_STOP_FAULT:
        gdb_addf(reply, "T%02xthread:1;", SIGNAL_SEGMENT);
        return;
    case GDB_STOP_BREAKPOINT:
        gdb_addf(reply, "T%02xthread:1;%s", SIGNAL_TRAP,
                 session->reports_breaks ? "hwbreak:;" : "");
        return;
    case GDB_STOP_TRAP:
        gdb_addf(reply, "T%02xthread:1;", SIGNAL_TRAP);
        return;
    default:
        gdb_addf(reply, "T%02xthread:1;%s:%x;", SIGNAL_TRAP, names[stop->reason],
                 (unsigned)stop->address);
        return;
    }
}

/* No answer now: the stop will be it. */
static bool resume(struct gdb_session *session, bool step)
{
    session->running = true;
    session->target->resume(session->context, step);
    return false;
}

/* c, s [address]; C, S signal[;address]: signals mean nothing here. */
static bool resume_from(struct gdb_session *session, const char *text, bool step)
{
    enum { REGISTER_PC = 15 };
    uint32_t value;

    if (text[0] == 'C' || text[0] == 'S') {
        text = strchr(text, ';');
    }
    if (text != NULL && text[0] != '\0') {
        text++;
        if (gdb_number(&text, &value)) {
            session->target->write_register(session->context, REGISTER_PC, value);
        }
    }
    return resume(session, step);
}

/* vCont;ACTION[:thread]...: there is one thread, so the first action is its. */
static bool resume_actions(struct gdb_session *session, const char *text, struct gdb_text *reply)
{
    switch (text[0]) {
    case 'c':
    case 'C':
        return resume(session, false);
    case 's':
    case 'S':
        return resume(session, true);
    case 't':
        session->target->halt(session->context);
        return answer(reply, true);
    default:
        return answer(reply, false);
    }
}

/* --- registers --- */

static uint64_t little_endian(const uint8_t *data, size_t size)
{
    uint64_t value = 0;

    for (size_t i = size; i > 0; i--) {
        value = value << 8 | data[i - 1];
    }
    return value;
}

static bool add_register(struct gdb_session *session, unsigned number, struct gdb_text *reply)
{
    uint64_t value;
    uint8_t data[8];

    if (!session->target->read_register(session->context, number, &value)) {
        return false;
    }
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(value >> (8 * i));
    }
    gdb_add_hex(reply, data, session->target->registers[number]);
    return true;
}

static unsigned register_count(const struct gdb_session *session)
{
    return (unsigned)strlen((const char *)session->target->registers);
}

static bool read_registers(struct gdb_session *session, struct gdb_text *reply)
{
    for (unsigned i = 0; i < register_count(session); i++) {
        if (!add_register(session, i, reply)) {
            reply->size = 0;
            return answer(reply, false);
        }
    }
    return true;
}

static bool write_registers(struct gdb_session *session, struct gdb_text *reply)
{
    const uint8_t *sizes = session->target->registers;
    uint8_t data[512];
    size_t size = gdb_bytes(session->data + 1, session->size - 1, data, sizeof data), at = 0;
    bool ok = size > 0;

    for (unsigned i = 0; ok && sizes[i] != 0 && at + sizes[i] <= size; at += sizes[i++]) {
        ok = session->target->write_register(session->context, i,
                                             little_endian(data + at, sizes[i]));
    }
    return answer(reply, ok);
}

static bool read_register(struct gdb_session *session, struct gdb_text *reply)
{
    const char *text = session->data + 1;
    uint32_t number;

    if (!gdb_number(&text, &number) || number >= register_count(session) ||
        !add_register(session, number, reply)) {
        reply->size = 0;
        return answer(reply, false);
    }
    return true;
}

static bool write_register(struct gdb_session *session, struct gdb_text *reply)
{
    const char *text = session->data + 1;
    uint32_t number;
    uint8_t data[8];
    size_t size;

    if (!gdb_number(&text, &number) || *text++ != '=' || number >= register_count(session)) {
        return answer(reply, false);
    }
    size = gdb_bytes(text, strlen(text), data, sizeof data);
    return answer(reply, size == session->target->registers[number] &&
                             session->target->write_register(session->context, number,
                                                             little_endian(data, size)));
}

/* --- breakpoints and watchpoints: Z KIND,ADDR,SIZE --- */

static bool point_packet(struct gdb_session *session, bool set, struct gdb_text *reply)
{
    const char *text = session->data + 1;
    uint32_t kind, address, size;

    if (!gdb_number(&text, &kind) || kind > GDB_WATCH_ACCESS || *text++ != ',' ||
        !gdb_number(&text, &address) || *text++ != ',' || !gdb_number(&text, &size)) {
        return answer(reply, false);
    }
    return answer(reply, session->target->set_point(session->context, (enum gdb_point)kind, address,
                                                    size, set));
}

/* --- the rest --- */

static bool leave(struct gdb_session *session, bool kill)
{
    session->ended = true;
    session->target->detach(session->context, kill);
    return false;
}

static bool v_packet(struct gdb_session *session, struct gdb_text *reply)
{
    const char *text = session->data;

    if (strcmp(text, "vCont?") == 0) {
        gdb_add(reply, "vCont;c;C;s;S;t");
        return true;
    }
    if (starts_with(text, "vCont;")) {
        return resume_actions(session, text + strlen("vCont;"), reply);
    }
    if (starts_with(text, "vFlash")) {
        return gdb_flash_packet(session, text + strlen("vFlash"), reply);
    }
    if (starts_with(text, "vRun") && session->extended) {
        session->target->restart(session->context);
        session->last = (struct gdb_stop){GDB_STOP_TRAP, 0, 0};
        gdb_stop_text(session, reply);
        return true;
    }
    if (starts_with(text, "vKill")) {
        session->target->detach(session->context, true);
        return answer(reply, true);
    }
    return true; /* not known, vMustReplyEmpty */
}

bool gdb_command(struct gdb_session *session, struct gdb_text *reply)
{
    const char *text = session->data;

    switch (text[0]) {
    case '?':
        gdb_stop_text(session, reply);
        return true;
    case '!':
        session->extended = true;
        return answer(reply, true);
    case 'g':
        return read_registers(session, reply);
    case 'G':
        return write_registers(session, reply);
    case 'p':
        return read_register(session, reply);
    case 'P':
        return write_register(session, reply);
    case 'm':
        return gdb_read_memory(session, reply);
    case 'M':
    case 'X':
        return gdb_write_memory(session, text[0] == 'X', reply);
    case 'Z':
    case 'z':
        return point_packet(session, text[0] == 'Z', reply);
    case 'c':
    case 'C':
        return resume_from(session, text, false);
    case 's':
    case 'S':
        return resume_from(session, text, true);
    case 'q':
    case 'Q':
        return gdb_query(session, reply);
    case 'v':
        return v_packet(session, reply);
    case 'R':
        session->target->restart(session->context);
        return false;
    case 'D':
        session->ended = true;
        session->target->detach(session->context, false);
        return answer(reply, true);
    case 'H':
    case 'T':
        return answer(reply, true);
    case 'k':
        return leave(session, true);
    default:
        return true;
    }
}
