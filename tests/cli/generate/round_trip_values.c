/* round_trip_values.c - values that a field takes, and values that it does not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "round_trip.h"
#include <math.h>

static double pick_number(const struct flota_field *field)
{
    bool is_int = field->type == FLOTA_FIELD_INT;
    double least = is_int ? INT32_MIN : -1e6, most = is_int ? INT32_MAX : 1e6;
    if (field->is_limited && field->min > least)
        least = field->min;
    if (field->is_limited && field->max < most)
        most = field->max;
    if (least > most) /* far away from zero */
        least = most = isinf(field->min) ? field->max : field->min;
    switch (chance(4)) {
    case 0:
        return least;
    case 1:
        return most;
    default:
        break;
    }
    double value = least + (most - least) * chance(1000) / 1000;
    return is_int ? floor(value) : value;
}

static cJSON *pick_text(const struct flota_field *field)
{
    static const char *const pieces[] = {"a", "Z", " ", "\"", "\\", "<", "\xc3\xa9", "/", "\t"};
    char text[512] = "";
    while (chance(20) != 0) {
        const char *piece = pieces[chance(sizeof pieces / sizeof *pieces)];
        if (strlen(text) + strlen(piece) + 1 > field->size)
            break;
        strcat(text, piece);
    }
    if (field->is_secret && !text[0])
        strcpy(text, "x");
    return cJSON_CreateString(text);
}

cJSON *pick_good(const struct flota_field *field)
{
    size_t count = 0;
    while (field->options && field->options[count])
        count++;
    if (count > 0 && field->type == FLOTA_FIELD_STRING)
        return cJSON_CreateString(field->options[chance((uint32_t)count)]);
    if (count > 0)
        return cJSON_CreateNumber(strtod(field->options[chance((uint32_t)count)], NULL));
    if (field->type == FLOTA_FIELD_BOOL)
        return cJSON_CreateBool(chance(2) == 0);
    return field->type == FLOTA_FIELD_STRING ? pick_text(field)
                                             : cJSON_CreateNumber(pick_number(field));
}

static cJSON *too_long(const struct flota_field *field)
{
    char text[512];
    memset(text, 'x', field->size);
    text[field->size] = '\0';
    return cJSON_CreateString(text);
}

/* Of a wrong type, or outside. */
cJSON *pick_bad(const struct flota_field *field)
{
    bool outside = chance(2) == 0;
    if (field->type == FLOTA_FIELD_STRING)
        return outside ? too_long(field) : cJSON_CreateNumber(5);
    if (field->type == FLOTA_FIELD_BOOL)
        return outside ? cJSON_CreateNumber(1) : cJSON_CreateString("true");
    if (!outside)
        return cJSON_CreateString("1");
    if (field->type == FLOTA_FIELD_INT)
        return chance(2) ? cJSON_CreateNumber(0.5) : cJSON_CreateNumber(2147483648.0);
    if (field->is_limited && !isinf(field->max) && field->max < 1e300)
        return cJSON_CreateNumber(field->max + fabs(field->max) + 1);
    return cJSON_CreateBool(true);
}

bool same(const cJSON *a, const cJSON *b)
{
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return fabs(a->valuedouble - b->valuedouble) <= 1e-9 * fabs(b->valuedouble);
    return cJSON_Compare(a, b, true);
}
