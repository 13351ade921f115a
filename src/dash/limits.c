/* limits.c - what a field accepts: from min to max, or one of its options.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include "json.h"
#include <float.h>
#include <stdio.h>
#include <string.h>

static double number_of(const struct flota_field *field, const void *data)
{
    int32_t integer;
    double number;
    if (field->type == FLOTA_FIELD_INT) {
        memcpy(&integer, data, sizeof integer);
        return integer;
    }
    memcpy(&number, data, sizeof number);
    return number;
}

static void number_text(double value, char *text, size_t size)
{
    struct flota_json json;
    flota_json_begin(&json, text, size);
    json_write_double(&json, value);
}

static int refuse_range(const struct flota_field *field, struct flota_dash_fault *fault)
{
    char min[32], max[32], remedy[96];
    number_text(field->min, min, sizeof min);
    number_text(field->max, max, sizeof max);
    if (field->min < -DBL_MAX)
        snprintf(remedy, sizeof remedy, "send at most %s", max);
    else if (field->max > DBL_MAX)
        snprintf(remedy, sizeof remedy, "send at least %s", min);
    else
        snprintf(remedy, sizeof remedy, "send a number from %s to %s", min, max);
    dash_fault(fault, field->name, "is out of range", remedy);
    return FLOTA_ERR_BAD_VALUE;
}

static int refuse_option(const struct flota_field *field, struct flota_dash_fault *fault)
{
    char remedy[96] = "send one of: ";
    size_t used = strlen(remedy);
    for (size_t i = 0; field->options[i] && used < sizeof remedy - 1; i++)
        used += (size_t)snprintf(remedy + used, sizeof remedy - used, "%s%s", i ? ", " : "",
                                 field->options[i]);
    dash_fault(fault, field->name, "is none of its options", remedy);
    return FLOTA_ERR_BAD_VALUE;
}

static bool is_option(const struct flota_field *field, const char *text)
{
    for (size_t i = 0; field->options[i]; i++)
        if (strcmp(field->options[i], text) == 0)
            return true;
    return false;
}

static int check_options(const struct flota_field *field, const void *data,
                         struct flota_dash_fault *fault)
{
    char text[16];
    const char *value = data;
    if (!field->options)
        return 0;
    if (field->type == FLOTA_FIELD_INT) {
        number_text(number_of(field, data), text, sizeof text);
        value = text;
    }
    return is_option(field, value) ? 0 : refuse_option(field, fault);
}

int dash_check_limits(const struct flota_field *field, const void *data,
                      struct flota_dash_fault *fault)
{
    bool is_number = field->type == FLOTA_FIELD_INT || field->type == FLOTA_FIELD_DOUBLE;
    if (is_number && field->is_limited) {
        double value = number_of(field, data);
        if (value < field->min || value > field->max)
            return refuse_range(field, fault);
    }
    return check_options(field, data, fault);
}
