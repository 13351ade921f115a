/* sessions.h - what happened between power-ons, for the board page.
 *
 * A session is from a power-on to the next loss of power; the last 32 are kept. An update programs
 * thousands of flash words one after the other: they are kept as spans of at most 64 words, each of
 * operations whose numbers follow one another, so every operation is in exactly one span and its
 * time is known to some hundred microseconds. watch.h's sessions_*() record; nothing is recorded
 * without --http.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_SESSIONS_H
#define VBOARD_SESSIONS_H

#include "cuts.h"

#include <stdio.h>

#define SESSION_COUNT   32
#define SESSION_RESETS  64   /* kept of each; all are counted */
#define SESSION_SPANS   8192 /* kept of each; then the older half is forgotten */
#define SESSION_TORN    4
#define SPAN_OPERATIONS 64

struct session_span {
    uint64_t start_ns, end_ns; /* end: BOARD_NEVER while its last operation runs */
    uint64_t first;            /* number of its first operation */
    uint32_t count;
    uint32_t word, words; /* first word of the first operation; words of all */
    uint8_t kind, bank;   /* enum operation_kind; physical, 0 or 1 */
    uint8_t end;          /* enum operation_end of the last operation */
};

struct session_reset {
    uint64_t at_ns;
    enum reset_cause cause;
};

struct session {
    uint64_t id;               /* from 1 */
    uint64_t start_ns, end_ns; /* end: BOARD_NEVER while it runs */
    int64_t wall_s;            /* this machine's time at its start, seconds since 1970 */
    uint64_t first_number;     /* of an operation, had there been one at once */
    uint64_t count[3];         /* operations by enum operation_kind */
    uint64_t reset_count;
    struct session_reset resets[SESSION_RESETS]; /* the last ones, a ring */
    struct session_span *spans;
    size_t span_count, span_capacity;
    size_t spans_forgotten;
    struct operation_record torn[SESSION_TORN]; /* by its loss of power */
    size_t torn_count;
    bool swapped; /* the banks, as it ended */
    bool was_cut; /* a planned cut ended it, not a hand */
    uint64_t cut_number;
    enum cut_model cut_model;
};

struct sessions {
    struct session list[SESSION_COUNT]; /* a ring: id modulo SESSION_COUNT */
    uint64_t last_id;
    uint64_t written_ns[2][BANK_SIZE / 4096]; /* end of the last programming of a 4 KB page */
    struct operation_record running[2];       /* by bank; number 0: none */
};

/* The session of this number, or NULL: there was none, or it is forgotten. */
const struct session *sessions_find(const struct board *board, uint64_t id);
/* One session with its spans from index `since` on, as arrays:
 * [bank (1, 2; 0 option bytes), kind, start_s, end_s or null, first number, count, word, words, how
 * it ended]. Returns false when there is no such session. */
bool session_json(FILE *out, const struct board *board, uint64_t id, size_t since);
void sessions_destroy(struct board *board);

#endif
