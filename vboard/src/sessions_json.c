/* sessions_json.c - sessions as the board page reads them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "instruments.h"
#include "page_json.h"
#include "sessions.h"

#include <inttypes.h>

static void write_time(FILE *out, const char *name, uint64_t ns)
{
    if (ns == BOARD_NEVER)
        fprintf(out, "\"%s\":null,", name);
    else
        fprintf(out, "\"%s\":%.6f,", name, (double)ns / 1e9);
}

/* The option bytes belong to no bank. */
static unsigned bank_number(uint8_t kind, uint8_t bank)
{
    return kind == KIND_OPTIONS ? 0u : bank + 1u;
}

static void write_resets(FILE *out, const struct session *session)
{
    uint64_t kept = session->reset_count < SESSION_RESETS ? session->reset_count : SESSION_RESETS;
    fprintf(out, "\"reset_count\":%" PRIu64 ",\"resets\":[", session->reset_count);
    for (uint64_t i = session->reset_count - kept; i < session->reset_count; i++) {
        const struct session_reset *reset = &session->resets[i % SESSION_RESETS];
        fprintf(out, "%s[%.6f,\"%s\"]", i > session->reset_count - kept ? "," : "",
                (double)reset->at_ns / 1e9, page_json_reset_name(reset->cause));
    }
    fputs("],", out);
}

/* Where the core saw the operation's first word. */
static uint32_t address_of(const struct session *session, const struct operation_record *record)
{
    uint32_t half = session->swapped ? 1u - record->bank : record->bank;
    return 0x08000000u + half * BANK_SIZE + record->word * 32u;
}

/* What the loss of power tore. */
static void write_torn(FILE *out, const struct session *session)
{
    fputs("\"torn\":[", out);
    for (size_t i = 0; i < session->torn_count; i++) {
        const struct operation_record *record = &session->torn[i];
        fprintf(out,
                "%s{\"operation\":%" PRIu64 ",\"kind\":\"%s\",\"bank\":%u,\"word\":%u,"
                "\"count\":%u,\"sector\":%u,\"address\":%u}",
                i ? "," : "", record->number, page_json_kind_name(record->kind),
                bank_number(record->kind, record->bank), record->word, record->count,
                record->word * 32 / SECTOR_SIZE, address_of(session, record));
    }
    fputs("],", out);
}

static void write_cut(FILE *out, const struct session *session)
{
    if (!session->was_cut)
        fputs("\"cut\":null", out);
    else
        fprintf(out, "\"cut\":{\"operation\":%" PRIu64 ",\"model\":\"%s\"}", session->cut_number,
                cut_model_name(session->cut_model));
}

static void write_session(FILE *out, const struct session *session)
{
    fprintf(out, "{\"id\":%" PRIu64 ",\"wall_s\":%" PRId64 ",", session->id, session->wall_s);
    write_time(out, "start_s", session->start_ns);
    write_time(out, "end_s", session->end_ns);
    fprintf(out,
            "\"first\":%" PRIu64 ",\"programs\":%" PRIu64 ",\"erases\":%" PRIu64
            ",\"options\":%" PRIu64 ",\"spans\":%zu,\"forgotten\":%zu,",
            session->first_number, session->count[KIND_PROGRAM], session->count[KIND_ERASE],
            session->count[KIND_OPTIONS], session->spans_forgotten + session->span_count,
            session->spans_forgotten);
    write_resets(out, session);
    write_torn(out, session);
    write_cut(out, session);
}

void sessions_json(FILE *out, const struct board *board)
{
    uint64_t last = board->sessions ? board->sessions->last_id : 0;
    const char *separator = "";
    fprintf(out, "{\"time_s\":%.6f,\"sessions\":[", (double)board->now_ns / 1e9);
    for (uint64_t id = last > SESSION_COUNT ? last - SESSION_COUNT + 1 : 1; id <= last; id++) {
        fputs(separator, out);
        write_session(out, sessions_find(board, id));
        fputc('}', out);
        separator = ",";
    }
    fputs("]}\n", out);
}

static void write_span(FILE *out, const struct session_span *span)
{
    static const char *const ends[] = {[END_RUNNING] = "running",
                                       [END_DONE] = "done",
                                       [END_TORN] = "torn",
                                       [END_REFUSED] = "refused"};
    fprintf(out, "[%u,\"%s\",%.6f,", bank_number(span->kind, span->bank),
            page_json_kind_name(span->kind), (double)span->start_ns / 1e9);
    if (span->end_ns == BOARD_NEVER)
        fputs("null", out);
    else
        fprintf(out, "%.6f", (double)span->end_ns / 1e9);
    fprintf(out, ",%" PRIu64 ",%u,%u,%u,\"%s\"]", span->first, span->count, span->word, span->words,
            ends[span->end]);
}

bool session_json(FILE *out, const struct board *board, uint64_t id, size_t since)
{
    const struct session *session = sessions_find(board, id);
    size_t from;
    if (!session)
        return false;
    from = since > session->spans_forgotten ? since - session->spans_forgotten : 0;
    write_session(out, session);
    fprintf(out, ",\"time_s\":%.6f,\"from\":%zu,\"list\":[", (double)board->now_ns / 1e9,
            session->spans_forgotten + from);
    for (size_t i = from; i < session->span_count; i++) {
        if (i > from)
            fputc(',', out);
        write_span(out, &session->spans[i]);
    }
    fputs("]}\n", out);
    return true;
}
