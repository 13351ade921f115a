/* config_change.c - several values changed by one JSON object.
 *
 * jsmn finds where values begin and end; what lies between them, and what it lets pass inside of
 * them, is checked here, so that only RFC 8259 changes anything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config_internal.h"
#include "flota/error.h"
#include "flota/utf8.h"
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#include "jsmn.h"

#define TOKENS_MAX 128    /* 58 values in 10 sections; 2 KB */
#define TEXT_MAX   65535u /* bytes: positions are int */

struct change {
    struct flota_config *config;
    const char *text;
    int count; /* of tokens */
    int next;  /* token */
    jsmntok_t tokens[TOKENS_MAX];
    char key[FLOTA_CONFIG_KEY_MAX]; /* with its sections, as far as they are read */
    char value[FLOTA_CONFIG_VALUE_MAX];
};

/* --- gaps --- */

static int start_of(const jsmntok_t *token)
{
    return token->start - (token->type == JSMN_STRING);
}

static int end_of(const jsmntok_t *token)
{
    return token->end + (token->type == JSMN_STRING);
}

/* White space around the mark, which is there exactly once; '\0': not at all. */
static bool is_gap(const struct change *change, int from, int to, char mark)
{
    bool wanted = mark != '\0';
    for (int i = from; i < to; i++) {
        char c = change->text[i];
        if (wanted && c == mark)
            wanted = false;
        else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return false;
    }
    return !wanted;
}

/* --- texts --- */

struct unescaper {
    const char *at;
    const char *end;
};

static bool read_hex(struct unescaper *in, uint32_t *code)
{
    *code = 0;
    if (in->end - in->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = *in->at++;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        *code = *code << 4 | digit;
    }
    return true;
}

/* The four digits behind "\u"; of a character beyond the first 65,536 a second "\uXXXX". */
static bool read_code(struct unescaper *in, uint32_t *code)
{
    uint32_t low;
    if (!read_hex(in, code) || *code == 0 || (*code >= 0xDC00 && *code < 0xE000))
        return false;
    if (*code < 0xD800 || *code >= 0xE000)
        return true;
    if (in->end - in->at < 6 || in->at[0] != '\\' || in->at[1] != 'u')
        return false;
    in->at += 2;
    if (!read_hex(in, &low) || low < 0xDC00 || low >= 0xE000)
        return false;
    *code = 0x10000 + ((*code - 0xD800) << 10 | (low - 0xDC00));
    return true;
}

/* Source: RFC 3629, section 3. Returns bytes. */
static size_t encode(uint32_t code, char *out)
{
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(leads[size] | code);
    return size;
}

/* Behind a backslash. Returns bytes, 0: no escape. */
static size_t read_escape(struct unescaper *in, char *out)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    uint32_t code;
    if (in->at == in->end)
        return 0;
    char name = *in->at++;
    if (name == 'u')
        return read_code(in, &code) ? encode(code, out) : 0;
    const char *found = memchr(names, name, sizeof names - 1);
    out[0] = found ? bytes[found - names] : '\0';
    return found ? 1 : 0;
}

/* Returns bytes, 0: not a character of a text. */
static size_t read_character(struct unescaper *in, char *out)
{
    if (*in->at == '\\') {
        in->at++;
        return read_escape(in, out);
    }
    size_t size = flota_utf8_length(in->at, (size_t)(in->end - in->at));
    if ((unsigned char)*in->at < 0x20)
        return 0;
    memcpy(out, in->at, size);
    in->at += size;
    return size;
}

static bool unescape(const struct change *change, const jsmntok_t *token, char *out, size_t room)
{
    struct unescaper in = {change->text + token->start, change->text + token->end};
    char character[4];
    size_t size = 0;
    while (in.at < in.end) {
        size_t step = read_character(&in, character);
        if (step == 0 || size + step >= room)
            return false;
        memcpy(out + size, character, step);
        size += step;
    }
    out[size] = '\0';
    return true;
}

/* --- values --- */

static bool is_literal(const struct change *change, const jsmntok_t *token, const char *literal)
{
    size_t size = (size_t)(token->end - token->start);
    return token->type == JSMN_PRIMITIVE && strlen(literal) == size &&
           memcmp(change->text + token->start, literal, size) == 0;
}

/* As the key's type is written in JSON. */
static bool read_value(struct change *change, const struct flota_config_key *key,
                       const jsmntok_t *token)
{
    bool is_text = key->type == FLOTA_CONFIG_STRING;
    size_t size = (size_t)(token->end - token->start);
    if (token->type != (is_text ? JSMN_STRING : JSMN_PRIMITIVE))
        return false;
    if (is_text)
        return unescape(change, token, change->value, sizeof change->value);
    if (size >= sizeof change->value)
        return false;
    memcpy(change->value, change->text + token->start, size);
    change->value[size] = '\0';
    return true;
}

static int set_value(struct change *change, const jsmntok_t *token)
{
    const struct flota_config_key *key = flota_config_find(change->config, change->key);
    if (!key || flota_config_is_private(change->config, change->key))
        return FLOTA_ERR_CONFIG_KEY;
    if (is_literal(change, token, "null"))
        return flota_config_reset(change->config, change->key);
    if (!read_value(change, key, token))
        return FLOTA_ERR_CONFIG_VALUE;
    if (key->is_secret && strcmp(change->value, FLOTA_CONFIG_SECRET) == 0)
        return 0;
    return flota_config_set(change->config, change->key, change->value);
}

/* Add a name to the key: "update" and "interval" are "update.interval", which is a name, too. */
static bool add_name(struct change *change, const jsmntok_t *name)
{
    size_t size = strlen(change->key), name_size = (size_t)(name->end - name->start);
    bool dot = size > 0;
    if (size + dot + name_size >= sizeof change->key)
        return false;
    if (dot)
        change->key[size++] = '.';
    memcpy(change->key + size, change->text + name->start, name_size);
    change->key[size + name_size] = '\0';
    return flota_config_is_key(change->key, size + name_size);
}

static int set_object(struct change *change);

/* One member; the key is afterwards as it was before, unless it was refused. */
static int set_member(struct change *change, int place, char mark)
{
    size_t size = strlen(change->key);
    const jsmntok_t *name = &change->tokens[change->next], *value = name + 1;
    if (change->next + 1 >= change->count || name->type != JSMN_STRING || name->size != 1 ||
        !is_gap(change, place, start_of(name), mark) ||
        !is_gap(change, end_of(name), start_of(value), ':'))
        return FLOTA_ERR_CONFIG_VALUE;
    if (!add_name(change, name))
        return FLOTA_ERR_CONFIG_KEY;
    change->next++;
    int error = FLOTA_ERR_CONFIG_VALUE;
    if (value->type == JSMN_OBJECT) /* sections in sections: as deep as a key may be */
        error = set_object(change);
    else if (value->type != JSMN_ARRAY && change->next++ > 0)
        error = set_value(change, value);
    if (error == 0)
        change->key[size] = '\0';
    return error;
}

static int set_object(struct change *change)
{
    const jsmntok_t *object = &change->tokens[change->next++];
    int place = object->start + 1;
    for (int i = 0; i < object->size; i++) {
        int value = change->next + 1;
        int error = set_member(change, place, i > 0 ? ',' : '\0');
        if (error != 0)
            return error;
        place = end_of(&change->tokens[value]);
    }
    return is_gap(change, place, object->end - 1, '\0') ? 0 : FLOTA_ERR_CONFIG_VALUE;
}

static int set_all(struct change *change, size_t size)
{
    jsmn_parser parser;
    if (size > TEXT_MAX)
        return FLOTA_ERR_CONFIG_VALUE;
    jsmn_init(&parser);
    change->count = jsmn_parse(&parser, change->text, size, change->tokens, TOKENS_MAX);
    if (change->count < 1 || change->tokens[0].type != JSMN_OBJECT ||
        !is_gap(change, 0, change->tokens[0].start, '\0') ||
        !is_gap(change, change->tokens[0].end, (int)size, '\0'))
        return FLOTA_ERR_CONFIG_VALUE;
    return set_object(change);
}

int flota_config_set_json(struct flota_config *config, const char *text, size_t size, char *bad)
{
    struct change change = {.config = config, .text = text};
    const struct flota_config_text before = config->values;
    int error = set_all(&change, size);
    if (error != 0)
        config->values = before;
    if (bad)
        memcpy(bad, change.key, sizeof change.key);
    return error;
}
