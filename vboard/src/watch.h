/* watch.h - what wants to know of things as they happen: the control socket's events, the tracer,
 * the digest, the board page's sessions. The parts call watch_*(); watch.c hands it on to each of
 * them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_WATCH_H
#define VBOARD_WATCH_H

#include "board.h"
#include "cuts.h"

void watch_operation(struct board *board, const struct operation_record *record, bool starts);
void watch_reset(struct board *board, enum reset_cause cause);
void watch_power(struct board *board, bool on);
void watch_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size);
void watch_pin(struct board *board, char port, int pin, bool level);
void watch_exception(struct board *board, int exception, bool enters);
void watch_console(struct board *board, int usart, uint8_t byte);
void watch_warning(struct board *board, const char *text);

/* Its listeners, each with the functions it cares for; the file named beside owns it. */
void digest_operation(struct board *board, const struct operation_record *record,
                      bool starts); /* digest.c */
void digest_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size);
void digest_reset(struct board *board, enum reset_cause cause);
void tracer_operation(struct board *board, const struct operation_record *record,
                      bool starts); /* tracer.c */
void tracer_reset(struct board *board, enum reset_cause cause);
void tracer_power(struct board *board, bool on);
void tracer_frame(struct board *board, bool to_guest, const uint8_t *frame, size_t size);
void tracer_pin(struct board *board, char port, int pin, bool level);
void tracer_exception(struct board *board, int exception, bool enters);
void control_operation(struct board *board, const struct operation_record *record,
                       bool starts); /* control.c */
void control_reset(struct board *board, enum reset_cause cause);
void control_power(struct board *board, bool on);
void control_console(struct board *board, int usart, uint8_t byte);
void control_warning(struct board *board, const char *text);
void sessions_operation(struct board *board, const struct operation_record *record,
                        bool starts); /* sessions.c */
void sessions_reset(struct board *board, enum reset_cause cause);
void sessions_power(struct board *board, bool on);

#endif
