/* wizard_values.c - what the live page holds survives the next description: wizard_tables.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_tables.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double number_of(const struct flota_field *field, const void *value)
{
    int32_t whole;
    double number;
    if (field->type == FLOTA_FIELD_INT) {
        memcpy(&whole, value, sizeof whole);
        return whole;
    }
    memcpy(&number, value, sizeof number);
    return number;
}

static bool is_option(const struct flota_field *field, const void *value)
{
    char number[16];
    const char *text = value;
    if (!field->options)
        return true;
    if (field->type == FLOTA_FIELD_INT) {
        snprintf(number, sizeof number, "%ld", (long)number_of(field, value));
        text = number;
    }
    for (size_t i = 0; field->options[i]; i++)
        if (strcmp(field->options[i], text) == 0)
            return true;
    return false;
}

bool wizard_field_allows(const struct flota_field *field, const void *value)
{
    if (field->type == FLOTA_FIELD_BOOL)
        return true;
    if (!is_option(field, value))
        return false;
    if (field->type == FLOTA_FIELD_STRING)
        return strnlen(value, field->size) < field->size;
    double number = number_of(field, value);
    return !field->is_limited || (number >= field->min && number <= field->max);
}

static const struct flota_field *find_field(const struct flota_endpoint *endpoint,
                                            const struct flota_field *like)
{
    for (size_t i = 0; i < endpoint->field_count; i++) {
        const struct flota_field *field = &endpoint->fields[i];
        if (strcmp(field->name, like->name) == 0 && field->type == like->type)
            return field;
    }
    return NULL;
}

static struct flota_endpoint *find_endpoint(const struct wizard_tables *tables,
                                            const struct flota_endpoint *like)
{
    for (size_t i = 0; i < tables->count; i++) {
        const struct flota_endpoint *endpoint = &tables->endpoints[i];
        if (strcmp(endpoint->name, like->name) == 0 && endpoint->type == like->type)
            return (struct flota_endpoint *)(uintptr_t)endpoint;
    }
    return NULL;
}

static void take_value(char *row, const struct flota_field *field, const char *old_row,
                       const struct flota_field *old)
{
    char value[FLOTA_DASH_SCRATCH_MAX] = "";
    size_t size = old->size < field->size ? old->size : field->size;
    memcpy(value, old_row + old->offset, old->size);
    if (wizard_field_allows(field, value))
        memcpy(row + field->offset, value, size);
}

static void take_rows(struct flota_endpoint *endpoint, const struct flota_endpoint *old)
{
    size_t rows = endpoint->rows < old->rows ? endpoint->rows : old->rows;
    for (size_t i = 0; i < endpoint->field_count; i++) {
        const struct flota_field *was = find_field(old, &endpoint->fields[i]);
        for (size_t row = 0; was && row < rows; row++)
            take_value((char *)endpoint->data + row * endpoint->size, &endpoint->fields[i],
                       (const char *)old->data + row * old->size, was);
    }
}

static bool is_same_history(const struct flota_history *a, const struct flota_endpoint *of_a,
                            const struct flota_history *b, const struct flota_endpoint *of_b)
{
    const struct flota_field *field = &of_a->fields[a->field], *other = &of_b->fields[b->field];
    return a->points == b->points && a->interval_ms == b->interval_ms &&
           field->type == other->type && strcmp(field->name, other->name) == 0;
}

static void take_histories(struct flota_endpoint *endpoint, const struct flota_endpoint *old)
{
    for (size_t i = 0; i < endpoint->history_count; i++)
        for (size_t j = 0; j < old->history_count; j++) {
            struct flota_history *history = &endpoint->histories[i];
            const struct flota_history *was = &old->histories[j];
            if (!is_same_history(history, endpoint, was, old))
                continue;
            float *values = history->values;
            uint8_t field = history->field;
            *history = *was;
            history->field = field;
            history->values = values;
            memcpy(values, was->values, was->points * sizeof *values);
        }
}

/* Entries lie in a ring: they stay when nothing about it has changed. */
static bool is_same_ring(const struct flota_endpoint *endpoint, const struct flota_endpoint *old)
{
    bool same = endpoint->size == old->size && endpoint->rows == old->rows &&
                endpoint->keep == old->keep && endpoint->field_count == old->field_count;
    for (size_t i = 0; same && i < endpoint->field_count; i++) {
        const struct flota_field *was = find_field(old, &endpoint->fields[i]);
        same = was && was->offset == endpoint->fields[i].offset;
    }
    return same;
}

static void take_ring(struct flota_endpoint *endpoint, const struct flota_endpoint *old)
{
    if (!is_same_ring(endpoint, old))
        return;
    memcpy(endpoint->data, old->data, (size_t)old->rows * old->size);
    endpoint->state->count = old->state->count;
    endpoint->state->reported = old->state->reported;
}

static void take_files(struct flota_endpoint *endpoint, const struct flota_endpoint *old)
{
    struct flota_dash_ram *ram = endpoint->state->calls.files->context;
    const struct flota_dash_ram *was = old->state->calls.files->context;
    if (!was->is_writing)
        *ram = *was;
}

static void take_text(struct flota_endpoint *endpoint, const struct flota_endpoint *old)
{
    memcpy(endpoint->data, old->data, old->size);
    endpoint->state->count = old->state->count;
}

void wizard_tables_take_over(struct wizard_tables *tables, const struct wizard_tables *old)
{
    for (size_t i = 0; i < tables->count; i++) {
        struct flota_endpoint *endpoint = &tables->endpoints[i];
        const struct flota_endpoint *was = find_endpoint(old, endpoint);
        if (!was)
            continue;
        if (endpoint->type == FLOTA_ENDPOINT_FILES)
            take_files(endpoint, was);
        else if (endpoint->type == FLOTA_ENDPOINT_EVENTS)
            take_ring(endpoint, was);
        else if (endpoint->type == FLOTA_ENDPOINT_CUSTOM)
            take_text(endpoint, was);
        else
            take_rows(endpoint, was);
        if (endpoint->type != FLOTA_ENDPOINT_FILES)
            take_histories(endpoint, was);
    }
}
