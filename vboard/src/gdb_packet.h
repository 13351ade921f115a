/* gdb_packet.h - GDB's remote serial protocol without I/O: bytes in, bytes out, and the target
 * behind a table of functions. ("Debugging with GDB", appendix E.)
 *
 *     gdb_session_init(&session, &target, context);
 *     gdb_session_receive(&session, data, size);       bytes from gdb; a command is carried out
 *     while (gdb_session_output(&session, &size) ...)  bytes for gdb
 *     gdb_session_stopped(&session, &stop);            the target has stopped: tell gdb
 *
 * One thread, all-stop, acknowledgements until gdb switches them off. Bad packets are answered as
 * the protocol has it; nothing that gdb sends makes it write outside its buffers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_GDB_PACKET_H
#define VBOARD_GDB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A packet's data; binary data for flash and memory come in such pieces. */
enum { GDB_PACKET_MAX = 0x4000, GDB_OUTPUT_MAX = 4 * GDB_PACKET_MAX };

enum gdb_stop_reason {
    GDB_STOP_TRAP, /* attached, a step done, halted by a monitor command */
    GDB_STOP_INTERRUPT,
    GDB_STOP_BREAKPOINT,
    GDB_STOP_WATCH_WRITE,
    GDB_STOP_WATCH_READ,
    GDB_STOP_WATCH_ACCESS,
    GDB_STOP_FAULT,
    GDB_STOP_EXITED
};

struct gdb_stop {
    enum gdb_stop_reason reason;
    uint32_t address; /* of a watchpoint's access */
    int status;       /* exited */
};

/* Text that a function adds to; what does not fit is dropped and noted. */
struct gdb_text {
    char *data;
    size_t size, capacity;
    bool full;
};
void gdb_add(struct gdb_text *text, const char *string);
void gdb_add_hex(struct gdb_text *text, const uint8_t *data, size_t size);
void gdb_addf(struct gdb_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

enum gdb_point {
    GDB_BREAK_SOFT,
    GDB_BREAK_HARD,
    GDB_WATCH_WRITE,
    GDB_WATCH_READ,
    GDB_WATCH_ACCESS
};

/* What the session asks of the target. Functions that return bool: false is an error to gdb. */
struct gdb_target {
    const char *description;  /* target.xml */
    const char *memory_map;   /* memory-map.xml */
    const uint8_t *registers; /* bytes of each, in the order of the description; ends with 0 */
    bool (*read_register)(void *context, unsigned number, uint64_t *value);
    bool (*write_register)(void *context, unsigned number, uint64_t value);
    /* How many bytes could be read; 0 is an error. */
    size_t (*read_memory)(void *context, uint32_t address, uint8_t *data, size_t size);
    bool (*write_memory)(void *context, uint32_t address, const uint8_t *data, size_t size);
    bool (*set_point)(void *context, enum gdb_point kind, uint32_t address, uint32_t size,
                      bool set);
    void (*resume)(void *context, bool step);
    void (*halt)(void *context); /* Ctrl-C; answered by gdb_session_stopped() */
    bool (*erase_flash)(void *context, uint32_t address, uint32_t size);
    bool (*write_flash)(void *context, uint32_t address, const uint8_t *data, size_t size);
    bool (*finish_flash)(void *context);
    /* A `monitor` command; what it prints goes into output. False when there is no such. */
    bool (*monitor)(void *context, const char *command, struct gdb_text *output);
    void (*restart)(void *context); /* extended remote: run */
    void (*detach)(void *context, bool kill);
};

enum gdb_input_state { GDB_IDLE, GDB_DATA, GDB_SUM_HIGH, GDB_SUM_LOW };

struct gdb_session {
    const struct gdb_target *target;
    void *context;
    enum gdb_input_state state;
    uint8_t sum, sent_sum;
    bool too_long;
    size_t size; /* of data */
    char data[GDB_PACKET_MAX + 1];
    bool no_ack, extended, reports_breaks;
    bool running; /* gdb waits for a stop */
    bool ended;   /* detached, killed: nothing more is read */
    struct gdb_stop last;
    char reply[GDB_PACKET_MAX + 64];
    uint8_t output[GDB_OUTPUT_MAX];
    size_t output_size;
};

void gdb_session_init(struct gdb_session *session, const struct gdb_target *target, void *context);
void gdb_session_receive(struct gdb_session *session, const uint8_t *data, size_t size);
void gdb_session_stopped(struct gdb_session *session, const struct gdb_stop *stop);
/* Bytes to be sent; gdb_session_sent() takes off those that were. */
const uint8_t *gdb_session_output(const struct gdb_session *session, size_t *size);
void gdb_session_sent(struct gdb_session *session, size_t size);

/* --- gdb_command.c --- */

/* Carry out the packet in session->data; the answer into reply. False: there is none (now). */
bool gdb_command(struct gdb_session *session, struct gdb_text *reply);
void gdb_stop_text(const struct gdb_session *session, struct gdb_text *reply);

/* --- hexadecimal --- */

/* 0 to 15, or -1. */
int gdb_digit(char c);
/* The number at *text, which moves behind it. False when there is none or it is too large. */
bool gdb_number(const char **text, uint32_t *value);
/* Two digits a byte. Returns the count of bytes, 0 when the text is not that. */
size_t gdb_bytes(const char *text, size_t length, uint8_t *data, size_t capacity);

#endif
