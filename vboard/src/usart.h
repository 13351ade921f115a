/* usart.h - the USARTs' state, shared by the chip's side (usart.c) and the host's (usart_host.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_USART_H
#define VBOARD_USART_H

#include "soc.h"

#define USART_COUNT 3
#define FIFO_SIZE   16
#define WIRE_SIZE   4096
#define TAIL_SIZE   65536
#define LINE_COUNT  1024

enum host_kind { HOST_NONE, HOST_STDIO, HOST_PTY, HOST_FILE, HOST_LOOP };

struct fifo {
    uint8_t bytes[FIFO_SIZE];
    unsigned count;
};

struct unit {
    int number; /* 1-3 */
    uint32_t cr1, cr2, cr3, brr, gtpr, rtor, presc;
    bool tc, overrun, idle;
    struct fifo tx, rx;
    bool shifting;
    uint8_t shift;
    uint64_t tx_done_at, rx_done_at, idle_at;
    struct poll poll;
    /* the host's side of the wire */
    enum host_kind host;
    int in_fd, out_fd;       /* -1: none */
    char link[256];          /* pty:PATH; "": none */
    bool held;               /* the firmware said XOFF, and the host obeys it */
    uint8_t wire[WIRE_SIZE]; /* bytes on their way in; they wait until the receiver is enabled */
    size_t wire_first, wire_count;
    uint8_t tail[TAIL_SIZE];
    uint64_t total;
    struct usart_line lines[LINE_COUNT]; /* a ring: the last lines' first bytes */
    uint64_t line_total;
};

struct usart {
    struct unit units[USART_COUNT];
};

/* Connect a unit to "stdio", "pty", "pty:LINK", "loop", "none" or a file's name. Exits the program
 * with a message when that cannot be opened. */
void usart_host_open(struct board *board, struct unit *unit, const char *where);
void usart_host_output(struct unit *unit, uint8_t byte);
void usart_host_close(struct unit *unit);
/* Take what the host has written onto the wire, no more than ahead bytes at a time: the rest waits
 * with the host, whose writes then block. */
void usart_host_poll(struct unit *unit, size_t ahead);
bool usart_wire_push(struct unit *unit, uint8_t byte);
uint8_t usart_wire_pop(struct unit *unit);

#endif
