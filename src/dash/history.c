/* history.c - samples of fields, made by the device itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "json.h"
#include <math.h>
#include <string.h>

static float value_of(const struct flota_field *field, const void *data)
{
    const char *value = (const char *)data + field->offset;
    int32_t integer;
    double number;
    if (field->type == FLOTA_FIELD_INT) {
        memcpy(&integer, value, sizeof integer);
        return (float)integer;
    }
    memcpy(&number, value, sizeof number);
    return (float)number;
}

static void push(struct flota_history *history, float value)
{
    history->values[history->next] = value;
    history->next = (uint16_t)((history->next + 1u) % history->points);
}

static void start(struct flota_history *history, uint32_t now_ms)
{
    for (size_t i = 0; i < history->points; i++)
        history->values[i] = NAN;
    history->next = 0;
    history->started = true;
    history->sampled_ms = now_ms - history->interval_ms;
}

/* What could not be sampled in time is not made up. */
static void skip(struct flota_history *history, uint32_t missed)
{
    for (uint32_t i = 0; i < missed && i < history->points; i++)
        push(history, NAN);
}

static bool is_due(struct flota_history *history, uint32_t now_ms)
{
    if (!history->started)
        start(history, now_ms);
    return now_ms - history->sampled_ms >= history->interval_ms;
}

void dash_sample(const struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    bool has_read = false;
    for (size_t i = 0; i < endpoint->history_count; i++) {
        struct flota_history *history = &endpoint->histories[i];
        if (!is_due(history, dash->now_ms))
            continue;
        if (!has_read)
            dash_read(dash, endpoint, 0);
        has_read = true;
        uint32_t steps = (dash->now_ms - history->sampled_ms) / history->interval_ms;
        skip(history, steps - 1);
        history->sampled_ms += steps * history->interval_ms;
        push(history, value_of(&endpoint->fields[history->field], endpoint->scratch));
    }
}

float dash_history_point(const struct flota_history *history, uint32_t at)
{
    if (!history->started)
        return NAN;
    return history->values[(history->next + at) % history->points];
}
