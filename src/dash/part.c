/* part.c - JSON that may be longer than the memory for it: written element by element.
 *
 * An element is a row, an entry, a file, a point, or all there is; it is written whole or not at
 * all. What changes meanwhile is seen as it is when its turn comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "json.h"
#include <string.h>

/* --- begin --- */

static uint32_t oldest_event(const struct flota_endpoint *endpoint, uint32_t count)
{
    const struct flota_endpoint_state *state = endpoint->state;
    uint32_t there = state->count < count ? state->count : count;
    return state->reported - there;
}

static uint32_t point_count(const struct flota_endpoint *endpoint)
{
    uint32_t count = 0;
    for (size_t i = 0; i < endpoint->history_count; i++)
        count += endpoint->histories[i].points;
    return count;
}

void dash_part_begin_events(struct flota_dash_part *part, const struct flota_endpoint *endpoint,
                            uint32_t from)
{
    uint32_t oldest = oldest_event(endpoint, endpoint->rows);
    *part = (struct flota_dash_part){.endpoint = endpoint};
    part->at = (int32_t)(from - oldest) > 0 ? from : oldest;
    part->end = endpoint->state->reported;
}

void dash_part_begin(struct flota_dash_part *part, const struct flota_endpoint *endpoint)
{
    *part = (struct flota_dash_part){.endpoint = endpoint, .end = 1};
    if (!endpoint)
        return;
    if (endpoint->type == FLOTA_ENDPOINT_EVENTS)
        dash_part_begin_events(part, endpoint, oldest_event(endpoint, endpoint->keep));
    else if (endpoint->type == FLOTA_ENDPOINT_FILES)
        part->end = UINT32_MAX; /* the list tells */
    else
        part->end = (uint32_t)dash_count(endpoint);
}

void dash_part_begin_history(struct flota_dash_part *part, const struct flota_endpoint *endpoint)
{
    *part = (struct flota_dash_part){.endpoint = endpoint, .is_history = true};
    part->end = point_count(endpoint);
}

/* --- elements: each returns false when there is none any more --- */

static bool write_status(const struct flota_dash *dash, struct flota_json *json)
{
    char *text = json->text + json->size;
    int size = dash->config.status(dash->config.context, text, json->capacity - json->size);
    json->full = size < 0;
    if (size > 0)
        json->size += (size_t)size;
    return true;
}

static bool write_row(struct flota_dash_part *part, const struct flota_dash *dash,
                      struct flota_json *json)
{
    if (part->endpoint->type == FLOTA_ENDPOINT_ARRAY && part->at >= dash_count(part->endpoint))
        return false;
    dash_read(dash, part->endpoint, part->at);
    dash_write_values(part->endpoint, part->endpoint->scratch, json);
    return true;
}

/* One that was overwritten meanwhile is left out. */
static bool write_event(struct flota_dash_part *part, struct flota_json *json)
{
    const struct flota_endpoint *endpoint = part->endpoint;
    uint32_t oldest = oldest_event(endpoint, endpoint->rows);
    if ((int32_t)(oldest - part->at) > 0)
        part->at = oldest;
    if ((int32_t)(part->end - part->at) <= 0)
        return false;
    const char *data = endpoint->data;
    dash_write_values(endpoint, data + part->at % endpoint->rows * endpoint->size, json);
    return true;
}

static bool write_file(struct flota_dash_part *part, struct flota_json *json)
{
    const struct flota_files *files = dash_files(part->endpoint);
    char name[32];
    uint32_t size;
    if (!files || files->list(files->context, part->at, name, &size) <= 0)
        return false;
    flota_json_raw(json, "{");
    flota_json_text(json, "name", name);
    flota_json_number(json, "size", size);
    flota_json_raw(json, "}");
    return true;
}

static bool write_action(const struct flota_dash_part *part, const struct flota_dash *dash,
                         struct flota_json *json)
{
    flota_json_raw(json, "{");
    flota_json_text(json, "state", dash_action_text(dash_action_state(dash, part->endpoint)));
    flota_json_raw(json, "}");
    return true;
}

static void write_seconds(const struct flota_history *history, struct flota_json *json)
{
    flota_json_raw(json, "{\"seconds\":");
    json_write_double(json, history->interval_ms / 1000.0);
    flota_json_raw(json, ",\"points\":[");
}

static bool write_point(const struct flota_dash_part *part, struct flota_json *json)
{
    const struct flota_endpoint *endpoint = part->endpoint;
    const struct flota_history *history = endpoint->histories;
    uint32_t at = part->at;
    for (; at >= history->points; history++)
        at -= history->points;
    if (at == 0) {
        flota_json_string(json, endpoint->fields[history->field].name, SIZE_MAX);
        flota_json_raw(json, ":");
        write_seconds(history, json);
    }
    json_write_float(json, dash_history_point(history, at));
    if (at + 1 == history->points)
        flota_json_raw(json, "]}");
    else
        flota_json_raw(json, ",");
    return true;
}

static bool write_element(struct flota_dash_part *part, const struct flota_dash *dash,
                          struct flota_json *json)
{
    if (!part->endpoint)
        return write_status(dash, json);
    if (part->is_history)
        return write_point(part, json);
    switch (part->endpoint->type) {
    case FLOTA_ENDPOINT_ACTION:
        return write_action(part, dash, json);
    case FLOTA_ENDPOINT_EVENTS:
        return write_event(part, json);
    case FLOTA_ENDPOINT_FILES:
        return write_file(part, json);
    default:
        return write_row(part, dash, json);
    }
}

/* --- all of it --- */

/* What stands around and between the elements. */
struct frame {
    const char *begin, *comma, *end;
};

static struct frame frame_of(const struct flota_dash_part *part)
{
    if (part->is_history)
        return (struct frame){"{", "", "}"}; /* points bring commas and brackets of their own */
    if (part->endpoint && (part->endpoint->type == FLOTA_ENDPOINT_ARRAY ||
                           part->endpoint->type == FLOTA_ENDPOINT_EVENTS ||
                           part->endpoint->type == FLOTA_ENDPOINT_FILES))
        return (struct frame){"[", ",", "]"};
    return (struct frame){"", "", ""};
}

/* Take back what was written since `size` when not all of it had room. */
static bool fits(struct flota_json *json, size_t size)
{
    if (!json->full)
        return true;
    json->full = false;
    json->size = size;
    json->text[size] = '\0';
    return false;
}

static bool write_text(struct flota_json *json, const char *text)
{
    size_t size = json->size;
    flota_json_raw(json, text);
    return fits(json, size);
}

enum step { STEP_WRITTEN, STEP_NO_ROOM, STEP_NONE };

/* Of histories: the comma between two of them. */
static bool begins_history(const struct flota_dash_part *part)
{
    uint32_t at = 0;
    for (size_t i = 0; part->is_history && i < part->endpoint->history_count; i++) {
        if (part->at == at && at > 0)
            return true;
        at += part->endpoint->histories[i].points;
    }
    return false;
}

static enum step write_next(struct flota_dash_part *part, const struct flota_dash *dash,
                            const char *comma, struct flota_json *json)
{
    size_t size = json->size;
    if (part->at == part->end)
        return STEP_NONE;
    if (begins_history(part) || (part->has_element && comma[0]))
        flota_json_raw(json, ",");
    if (!write_element(part, dash, json)) {
        json->full = true; /* the comma goes */
        fits(json, size);
        return STEP_NONE;
    }
    if (!fits(json, size))
        return STEP_NO_ROOM;
    part->has_element = true;
    part->at++;
    return STEP_WRITTEN;
}

bool dash_part_write(struct flota_dash_part *part, const struct flota_dash *dash,
                     struct flota_json *json)
{
    const struct frame frame = frame_of(part);
    enum step step = STEP_WRITTEN;
    if (!part->has_begun && !write_text(json, frame.begin))
        return false;
    part->has_begun = true;
    while (step == STEP_WRITTEN)
        step = write_next(part, dash, frame.comma, json);
    return step == STEP_NONE && write_text(json, frame.end);
}
