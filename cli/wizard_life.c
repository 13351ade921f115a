/* wizard_life.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_life.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVE_MS   200u
#define REPORT_MS 4000u
#define PERIOD_S  20.0 /* of the first one; each further one is slower */
#define TWO_PI    6.283185307179586

/* --- numbers --- */

struct range {
    bool has_min, has_max;
    double min, max;
};

/* A gauge tells what to expect of a value that has no limits of its own. */
static void look_for_range(const struct dashboard_element *elements, size_t count,
                           const struct dashboard_attribute *attribute, struct range *range)
{
    for (size_t i = 0; i < count; i++) {
        const struct dashboard_element *element = &elements[i];
        look_for_range(element->elements, element->element_count, attribute, range);
        if (element->value.attribute != attribute)
            continue;
        if (element->has_min && !range->has_min)
            range->min = element->min;
        if (element->has_max && !range->has_max)
            range->max = element->max;
        range->has_min = range->has_min || element->has_min;
        range->has_max = range->has_max || element->has_max;
    }
}

static struct range range_of(const struct dashboard *dashboard,
                             const struct dashboard_attribute *attribute)
{
    struct range range = {attribute->has_min, attribute->has_max, attribute->min, attribute->max};
    for (size_t i = 0; i < dashboard->page_count; i++)
        for (size_t k = 0; k < dashboard->pages[i].panel_count; k++)
            look_for_range(dashboard->pages[i].panels[k].elements,
                           dashboard->pages[i].panels[k].element_count, attribute, &range);
    return range;
}

/* Between its limits; a side without one is a distance from where it begins. */
static double wave(const struct range *range, double start, unsigned index, double seconds)
{
    double reach = fabs(start) > 10 ? fabs(start) / 5 : 2;
    double low = range->has_min ? range->min : start - reach;
    double high = range->has_max ? range->max : start + reach;
    if (range->has_min && !range->has_max)
        high = low + 2 * fmax(reach, start - low);
    if (range->has_max && !range->has_min)
        low = high - 2 * fmax(reach, high - start);
    double turn = seconds / (PERIOD_S + 3.0 * index) + 0.31 * index;
    return low + (high - low) * (0.5 + 0.45 * sin(turn * TWO_PI));
}

static void put_number(char *row, const struct flota_field *field, double value)
{
    if (field->type == FLOTA_FIELD_DOUBLE) {
        value = round(value * 100) / 100; /* a sensor has no sixteen digits */
        if (wizard_field_allows(field, &value))
            memcpy(row + field->offset, &value, sizeof value);
        return;
    }
    int32_t whole = value >= INT32_MAX   ? INT32_MAX
                    : value <= INT32_MIN ? INT32_MIN
                                         : (int32_t)lround(value);
    if (wizard_field_allows(field, &whole))
        memcpy(row + field->offset, &whole, sizeof whole);
}

static void move(const struct dashboard *dashboard, struct flota_endpoint *endpoint,
                 const struct dashboard_endpoint *source, unsigned first, double seconds)
{
    for (size_t i = 0; i < source->attribute_count; i++) {
        const struct dashboard_attribute *attribute = &source->attributes[i];
        bool is_number = attribute->type == DASHBOARD_INT || attribute->type == DASHBOARD_DOUBLE;
        if (!attribute->read_only || !is_number)
            continue;
        struct range range = range_of(dashboard, attribute);
        for (unsigned row = 0; row < endpoint->rows; row++)
            put_number((char *)endpoint->data + row * endpoint->size, &endpoint->fields[i],
                       wave(&range, attribute->initial.number, first + (unsigned)i + row, seconds));
    }
}

static void move_all(struct wizard_tables *tables, double seconds)
{
    for (size_t i = 0; i < tables->count; i++) {
        struct flota_endpoint *endpoint = &tables->endpoints[i];
        bool has_values =
            endpoint->type == FLOTA_ENDPOINT_DATA || endpoint->type == FLOTA_ENDPOINT_ARRAY;
        if (has_values && !endpoint->config)
            move(tables->dashboard, endpoint, tables->sources[i], (unsigned)i * 5u, seconds);
    }
}

/* --- entries --- */

static void put_text(char *place, const struct flota_field *field, unsigned number)
{
    static const char *const texts[] = {"door opened", "door closed", "mains is back",
                                        "temperature above its limit", "self-test passed"};
    size_t count = 0;
    while (field->options && field->options[count])
        count++;
    if (count > 0)
        snprintf(place, field->size, "%s", field->options[number % count]);
    else
        snprintf(place, field->size, "%s (mock %u)", texts[number % 5], number);
}

static int32_t option_number(const struct flota_field *field, unsigned number)
{
    size_t count = 0;
    while (field->options[count])
        count++;
    return (int32_t)strtol(field->options[number % count], NULL, 10);
}

static double entry_number(const struct dashboard_attribute *attribute, unsigned number)
{
    const struct range range = {attribute->has_min, attribute->has_max, attribute->min,
                                attribute->max};
    return wave(&range, attribute->initial.number, number, number);
}

static void put_entry_field(char *entry, const struct flota_field *field,
                            const struct dashboard_attribute *attribute, unsigned number,
                            uint32_t now_ms)
{
    char *place = entry + field->offset;
    bool truth = number % 2;
    bool is_time = strstr(field->name, "time") != NULL && !field->is_limited;
    int32_t whole = is_time ? (int32_t)(now_ms / 1000u % INT32_MAX) : (int32_t)number;
    if (field->type == FLOTA_FIELD_STRING)
        put_text(place, field, number);
    else if (field->type == FLOTA_FIELD_BOOL)
        memcpy(place, &truth, sizeof truth);
    else if (field->options && field->options[0])
        memcpy(place, (whole = option_number(field, number), &whole), sizeof whole);
    else if (field->is_limited || field->type == FLOTA_FIELD_DOUBLE)
        put_number(entry, field, entry_number(attribute, number));
    else
        memcpy(place, &whole, sizeof whole);
}

static void report(struct flota_endpoint *endpoint, const struct dashboard_endpoint *source,
                   unsigned number, uint32_t now_ms)
{
    union {
        max_align_t any;
        char bytes[FLOTA_DASH_SCRATCH_MAX];
    } entry;
    memset(&entry, 0, sizeof entry);
    for (size_t i = 0; i < source->attribute_count; i++)
        put_entry_field(entry.bytes, &endpoint->fields[i], &source->attributes[i], number, now_ms);
    flota_dash_report(endpoint, &entry);
}

static void report_all(struct wizard_life *life, struct wizard_tables *tables, uint32_t now_ms)
{
    life->reports++;
    for (size_t i = 0; i < tables->count; i++)
        if (tables->endpoints[i].type == FLOTA_ENDPOINT_EVENTS)
            report(&tables->endpoints[i], tables->sources[i], life->reports, now_ms);
}

void wizard_life_turn(struct wizard_life *life, struct wizard_tables *tables, uint32_t now_ms)
{
    if (now_ms - life->moved_ms >= MOVE_MS) {
        life->moved_ms = now_ms;
        move_all(tables, now_ms / 1000.0);
    }
    if (now_ms - life->reported_ms >= REPORT_MS) {
        life->reported_ms = now_ms;
        report_all(life, tables, now_ms);
    }
}
