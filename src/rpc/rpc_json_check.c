/* rpc_json_check.c - the grammar of JSON, character by character. Source: RFC 8259.
 *
 * jsmn finds where values begin and end but lets much pass that is no JSON ("01", {"a" "b"}, raw
 * line feeds). Nested at most FLOTA_RPC_DEPTH_MAX deep, so the recursion is bounded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/utf8.h"
#include "rpc_json.h"
#include <string.h>

static const char no_json[] = "the text is no JSON";

struct reader {
    const char *text;
    size_t size;
    size_t at;
    unsigned depth;
    const char *error; /* the first one */
};

static bool fail(struct reader *reader, const char *error)
{
    if (!reader->error)
        reader->error = error;
    return false;
}

static char peek(const struct reader *reader)
{
    return reader->at < reader->size ? reader->text[reader->at] : '\0';
}

static bool take(struct reader *reader, char c)
{
    if (peek(reader) != c || reader->at >= reader->size)
        return false;
    reader->at++;
    return true;
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->size && memchr(" \t\r\n", peek(reader), 4))
        reader->at++;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

static bool take_escape(struct reader *reader)
{
    char c = peek(reader);
    reader->at++;
    if (c != 'u')
        return c != '\0' && strchr("\"\\/bfnrt", c) ? true : fail(reader, no_json);
    for (int i = 0; i < 4; i++, reader->at++)
        if (!is_hex(peek(reader)))
            return fail(reader, no_json);
    return true;
}

static bool take_character(struct reader *reader)
{
    unsigned char byte = (unsigned char)peek(reader);
    if (take(reader, '\\'))
        return take_escape(reader);
    if (byte < 0x20)
        return fail(reader, no_json);
    size_t length = flota_utf8_length(reader->text + reader->at, reader->size - reader->at);
    reader->at += length;
    return length > 0 ? true : fail(reader, "a string is not UTF-8");
}

static bool take_string(struct reader *reader)
{
    if (!take(reader, '"'))
        return fail(reader, no_json);
    while (!take(reader, '"'))
        if (!take_character(reader))
            return false;
    return true;
}

static bool take_digits(struct reader *reader)
{
    size_t start = reader->at;
    while (is_digit(peek(reader)))
        reader->at++;
    return reader->at > start ? true : fail(reader, no_json);
}

static bool take_number(struct reader *reader)
{
    take(reader, '-');
    if (!take(reader, '0') && !take_digits(reader))
        return false;
    if (take(reader, '.') && !take_digits(reader))
        return false;
    if (!take(reader, 'e') && !take(reader, 'E'))
        return true;
    if (!take(reader, '+'))
        take(reader, '-');
    return take_digits(reader);
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t size = strlen(word);
    if (reader->size - reader->at < size || memcmp(reader->text + reader->at, word, size) != 0)
        return fail(reader, no_json);
    reader->at += size;
    return true;
}

static bool take_value(struct reader *reader);

static bool take_element(struct reader *reader, bool is_member)
{
    skip_space(reader);
    if (is_member) {
        if (!take_string(reader))
            return false;
        skip_space(reader);
        if (!take(reader, ':'))
            return fail(reader, no_json);
    }
    if (!take_value(reader))
        return false;
    skip_space(reader);
    return true;
}

/* What stands between the brackets, the opening one is taken. */
static bool take_elements(struct reader *reader, bool is_object)
{
    char end = is_object ? '}' : ']';
    skip_space(reader);
    if (take(reader, end))
        return true;
    do {
        if (!take_element(reader, is_object))
            return false;
    } while (take(reader, ','));
    return take(reader, end) ? true : fail(reader, no_json);
}

static bool take_nested(struct reader *reader, bool is_object)
{
    if (++reader->depth > FLOTA_RPC_DEPTH_MAX)
        return fail(reader, "objects and arrays are nested too deep");
    bool good = take_elements(reader, is_object);
    reader->depth--;
    return good;
}

static bool take_value(struct reader *reader)
{
    skip_space(reader);
    if (take(reader, '{'))
        return take_nested(reader, true);
    if (take(reader, '['))
        return take_nested(reader, false);
    switch (peek(reader)) {
    case '"':
        return take_string(reader);
    case 't':
        return take_word(reader, "true");
    case 'f':
        return take_word(reader, "false");
    case 'n':
        return take_word(reader, "null");
    default:
        return take_number(reader);
    }
}

const char *flota_rpc_json_check(const char *text, size_t size)
{
    struct reader reader = {.text = text, .size = size};
    if (!take_value(&reader))
        return reader.error;
    skip_space(&reader);
    return reader.at == size ? NULL : no_json;
}
