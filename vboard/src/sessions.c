/* sessions.c - see sessions.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sessions.h"
#include "instruments.h"
#include "watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_WORDS  (4096 / 32)
#define SPAN_GAP_NS (5 * NS_PER_MS) /* a longer pause between two words begins a new span */

static struct session *current(struct board *board)
{
    struct sessions *sessions = board->sessions;
    return &sessions->list[sessions->last_id % SESSION_COUNT];
}

const struct session *sessions_find(const struct board *board, uint64_t id)
{
    const struct sessions *sessions = board->sessions;
    if (!sessions || id == 0 || id > sessions->last_id || id + SESSION_COUNT <= sessions->last_id)
        return NULL;
    return &sessions->list[id % SESSION_COUNT];
}

static void begin(struct board *board)
{
    struct session *session;
    board->sessions->last_id++;
    session = current(board);
    free(session->spans);
    *session = (struct session){.id = board->sessions->last_id,
                                .start_ns = board->now_ns,
                                .end_ns = BOARD_NEVER,
                                .wall_s = (int64_t)time(NULL),
                                .first_number = operations_next(board)};
    memset(board->sessions->running, 0, sizeof board->sessions->running);
}

void sessions_destroy(struct board *board)
{
    if (!board->sessions)
        return;
    for (size_t i = 0; i < SESSION_COUNT; i++)
        free(board->sessions->list[i].spans);
    free(board->sessions);
    board->sessions = NULL;
}

/* --- operations --- */

static bool make_room(struct session *session)
{
    size_t capacity = session->span_capacity ? 2 * session->span_capacity : 64;
    struct session_span *grown;
    if (session->span_count < session->span_capacity)
        return true;
    if (session->span_count == SESSION_SPANS) {
        size_t half = SESSION_SPANS / 2;
        memmove(session->spans, session->spans + half, half * sizeof *session->spans);
        session->span_count = half;
        session->spans_forgotten += half;
        return true;
    }
    grown = realloc(session->spans, capacity * sizeof *grown);
    if (!grown)
        return false;
    session->spans = grown;
    session->span_capacity = capacity;
    return true;
}

/* The next word of a run of words? */
static bool continues(const struct session_span *span, const struct operation_record *record)
{
    return span->kind == KIND_PROGRAM && record->kind == KIND_PROGRAM &&
           span->bank == record->bank && span->end == END_DONE &&
           record->number == span->first + span->count && span->count < SPAN_OPERATIONS &&
           record->word == span->word + span->words &&
           record->start_ns - span->end_ns < SPAN_GAP_NS;
}

static void operation_starts(struct session *session, const struct operation_record *record)
{
    struct session_span *last =
        session->span_count ? &session->spans[session->span_count - 1] : NULL;
    session->count[record->kind]++;
    if (last && continues(last, record)) {
        last->count++;
        last->words += record->count;
        last->end_ns = BOARD_NEVER;
        last->end = END_RUNNING;
        return;
    }
    if (make_room(session))
        session->spans[session->span_count++] = (struct session_span){.start_ns = record->start_ns,
                                                                      .end_ns = BOARD_NEVER,
                                                                      .first = record->number,
                                                                      .count = 1,
                                                                      .word = record->word,
                                                                      .words = record->count,
                                                                      .kind = record->kind,
                                                                      .bank = record->bank,
                                                                      .end = END_RUNNING};
}

/* An operation is the last of its span while it runs; others may have begun since. */
static void operation_ends(struct session *session, const struct operation_record *record,
                           uint64_t now_ns)
{
    for (size_t i = session->span_count; i-- > 0;) {
        struct session_span *span = &session->spans[i];
        if (record->number < span->first || record->number >= span->first + span->count)
            continue;
        span->end_ns = now_ns;
        span->end = record->end;
        return;
    }
}

static void note_written(struct sessions *sessions, const struct operation_record *record,
                         uint64_t now_ns)
{
    uint32_t last = (record->word + record->count - 1) / PAGE_WORDS;
    for (uint32_t page = record->word / PAGE_WORDS; page <= last; page++)
        sessions->written_ns[record->bank & 1][page % (BANK_SIZE / 4096)] =
            record->kind == KIND_PROGRAM ? now_ns : 0;
}

void sessions_operation(struct board *board, const struct operation_record *record, bool starts)
{
    struct session *session;
    struct operation_record *running;
    if (!board->sessions)
        return;
    session = current(board);
    running = &board->sessions->running[record->bank & 1];
    if (starts) {
        if (record->kind != KIND_OPTIONS)
            *running = *record;
        operation_starts(session, record);
        return;
    }
    if (running->number == record->number)
        running->number = 0;
    operation_ends(session, record, board->now_ns);
    if (record->kind != KIND_OPTIONS && record->count > 0)
        note_written(board->sessions, record, board->now_ns);
    if (record->end != END_TORN)
        return;
    /* The loss of power that may follow takes these as its own. */
    if (session->torn_count == SESSION_TORN)
        memmove(session->torn, session->torn + 1, --session->torn_count * sizeof *session->torn);
    session->torn[session->torn_count] = *record;
    session->torn[session->torn_count++].end_ns = board->now_ns;
}

/* --- resets and power --- */

void sessions_reset(struct board *board, enum reset_cause cause)
{
    struct session *session;
    bool powers_on = cause == RESET_POWER_ON || cause == RESET_BROWNOUT;
    if (powers_on || !board->sessions)
        return;
    session = current(board);
    session->resets[session->reset_count++ % SESSION_RESETS] =
        (struct session_reset){.at_ns = board->now_ns, .cause = cause};
}

/* What a reset tore is not the loss of power's doing. */
static void forget_torn_by_reset(struct session *session)
{
    size_t kept = 0;
    uint64_t reset_ns;
    if (session->reset_count == 0)
        return;
    reset_ns = session->resets[(session->reset_count - 1) % SESSION_RESETS].at_ns;
    for (size_t i = 0; i < session->torn_count; i++)
        if (session->torn[i].end_ns > reset_ns)
            session->torn[kept++] = session->torn[i];
    session->torn_count = kept;
}

static void end(struct board *board)
{
    struct session *session = current(board);
    session->end_ns = board->now_ns;
    forget_torn_by_reset(session);
    session->swapped = flash_swapped(board);
    session->cut_number = cut_planned(board, &session->cut_model);
    /* A cut that has happened stays known until the next plan: is it this session's? */
    session->was_cut = cut_happened(board) && session->cut_number >= session->first_number;
}

/* Sessions are kept for the page only: a board that is tortured has none. */
void sessions_power(struct board *board, bool on)
{
    if (on && !board->sessions && board->options.http)
        board->sessions = calloc(1, sizeof *board->sessions);
    if (!board->sessions)
        return;
    if (on)
        begin(board);
    else if (current(board)->end_ns == BOARD_NEVER)
        end(board);
}
