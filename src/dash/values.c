/* values.c - an endpoint's struct to JSON and back.
 *
 * jsmn splits the text into tokens; the gaps between them are checked here, so that only RFC 8259
 * passes. A change is made in a copy first: all fields are valid, or nothing has happened.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/dash.h"
#include "flota/error.h"
#include "json.h"
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include "jsmn.h"

#define TOKENS_MAX (1 + 2 * FLOTA_DASH_FIELDS_MAX) /* the object, a key and a value per field */

/* --- to JSON --- */

static void write_field(struct flota_json *writer, const struct flota_field *field,
                        const unsigned char *data)
{
    const unsigned char *value = data + field->offset;
    int32_t integer;
    double number;
    switch (field->type) {
    case FLOTA_FIELD_BOOL:
        flota_json_raw(writer, *value ? "true" : "false");
        break;
    case FLOTA_FIELD_INT:
        memcpy(&integer, value, sizeof integer);
        flota_json_integer(writer, integer);
        break;
    case FLOTA_FIELD_DOUBLE:
        memcpy(&number, value, sizeof number);
        json_write_double(writer, number);
        break;
    case FLOTA_FIELD_STRING:
        flota_json_string(writer, (const char *)value, field->size);
        break;
    }
}

int flota_dash_to_json(const struct flota_endpoint *endpoint, char *json, size_t size)
{
    struct flota_json writer;
    if (size == 0)
        return FLOTA_ERR_BAD_VALUE;
    if (endpoint->get)
        endpoint->get(endpoint->data);
    flota_json_begin(&writer, json, size);
    flota_json_raw(&writer, "{");
    for (size_t i = 0; i < endpoint->field_count; i++) {
        flota_json_key(&writer, endpoint->fields[i].name);
        write_field(&writer, &endpoint->fields[i], endpoint->data);
    }
    flota_json_raw(&writer, "}");
    return writer.full ? FLOTA_ERR_BAD_VALUE : (int)writer.size;
}

/* --- from JSON --- */

struct change {
    const struct flota_endpoint *endpoint;
    const char *json;
    uint32_t seen; /* a bit per field: a field may come once */
    _Alignas(8) unsigned char data[FLOTA_DASH_STRUCT_MAX];
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

static bool read_field(const struct flota_field *field, const char *json, const jsmntok_t *token,
                       unsigned char *data)
{
    const char *text = json + token->start;
    size_t size = (size_t)(token->end - token->start);
    unsigned char *value = data + field->offset;
    int32_t integer;
    double number;
    if ((field->type == FLOTA_FIELD_STRING) != (token->type == JSMN_STRING))
        return false;
    switch (field->type) {
    case FLOTA_FIELD_BOOL:
        return read_bool(text, size, value);
    case FLOTA_FIELD_INT:
        if (!json_read_int(text, size, &integer))
            return false;
        memcpy(value, &integer, sizeof integer);
        return true;
    case FLOTA_FIELD_DOUBLE:
        if (!json_read_double(text, size, &number))
            return false;
        memcpy(value, &number, sizeof number);
        return true;
    case FLOTA_FIELD_STRING:
        return json_read_string(text, size, (char *)value, field->size);
    }
    return false;
}

/* Apply one member to the copy. */
static bool read_member(struct change *change, const jsmntok_t *key, const jsmntok_t *value)
{
    char name[64];
    if (!json_read_string(change->json + key->start, (size_t)(key->end - key->start), name,
                          sizeof name))
        return false;
    for (size_t i = 0; i < change->endpoint->field_count; i++) {
        const struct flota_field *field = &change->endpoint->fields[i];
        if (strcmp(field->name, name) != 0)
            continue;
        if (field->read_only || (change->seen >> i & 1u))
            return false;
        change->seen |= 1u << i;
        return read_field(field, change->json, value, change->data);
    }
    return false;
}

int flota_dash_from_json(struct flota_endpoint *endpoint, const char *json, size_t size)
{
    jsmntok_t tokens[TOKENS_MAX];
    jsmn_parser parser;
    struct change change = {.endpoint = endpoint, .json = json};
    if (size > FLOTA_DASH_BODY_MAX || endpoint->size > sizeof change.data ||
        endpoint->field_count > FLOTA_DASH_FIELDS_MAX)
        return FLOTA_ERR_BAD_VALUE;
    jsmn_init(&parser);
    int count = jsmn_parse(&parser, json, size, tokens, TOKENS_MAX);
    if (count < 0 || !is_flat_object(json, size, tokens, (size_t)count))
        return FLOTA_ERR_BAD_VALUE;

    if (endpoint->get)
        endpoint->get(endpoint->data);
    memcpy(change.data, endpoint->data, endpoint->size);
    for (int i = 1; i + 1 < count; i += 2)
        if (!read_member(&change, &tokens[i], &tokens[i + 1]))
            return FLOTA_ERR_BAD_VALUE;
    memcpy(endpoint->data, change.data, endpoint->size);
    if (endpoint->set)
        endpoint->set(endpoint->data);
    return 0;
}
