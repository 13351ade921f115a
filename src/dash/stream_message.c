/* stream_message.c - what a stream tells its client next.
 *
 * A stream remembers which change of each endpoint it has told. When its client takes bytes, it is
 * told the present values of what has changed since: the last value wins, and a slow reader costs
 * nobody anything. A message is one turn over all endpoints; one that is longer than the memory
 * goes out in pieces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"

/* --- what is due --- */

static bool is_told(const struct flota_dash_stream *stream, size_t index)
{
    size_t count = stream->dash->config.endpoint_count;
    return index == count ? stream->told_status : stream->told >> index & 1u;
}

static void set_told(struct flota_dash_stream *stream, size_t index, uint32_t known)
{
    if (index == stream->dash->config.endpoint_count)
        stream->told_status = true;
    else
        stream->told |= (uint32_t)1 << index;
    stream->known[index] = known;
}

/* Files are read by those who want them; custom endpoints have no values. */
static bool is_live(const struct flota_dash_stream *stream, size_t index)
{
    const struct flota_dash_config *config = &stream->dash->config;
    if (index == config->endpoint_count)
        return config->status && (stream->level < 0 ? config->status_level == 0
                                                    : stream->level >= config->status_level);
    const struct flota_endpoint *endpoint = &config->endpoints[index];
    return stream->level >= endpoint->read_level && endpoint->type != FLOTA_ENDPOINT_FILES &&
           endpoint->type != FLOTA_ENDPOINT_CUSTOM;
}

/* What the endpoint's state counts: changes, or entries. */
static uint32_t count_of(const struct flota_dash_stream *stream, size_t index)
{
    const struct flota_dash *dash = stream->dash;
    if (index == dash->config.endpoint_count)
        return dash->status.change;
    const struct flota_endpoint *endpoint = &dash->config.endpoints[index];
    return endpoint->type == FLOTA_ENDPOINT_EVENTS ? endpoint->state->reported
                                                   : endpoint->state->change;
}

static bool is_due(const struct flota_dash_stream *stream, size_t index)
{
    return is_live(stream, index) &&
           (!is_told(stream, index) || stream->known[index] != count_of(stream, index));
}

/* The next one from here on; endpoint_count + 1: none. */
static size_t next_due(const struct flota_dash_stream *stream, size_t index)
{
    size_t end = stream->dash->config.endpoint_count + 1;
    while (index < end && !is_due(stream, index))
        index++;
    return index;
}

/* --- messages --- */

static const char *name_of(const struct flota_dash *dash, size_t index)
{
    return index == dash->config.endpoint_count ? "firmware_update"
                                                : dash->config.endpoints[index].name;
}

/* What is told now is the present: changes from here on are told again. */
static void begin_part(struct flota_dash_stream *stream, size_t index)
{
    struct flota_dash *dash = stream->dash;
    bool is_status = index == dash->config.endpoint_count;
    const struct flota_endpoint *endpoint = is_status ? NULL : &dash->config.endpoints[index];
    bool goes_on = is_told(stream, index);
    if (endpoint)
        dash_note_now(dash, endpoint);
    else if (!goes_on)
        dash_note_status(dash);
    if (endpoint && endpoint->type == FLOTA_ENDPOINT_EVENTS && goes_on)
        dash_part_begin_events(&stream->part, endpoint, stream->known[index]);
    else
        dash_part_begin(&stream->part, endpoint);
    set_told(stream, index, count_of(stream, index));
}

/* Returns false when there is no room. */
static bool write_name(struct flota_dash_stream *stream, size_t index, struct flota_json *json)
{
    size_t size = json->size;
    if (stream->has_member)
        flota_json_raw(json, ",");
    flota_json_string(json, name_of(stream->dash, index), SIZE_MAX);
    flota_json_raw(json, ":");
    if (!json->full) {
        stream->has_member = true;
        return true;
    }
    json->full = false;
    json->size = size;
    return false;
}

/* Returns whether all members of this turn are written. */
static bool write_members(struct flota_dash_stream *stream, struct flota_json *json)
{
    size_t end = stream->dash->config.endpoint_count + 1;
    for (;;) {
        if (!stream->in_part) {
            stream->next = (uint8_t)next_due(stream, stream->next);
            if (stream->next == end)
                return true;
            if (!write_name(stream, stream->next, json))
                return false;
            begin_part(stream, stream->next);
            stream->in_part = true;
        }
        if (!dash_part_write(&stream->part, stream->dash, json))
            return false;
        stream->in_part = false;
        stream->next++;
    }
}

static void begin_message(struct flota_dash_stream *stream, struct flota_json *json,
                          uint32_t now_ms)
{
    flota_json_raw(json, stream->websocket ? "{" : "data: {");
    stream->in_message = true;
    stream->in_part = stream->has_member = false;
    stream->next = 0;
    stream->written_ms = now_ms;
}

static void end_message(struct flota_dash_stream *stream, struct flota_json *json)
{
    flota_json_raw(json, stream->websocket ? "}" : "}\n\n");
    stream->in_message = false;
}

/* Is there something to tell, if only that the device is alive? */
static bool wants_message(const struct flota_dash_stream *stream, uint32_t now_ms)
{
    return next_due(stream, 0) <= stream->dash->config.endpoint_count ||
           now_ms - stream->written_ms >= FLOTA_DASH_HEARTBEAT_MS;
}

#define MESSAGE_MIN 64u /* bytes free for a message to begin: its frame, and a name of 31 */
#define END_MAX     3u  /* bytes of end_message() */
#define PIECES_MAX  8u  /* on their way: each may cost the network a segment */

void dash_stream_fill(struct flota_dash_stream *stream, uint32_t now_ms)
{
    struct flota_json json;
    struct flota_dash_outbox *out = &stream->out;
    bool was_empty = dash_out_is_empty(out);
    if (!stream->in_message && !wants_message(stream, now_ms))
        return;
    if (out->pieces >= PIECES_MAX || out->room - out->size < MESSAGE_MIN ||
        !dash_out_begin(out, &json, END_MAX))
        return;
    if (!stream->in_message)
        begin_message(stream, &json, now_ms);
    bool is_whole = write_members(stream, &json);
    json.capacity += END_MAX;
    if (is_whole)
        end_message(stream, &json);
    stream->is_ended |= was_empty && json.size == 0; /* a value that does not even fit alone */
    dash_out_add(out, json.size, now_ms);
}
