/* values.c - an endpoint's struct to JSON and back.
 *
 * jsmn splits the text into tokens; the gaps between them are checked here, so that only RFC 8259
 * passes. A change is made in scratch first: all fields are valid, or nothing has happened.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include "json.h"
#include <stdio.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include "jsmn.h"

#define FIELDS_MAX (FLOTA_DASH_FIELDS_MAX + 1) /* an action's pressed */
#define TOKENS_MAX (1 + 2 * FIELDS_MAX)        /* the object, a key and a value per field */

void dash_fault(struct flota_dash_fault *fault, const char *name, const char *what,
                const char *remedy)
{
    if (!fault)
        return;
    if (name)
        snprintf(fault->cause, sizeof fault->cause, "\"%.40s\" %s", name, what);
    else
        snprintf(fault->cause, sizeof fault->cause, "%s", what);
    snprintf(fault->remedy, sizeof fault->remedy, "%s", remedy);
}

static int refuse(struct flota_dash_fault *fault, const char *name, const char *what,
                  const char *remedy)
{
    dash_fault(fault, name, what, remedy);
    return FLOTA_ERR_BAD_VALUE;
}

/* --- to JSON --- */

void dash_write_member(const struct flota_field *field, const void *data, struct flota_json *json)
{
    const unsigned char *value = (const unsigned char *)data + field->offset;
    int32_t integer;
    double number;
    flota_json_key(json, field->name);
    switch (field->type) {
    case FLOTA_FIELD_BOOL:
        flota_json_raw(json, *value ? "true" : "false");
        break;
    case FLOTA_FIELD_INT:
        memcpy(&integer, value, sizeof integer);
        flota_json_integer(json, integer);
        break;
    case FLOTA_FIELD_DOUBLE:
        memcpy(&number, value, sizeof number);
        json_write_double(json, number);
        break;
    case FLOTA_FIELD_STRING:
        flota_json_string(json, (const char *)value, field->is_secret ? 0 : field->size);
        break;
    }
}

void dash_write_values(const struct flota_endpoint *endpoint, const void *data,
                       struct flota_json *json)
{
    flota_json_raw(json, "{");
    for (size_t i = 0; i < endpoint->field_count; i++)
        dash_write_member(&endpoint->fields[i], data, json);
    flota_json_raw(json, "}");
}

int flota_dash_to_json(const struct flota_dash *dash, const struct flota_endpoint *endpoint,
                       size_t row, char *json, size_t size)
{
    struct flota_json writer;
    if (size == 0)
        return FLOTA_ERR_BAD_VALUE;
    dash_read(dash, endpoint, row);
    flota_json_begin(&writer, json, size);
    dash_write_values(endpoint, endpoint->scratch, &writer);
    return writer.full ? FLOTA_ERR_BAD_VALUE : (int)writer.size;
}

/* --- from JSON --- */

struct change {
    const struct flota_endpoint *endpoint;
    const char *json;
    uint64_t came; /* a bit per field: a field may come once */
    uint64_t seen; /* and is to be written */
    struct flota_dash_fault *fault;
};

/* The piece of text must be white space around `mark`, which is there exactly once (0: not at all).
 */
static bool is_gap(const char *json, size_t from, size_t to, char mark)
{
    bool wanted = mark != '\0';
    for (size_t i = from; i < to; i++) {
        if (wanted && json[i] == mark)
            wanted = false;
        else if (json[i] != ' ' && json[i] != '\t' && json[i] != '\r' && json[i] != '\n')
            return false;
    }
    return !wanted;
}

/* Where a token begins and ends in the text, quotes included. */
static size_t token_start(const jsmntok_t *token)
{
    return (size_t)token->start - (token->type == JSMN_STRING);
}

static size_t token_end(const jsmntok_t *token)
{
    return (size_t)token->end + (token->type == JSMN_STRING);
}

/* { key : value , key : value } with nothing else between: exactly the members of one flat object.
 */
static bool is_flat_object(const char *json, size_t size, const jsmntok_t *tokens, size_t count)
{
    if (count == 0 || count % 2 == 0 || tokens[0].type != JSMN_OBJECT)
        return false;
    if (!is_gap(json, 0, token_start(&tokens[0]), '\0'))
        return false;
    size_t at = token_start(&tokens[0]) + 1;
    for (size_t i = 1; i < count; i++) {
        bool is_key = i % 2 == 1;
        bool scalar =
            tokens[i].type == JSMN_STRING || (!is_key && tokens[i].type == JSMN_PRIMITIVE);
        char mark = is_key ? ',' : ':';
        if (!scalar || !is_gap(json, at, token_start(&tokens[i]), i == 1 ? '\0' : mark))
            return false;
        at = token_end(&tokens[i]);
    }
    size_t end = token_end(&tokens[0]);
    return is_gap(json, at, end, '}') && is_gap(json, end, size, '\0');
}

static bool read_bool(const char *text, size_t size, unsigned char *value)
{
    bool truth = size == 4 && memcmp(text, "true", 4) == 0;
    if (!truth && !(size == 5 && memcmp(text, "false", 5) == 0))
        return false;
    memcpy(value, &truth, sizeof truth);
    return true;
}

static const char *const wanted[] = {
    [FLOTA_FIELD_BOOL] = "send true or false",
    [FLOTA_FIELD_INT] = "send a whole number of 32 bits",
    [FLOTA_FIELD_DOUBLE] = "send a number",
    [FLOTA_FIELD_STRING] = "send a text in quotes",
};

static int refuse_value(struct change *change, const struct flota_field *field,
                        const jsmntok_t *token)
{
    const char *text = change->json + token->start;
    size_t size = (size_t)(token->end - token->start);
    char remedy[96], value[FLOTA_DASH_BODY_MAX + 1];
    snprintf(remedy, sizeof remedy, "send at most %u bytes", field->size - 1u);
    if (field->type == FLOTA_FIELD_STRING && token->type == JSMN_STRING &&
        json_read_string(text, size, value, sizeof value))
        return refuse(change->fault, field->name, "is too long a text", remedy);
    return refuse(change->fault, field->name, "has the wrong type or value", wanted[field->type]);
}

/* Into data. A secret that comes as "" stays what it is: *is_new is false then. */
static bool read_value(const struct flota_field *field, const char *text, size_t size,
                       unsigned char *data, bool *is_new)
{
    int32_t integer;
    double number;
    *is_new = true;
    switch (field->type) {
    case FLOTA_FIELD_BOOL:
        return read_bool(text, size, data);
    case FLOTA_FIELD_INT:
        if (!json_read_int(text, size, &integer))
            return false;
        memcpy(data, &integer, sizeof integer);
        return true;
    case FLOTA_FIELD_DOUBLE:
        if (!json_read_double(text, size, &number))
            return false;
        memcpy(data, &number, sizeof number);
        return true;
    case FLOTA_FIELD_STRING:
        *is_new = size > 0 || !field->is_secret;
        return !*is_new || json_read_string(text, size, (char *)data, field->size);
    }
    return false;
}

static int read_field(struct change *change, size_t index, const jsmntok_t *token)
{
    const struct flota_field *field = &change->endpoint->fields[index];
    unsigned char *data = (unsigned char *)change->endpoint->scratch + field->offset;
    const char *text = change->json + token->start;
    size_t size = (size_t)(token->end - token->start);
    bool is_new, is_text = field->type == FLOTA_FIELD_STRING;
    if (is_text != (token->type == JSMN_STRING) || !read_value(field, text, size, data, &is_new))
        return refuse_value(change, field, token);
    if (!is_new)
        return 0;
    change->seen |= (uint64_t)1 << index;
    return dash_check_limits(field, data, change->fault);
}

/* The field of this name, or field_count. */
static size_t find_field(const struct flota_endpoint *endpoint, const char *name)
{
    size_t i = 0;
    while (i < endpoint->field_count && strcmp(endpoint->fields[i].name, name) != 0)
        i++;
    return i;
}

static int read_member(struct change *change, const jsmntok_t *key, const jsmntok_t *value)
{
    char name[64];
    if (!json_read_string(change->json + key->start, (size_t)(key->end - key->start), name,
                          sizeof name))
        return refuse(change->fault, NULL, "a field's name is too long or no text",
                      "GET the endpoint for the names of its fields");
    size_t index = find_field(change->endpoint, name);
    if (index == change->endpoint->field_count)
        return refuse(change->fault, name, "is no field of this endpoint",
                      "GET the endpoint for the names of its fields");
    if (change->endpoint->fields[index].read_only || !dash_is_writable(change->endpoint))
        return refuse(change->fault, name, "can only be read", "leave it out");
    if (change->came >> index & 1u)
        return refuse(change->fault, name, "is there twice", "send each field once");
    change->came |= (uint64_t)1 << index;
    return read_field(change, index, value);
}

int dash_read_values(const struct flota_endpoint *endpoint, const char *json, size_t size,
                     uint64_t *seen, struct flota_dash_fault *fault)
{
    jsmntok_t tokens[TOKENS_MAX];
    jsmn_parser parser;
    struct change change = {.endpoint = endpoint, .json = json, .fault = fault};
    int count = -1;
    jsmn_init(&parser);
    if (size <= FLOTA_DASH_BODY_MAX && endpoint->field_count <= FIELDS_MAX)
        count = jsmn_parse(&parser, json, size, tokens, TOKENS_MAX);
    if (count < 0 || !is_flat_object(json, size, tokens, (size_t)count))
        return refuse(fault, NULL, "the body is no JSON object of fields and plain values",
                      "send an object like {\"state\":true}");
    for (int i = 1; i + 1 < count; i += 2) {
        int error = read_member(&change, &tokens[i], &tokens[i + 1]);
        if (error < 0)
            return error;
    }
    *seen = change.seen;
    return 0;
}

int flota_dash_from_json(struct flota_dash *dash, struct flota_endpoint *endpoint, size_t row,
                         const char *json, size_t size, struct flota_dash_fault *fault)
{
    uint64_t seen;
    dash_read(dash, endpoint, row);
    int error = dash_read_values(endpoint, json, size, &seen, fault);
    if (error < 0)
        return error;
    if (dash_is_bound(dash, endpoint))
        return dash_bound_write(dash, endpoint, seen, fault);
    dash_write(endpoint, row);
    return 0;
}
