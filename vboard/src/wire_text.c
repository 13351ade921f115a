/* wire_text.c - see wire_text.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* strndup */
#include "wire_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_MIN 10000u
#define RATE_MAX 100000000u
#define TIME_MAX 3600e9 /* ns */

static char message[200];

static const char *wrong(const char *key, const char *value, const char *need)
{
    snprintf(message, sizeof message, "%s=%.40s: %s", key, value, need);
    return message;
}

struct unit {
    const char *name;
    double factor;
};

static const struct unit time_units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {0}};
static const struct unit rate_units[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {0}};
static const struct unit part_units[] = {{"", 1}, {"%", 0.01}, {0}};

/* A number and its unit, up to the text's end. strtod() would also take "inf" and hexadecimals. */
static bool parse_quantity(const char *text, const struct unit *units, double *value)
{
    char *end;
    if (strspn(text, "0123456789.") == 0)
        return false;
    *value = strtod(text, &end);
    if (end == text || strspn(text, "0123456789.") != (size_t)(end - text))
        return false;
    for (; units->name; units++) {
        if (strcmp(end, units->name) == 0) {
            *value *= units->factor;
            return true;
        }
    }
    return false;
}

static bool parse_time(const char *text, uint64_t *ns)
{
    double value;
    if ((!parse_quantity(text, time_units, &value) && strcmp(text, "0") != 0))
        return false;
    if (strcmp(text, "0") == 0)
        value = 0;
    *ns = (uint64_t)value;
    return value <= TIME_MAX;
}

static const char *set_time(const char *key, const char *text, uint64_t *ns)
{
    return parse_time(text, ns) ? NULL
                                : wrong(key, text, "a time is needed, e.g. 5ms, up to 3600s");
}

static const char *set_part(const char *key, const char *text, double *part)
{
    bool good = parse_quantity(text, part_units, part) && *part <= 1;
    return good ? NULL : wrong(key, text, "a part of all frames is needed, e.g. 0.01 or 1%");
}

static const char *set_rate(const char *text, uint64_t *rate)
{
    double value;
    if (!parse_quantity(text, rate_units, &value) || value < RATE_MIN || value > RATE_MAX)
        return wrong("rate", text,
                     "bits per second are needed, 10k to 100M (the board has no more)");
    *rate = (uint64_t)value;
    return NULL;
}

/* --- down and up --- */

static void add_plug(struct wire_change *change, uint64_t at_ns, bool plugged)
{
    change->plugs[change->plug_count++] = (struct wire_plug){at_ns, plugged};
}

static const char *set_down(char *text, struct wire_change *change)
{
    uint64_t from_ns, to_ns;
    char *dash = strchr(text, '-');
    if (change->plug_count + 2 > WIRE_PLUGS)
        return wrong("down", text, "too many of them");
    if (strcmp(text, "now") == 0) {
        add_plug(change, 0, false);
        return NULL;
    }
    if (dash)
        *dash = '\0';
    bool good =
        dash && parse_time(text, &from_ns) && parse_time(dash + 1, &to_ns) && from_ns < to_ns;
    if (dash)
        *dash = '-';
    if (!good)
        return wrong("down", text, "now is needed, or from and to, e.g. 2s-3s");
    add_plug(change, from_ns, false);
    add_plug(change, to_ns, true);
    return NULL;
}

static const char *set_up(const char *text, struct wire_change *change)
{
    if (strcmp(text, "now") != 0)
        return wrong("up", text, "only up=now is possible");
    change->plugs_forgotten = true;
    change->plug_count = 0;
    add_plug(change, 0, true);
    return NULL;
}

/* --- keys --- */

static const char *set_quality(const char *key, const char *value, struct wire_change *change)
{
    struct wire_settings *settings = &change->settings;
    change->is_link_quality = true;
    if (strcmp(key, "rate") == 0)
        return set_rate(value, &settings->rate);
    if (strcmp(key, "rtt") == 0)
        return set_time(key, value, &settings->rtt_ns);
    if (strcmp(key, "jitter") == 0)
        return set_time(key, value, &settings->jitter_ns);
    if (strcmp(key, "loss") == 0)
        return set_part(key, value, &settings->loss);
    if (strcmp(key, "dup") == 0)
        return set_part(key, value, &settings->duplicate);
    if (strcmp(key, "reorder") == 0)
        return set_part(key, value, &settings->reorder);
    snprintf(message, sizeof message,
             "%.40s: no such setting: rate, rtt, loss, dup, reorder, jitter, down, up", key);
    return message;
}

static const char *set(char *item, struct wire_change *change)
{
    char *value = strchr(item, '=');
    if (!value || value == item) {
        snprintf(message, sizeof message, "\"%.40s\": KEY=VALUE is needed, e.g. rtt=1ms", item);
        return message;
    }
    *value++ = '\0';
    if (strcmp(item, "down") == 0)
        return set_down(value, change);
    if (strcmp(item, "up") == 0)
        return set_up(value, change);
    return set_quality(item, value, change);
}

const char *wire_text_parse(const char *text, struct wire_change *change)
{
    char *copy = strdup(text), *rest = copy, *item;
    const char *error = copy ? NULL : "not enough memory";
    while (!error && (item = strsep(&rest, ",")) != NULL)
        error = set(item, change);
    free(copy);
    return error;
}
