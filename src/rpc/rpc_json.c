/* rpc_json.c - the values of a JSON text, by jsmn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rpc_json.h"
#include "flota/utf8.h"
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#include "jsmn.h"

_Static_assert(FLOTA_RPC_TOKENS_MAX < 256, "a token's number is a byte");
_Static_assert(FLOTA_RPC_FRAME_MAX < 65536, "a token's place is 16 bits");

/* --- splitting --- */

static enum rpc_token type_of(const char *text, const jsmntok_t *token)
{
    if (token->type == JSMN_OBJECT)
        return RPC_TOKEN_OBJECT;
    if (token->type == JSMN_ARRAY)
        return RPC_TOKEN_ARRAY;
    if (token->type == JSMN_STRING)
        return RPC_TOKEN_STRING;
    switch (text[token->start]) {
    case 'n':
        return RPC_TOKEN_NULL;
    case 't':
    case 'f':
        return RPC_TOKEN_BOOLEAN;
    default:
        return RPC_TOKEN_NUMBER;
    }
}

/* The first token that does not lie inside this one; of a key: behind its value. */
static uint8_t next_of(const jsmntok_t *tokens, int count, int token)
{
    int last = token, next = token + 1;
    if (tokens[token].type == JSMN_STRING && tokens[token].size == 1)
        last = next++;
    while (next < count && tokens[next].start < tokens[last].end)
        next++;
    return (uint8_t)next;
}

static void keep_tokens(struct flota_rpc_json *json, const jsmntok_t *tokens, int count)
{
    json->count = (uint8_t)count;
    for (int i = 0; i < count; i++)
        json->tokens[i] =
            (struct flota_rpc_token){(uint16_t)tokens[i].start, (uint16_t)tokens[i].end,
                                     (uint8_t)type_of(json->text, &tokens[i]),
                                     (uint8_t)tokens[i].size, next_of(tokens, count, i)};
}

static bool same(struct flota_rpc_text a, struct flota_rpc_text b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Is the key at this place one that came before in its object? */
static bool is_repeated(const struct flota_rpc_json *json, int object, int key)
{
    for (int i = object + 1; i < key; i = json->tokens[i].next)
        if (same(flota_rpc_json_text(json, i), flota_rpc_json_text(json, key)))
            return true;
    return false;
}

static bool has_duplicates(const struct flota_rpc_json *json)
{
    for (int object = 0; object < json->count; object++) {
        if (json->tokens[object].type != RPC_TOKEN_OBJECT)
            continue;
        for (int key = object + 1; key < json->tokens[object].next; key = json->tokens[key].next)
            if (is_repeated(json, object, key))
                return true;
    }
    return false;
}

const char *flota_rpc_json_parse(struct flota_rpc_json *json, char *text, size_t size)
{
    jsmn_parser parser;
    jsmntok_t tokens[FLOTA_RPC_TOKENS_MAX];
    json->text = text;
    json->count = 0;
    const char *error = flota_rpc_json_check(text, size);
    if (error)
        return error;
    jsmn_init(&parser);
    int count = jsmn_parse(&parser, text, size, tokens, FLOTA_RPC_TOKENS_MAX);
    if (count == JSMN_ERROR_NOMEM)
        return "there are too many values";
    if (count < 1)
        return "an object is expected"; /* jsmn takes no value alone */
    keep_tokens(json, tokens, count);
    return has_duplicates(json) ? "a key comes twice" : NULL;
}

/* --- looking up --- */

struct flota_rpc_text flota_rpc_json_text(const struct flota_rpc_json *json, int token)
{
    const struct flota_rpc_token *found = &json->tokens[token];
    return (struct flota_rpc_text){json->text + found->start, (size_t)found->end - found->start};
}

struct flota_rpc_text flota_rpc_json_raw(const struct flota_rpc_json *json, int token)
{
    struct flota_rpc_text text = flota_rpc_json_text(json, token);
    if (json->tokens[token].type == RPC_TOKEN_STRING) {
        text.data--;
        text.size += 2;
    }
    return text;
}

bool flota_rpc_text_is(struct flota_rpc_text text, const char *other)
{
    return strlen(other) == text.size && memcmp(text.data, other, text.size) == 0;
}

int flota_rpc_json_find(const struct flota_rpc_json *json, int object, const char *key)
{
    if (object < 0 || object >= json->count || json->tokens[object].type != RPC_TOKEN_OBJECT)
        return -1;
    for (int i = object + 1; i < json->tokens[object].next; i = json->tokens[i].next)
        if (flota_rpc_text_is(flota_rpc_json_text(json, i), key))
            return json->tokens[i + 1].type == RPC_TOKEN_NULL ? -1 : i + 1;
    return -1;
}

bool flota_rpc_json_is(const struct flota_rpc_json *json, int token, enum rpc_token type)
{
    return token >= 0 && json->tokens[token].type == type;
}

/* --- values --- */

static uint32_t hex4(const char *text)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t c = (unsigned char)text[i];
        code = code * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return code;
}

/* \uXXXX, or a pair of surrogates. Returns the characters of text that it takes. */
static size_t read_code(const char *text, size_t size, uint32_t *code)
{
    *code = hex4(text + 2);
    if (*code < 0xD800 || *code > 0xDFFF)
        return 6;
    if (*code < 0xDC00 && size >= 12 && text[6] == '\\' && text[7] == 'u') {
        uint32_t low = hex4(text + 8);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
            return 12;
        }
    }
    *code = 0xFFFD;
    return 6;
}

/* One character of a checked string, to at most 4 bytes. */
static size_t read_character(const char *text, size_t size, char bytes[4], size_t *count)
{
    static const char escapes[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    uint32_t code;
    *count = 1;
    bytes[0] = text[0];
    if (text[0] != '\\' || size < 2)
        return 1;
    if (text[1] == 'u' && size >= 6) {
        size_t taken = read_code(text, size, &code);
        *count = flota_utf8_encode(code, bytes);
        return taken;
    }
    const char *escape = strchr(escapes, text[1]);
    bytes[0] = escape ? meanings[escape - escapes] : text[1];
    return 2;
}

int flota_rpc_json_unescape(struct flota_rpc_text string, char *text, size_t size)
{
    size_t used = 0, count;
    bool in_place = text == string.data;
    for (size_t at = 0; at < string.size;) {
        char bytes[4];
        at += read_character(string.data + at, string.size - at, bytes, &count);
        if (used + count + (in_place ? 0 : 1) > size)
            return -1;
        memcpy(text + used, bytes, count);
        used += count;
    }
    if (!in_place)
        text[used] = '\0';
    return (int)used;
}

size_t flota_rpc_json_unescape_token(struct flota_rpc_json *json, int token)
{
    struct flota_rpc_token *string = &json->tokens[token];
    char *text = json->text + string->start;
    struct flota_rpc_text escaped = {text, (size_t)string->end - string->start};
    int size = flota_rpc_json_unescape(escaped, text, escaped.size); /* never longer */
    string->end = (uint16_t)(string->start + size);
    string->type = RPC_TOKEN_BYTES;
    return (size_t)size;
}

bool flota_rpc_json_integer(struct flota_rpc_text number, int64_t *value)
{
    bool negative = number.size > 0 && number.data[0] == '-';
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1u : 0u), sum = 0;
    for (size_t i = negative ? 1 : 0; i < number.size; i++) {
        unsigned digit = (unsigned char)number.data[i] - '0';
        if (digit > 9 || sum > (limit - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return number.size > (negative ? 1u : 0u);
}
