/* manifest.c - manifest.json of a bundle, read strictly.
 *
 * jsmn splits the text into tokens; the gaps between members of the objects that count are checked
 * here, so that in those only RFC 8259 passes. What is unknown is passed over as jsmn takes it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_internal.h"
#include "flota/error.h"
#include "flota/utf8.h"
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#include "jsmn.h"

#define TOKENS_MAX 192 /* eight parts of ten keys each, and some at the top; 3 KB */

struct json {
    const char *text;
    size_t size;
    int token_count;
    jsmntok_t tokens[TOKENS_MAX];
};

/* --- objects, member by member --- */

/* Where a token begins and ends in the text, quotes included. */
static int token_start(const jsmntok_t *token)
{
    return token->start - (token->type == JSMN_STRING);
}

static int token_end(const jsmntok_t *token)
{
    return token->end + (token->type == JSMN_STRING);
}

/* The piece of text must be white space around `mark`, which is there exactly once ('\0': not at
 * all). */
static bool is_gap(const struct json *json, int from, int to, char mark)
{
    bool wanted = mark != '\0';
    for (int i = from; i < to; i++) {
        char c = json->text[i];
        if (wanted && c == mark)
            wanted = false;
        else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return false;
    }
    return !wanted;
}

struct members {
    const jsmntok_t *object;
    const jsmntok_t *key; /* the member that was read last; its value follows it */
    int next;             /* the next key's token */
    int place;            /* in the text, behind the last member */
    int left;             /* members to come */
};

static struct members members_of(const struct json *json, const jsmntok_t *object)
{
    int first = (int)(object - json->tokens) + 1;
    return (struct members){object, NULL, first, object->start + 1, object->size};
}

/* A key with escapes could be a known one in disguise. */
static bool is_key(const struct json *json, const jsmntok_t *key)
{
    return key->type == JSMN_STRING &&
           !memchr(json->text + key->start, '\\', (size_t)(key->end - key->start));
}

/* Returns 1 and fills key, 0 when there are no more, or FLOTA_ERR_MANIFEST_BAD. */
static int next_member(const struct json *json, struct members *members)
{
    if (members->left == 0)
        return is_gap(json, members->place, members->object->end - 1, '\0')
                   ? 0
                   : FLOTA_ERR_MANIFEST_BAD;
    char mark = members->key ? ',' : '\0';
    const jsmntok_t *key = &json->tokens[members->next];
    const jsmntok_t *value = key + 1;
    if (members->next + 1 >= json->token_count || !is_key(json, key) ||
        !is_gap(json, members->place, token_start(key), mark) ||
        !is_gap(json, token_end(key), token_start(value), ':'))
        return FLOTA_ERR_MANIFEST_BAD;
    members->key = key;
    members->place = token_end(value);
    members->left--;
    members->next += 2;
    while (members->next < json->token_count && json->tokens[members->next].start < value->end)
        members->next++;
    return 1;
}

static bool token_is(const struct json *json, const jsmntok_t *token, const char *text)
{
    size_t size = (size_t)(token->end - token->start);
    return strlen(text) == size && memcmp(json->text + token->start, text, size) == 0;
}

/* Which of our keys is it? Marks it as seen. Returns its index, -1 for one that is unknown, or
 * FLOTA_ERR_MANIFEST_BAD when it comes a second time. */
static int find_key(const struct json *json, const jsmntok_t *token, const char *const keys[],
                    int count, uint32_t *seen)
{
    for (int i = 0; i < count; i++) {
        if (!token_is(json, token, keys[i]))
            continue;
        bool again = (*seen >> i) & 1u;
        *seen |= 1u << i;
        return again ? FLOTA_ERR_MANIFEST_BAD : i;
    }
    return -1;
}

/* --- values --- */

static int hex_digit(char c)
{
    char lower = (char)(c | 0x20);
    if (c >= '0' && c <= '9')
        return c - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Two hexadecimal digits; -1 when they are not. */
static int hex_byte(const char *text)
{
    int high = hex_digit(text[0]), low = hex_digit(text[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Decode an escape, jsmn has seen that it is a valid one. Only those of printable ASCII are taken:
 * Go writes \u0026 for '&', some tools \/ for '/'. Returns the bytes of text, 0 when refused. */
static size_t read_escape(const char *text, size_t size, char *c)
{
    if (size >= 2 && (text[1] == '/' || text[1] == '"' || text[1] == '\\')) {
        *c = text[1];
        return 2;
    }
    if (size < 6 || memcmp(text, "\\u00", 4) != 0)
        return 0;
    int code = hex_byte(text + 4);
    *c = (char)code;
    return code >= 0x20 && code < 0x7F ? 6 : 0;
}

/* One character, escaped or not, at the end of value. Returns the bytes of text, 0 when it is none.
 */
static size_t read_character(const char *text, size_t size, char *value, size_t room)
{
    if (text[0] == '\\')
        return room > 1 ? read_escape(text, size, value) : 0;
    unsigned char byte = (unsigned char)text[0];
    size_t length = byte < 0x20 || byte == 0x7F ? 0 : flota_utf8_length(text, size);
    if (length >= room)
        return 0;
    memcpy(value, text, length);
    return length;
}

static int read_text(const struct json *json, const jsmntok_t *token, char *value,
                     size_t value_size)
{
    const char *text = json->text + token->start;
    size_t size = (size_t)(token->end - token->start), used = 0;
    if (token->type != JSMN_STRING)
        return FLOTA_ERR_MANIFEST_BAD;
    for (size_t at = 0, step; at < size; at += step) {
        step = read_character(text + at, size - at, value + used, value_size - used);
        if (step == 0)
            return FLOTA_ERR_MANIFEST_BAD;
        used += text[at] == '\\' ? 1 : step;
    }
    value[used] = '\0';
    return 0;
}

/* 0 to 2^31 - 1, in digits only. */
static int read_number(const struct json *json, const jsmntok_t *token, uint32_t *value)
{
    const char *text = json->text + token->start;
    int size = token->end - token->start;
    uint64_t sum = 0;
    if (token->type != JSMN_PRIMITIVE || size > 10 || (size > 1 && text[0] == '0'))
        return FLOTA_ERR_MANIFEST_BAD;
    for (int i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return FLOTA_ERR_MANIFEST_BAD;
        sum = sum * 10 + (uint64_t)(text[i] - '0');
    }
    *value = (uint32_t)sum;
    return sum <= INT32_MAX ? 0 : FLOTA_ERR_MANIFEST_BAD;
}

static int read_sha256(const struct json *json, const jsmntok_t *token, uint8_t sha256[32])
{
    if (token->type != JSMN_STRING || token->end - token->start != 64)
        return FLOTA_ERR_MANIFEST_BAD;
    for (int i = 0; i < 32; i++) {
        int byte = hex_byte(json->text + token->start + 2 * i);
        if (byte < 0)
            return FLOTA_ERR_MANIFEST_BAD;
        sha256[i] = (uint8_t)byte;
    }
    return 0;
}

static int read_type(const struct json *json, const jsmntok_t *token, enum flota_part_type *type)
{
    if (token->type != JSMN_STRING)
        return FLOTA_ERR_MANIFEST_BAD;
    *type = token_is(json, token, "fs") ? FLOTA_PART_SKIPPED : FLOTA_PART_IMAGE;
    bool known =
        *type == FLOTA_PART_SKIPPED || token_is(json, token, "app") || token_is(json, token, "cm7");
    return known ? 0 : FLOTA_ERR_BUNDLE_UNKNOWN_PART;
}

/* --- a part --- */

enum { PART_TYPE, PART_SRC, PART_SIZE, PART_SHA256, PART_KEYS };
static const char *const part_keys[] = {"type", "src", "size", "cs_sha256"};
#define PART_REQUIRED ((1u << PART_KEYS) - 1u)

static int read_src(const struct json *json, const jsmntok_t *value, char *src)
{
    int error = read_text(json, value, src, FLOTA_BUNDLE_NAME_MAX);
    if (error)
        return error;
    return flota_bundle_name_is_sane(src, strlen(src)) ? 0 : FLOTA_ERR_BUNDLE_BAD_NAME;
}

static int read_part_field(const struct json *json, int key, const jsmntok_t *value,
                           struct flota_manifest_part *part)
{
    switch (key) {
    case PART_TYPE:
        return read_type(json, value, &part->type);
    case PART_SRC:
        return read_src(json, value, part->src);
    case PART_SIZE:
        return read_number(json, value, &part->size);
    case PART_SHA256:
        return read_sha256(json, value, part->sha256);
    default:
        return key == -1 ? 0 : key;
    }
}

static int read_part(const struct json *json, const jsmntok_t *object,
                     struct flota_manifest_part *part)
{
    uint32_t seen = 0;
    int result;
    if (object->type != JSMN_OBJECT)
        return FLOTA_ERR_MANIFEST_BAD;
    struct members members = members_of(json, object);
    while ((result = next_member(json, &members)) > 0) {
        int key = find_key(json, members.key, part_keys, PART_KEYS, &seen);
        int error = read_part_field(json, key, members.key + 1, part);
        if (error)
            return error;
    }
    return result == 0 && seen != PART_REQUIRED ? FLOTA_ERR_MANIFEST_INCOMPLETE : result;
}

/* --- all parts --- */

/* A part's key may not come twice. */
static bool is_repeated(const struct json *json, const struct members *members)
{
    struct members before = members_of(json, members->object);
    size_t size = (size_t)(members->key->end - members->key->start);
    while (next_member(json, &before) > 0 && before.key != members->key)
        if ((size_t)(before.key->end - before.key->start) == size &&
            memcmp(json->text + before.key->start, json->text + members->key->start, size) == 0)
            return true;
    return false;
}

static int add_part(const struct json *json, const jsmntok_t *value,
                    struct flota_manifest *manifest)
{
    if (manifest->part_count == FLOTA_MANIFEST_PARTS_MAX)
        return FLOTA_ERR_MANIFEST_TOO_LARGE;
    int error = read_part(json, value, &manifest->parts[manifest->part_count]);
    if (error)
        return error;
    manifest->part_count++;
    return 0;
}

static int read_parts(const struct json *json, const jsmntok_t *object,
                      struct flota_manifest *manifest)
{
    int result;
    if (object->type != JSMN_OBJECT)
        return FLOTA_ERR_MANIFEST_BAD;
    struct members members = members_of(json, object);
    while ((result = next_member(json, &members)) > 0) {
        if (is_repeated(json, &members))
            return FLOTA_ERR_MANIFEST_BAD;
        int error = add_part(json, members.key + 1, manifest);
        if (error)
            return error;
    }
    return result;
}

/* Exactly one image, no src twice, and sizes that one ZIP file can hold. */
static int check_parts(struct flota_manifest *manifest)
{
    uint32_t images = 0;
    uint64_t total = 0;
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct flota_manifest_part *part = &manifest->parts[i];
        total += part->size;
        if (part->type == FLOTA_PART_IMAGE) {
            manifest->image_part = i;
            images++;
        }
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(part->src, manifest->parts[j].src) == 0)
                return FLOTA_ERR_BUNDLE_DUPLICATE;
    }
    if (images != 1)
        return images == 0 ? FLOTA_ERR_BUNDLE_PART_MISSING : FLOTA_ERR_BUNDLE_DUPLICATE;
    return total <= UINT32_MAX ? 0 : FLOTA_ERR_MANIFEST_BAD;
}

/* --- the manifest --- */

enum { KEY_NAME, KEY_PLATFORM, KEY_VERSION, KEY_BUILD_ID, KEY_EPOCH, KEY_PARTS, KEYS };
static const char *const keys[] = {"name",     "platform",       "version",
                                   "build_id", "security_epoch", "parts"};
#define REQUIRED (1u << KEY_NAME | 1u << KEY_PLATFORM | 1u << KEY_VERSION | 1u << KEY_PARTS)

static int read_field(const struct json *json, int key, const jsmntok_t *value,
                      struct flota_manifest *manifest)
{
    switch (key) {
    case KEY_NAME:
        return read_text(json, value, manifest->name, sizeof manifest->name);
    case KEY_PLATFORM:
        return read_text(json, value, manifest->platform, sizeof manifest->platform);
    case KEY_VERSION:
        return read_text(json, value, manifest->version, sizeof manifest->version);
    case KEY_BUILD_ID:
        return read_text(json, value, manifest->build_id, sizeof manifest->build_id);
    case KEY_EPOCH:
        manifest->has_epoch = true;
        return read_number(json, value, &manifest->security_epoch);
    case KEY_PARTS:
        return read_parts(json, value, manifest);
    default:
        return key == -1 ? 0 : key;
    }
}

static int read_manifest(const struct json *json, struct flota_manifest *manifest)
{
    struct members members = members_of(json, &json->tokens[0]);
    uint32_t seen = 0;
    int result;
    while ((result = next_member(json, &members)) > 0) {
        int key = find_key(json, members.key, keys, KEYS, &seen);
        int error = read_field(json, key, members.key + 1, manifest);
        if (error)
            return error;
    }
    if (result < 0)
        return result;
    bool complete = (seen & REQUIRED) == REQUIRED && manifest->name[0] && manifest->platform[0] &&
                    manifest->version[0];
    return complete ? check_parts(manifest) : FLOTA_ERR_MANIFEST_INCOMPLETE;
}

/* One object and nothing around it. */
static int split(struct json *json)
{
    jsmn_parser parser;
    jsmn_init(&parser);
    json->token_count = jsmn_parse(&parser, json->text, json->size, json->tokens, TOKENS_MAX);
    if (json->token_count == JSMN_ERROR_NOMEM)
        return FLOTA_ERR_MANIFEST_TOO_LARGE;
    const jsmntok_t *root = &json->tokens[0];
    bool whole = json->token_count > 0 && root->type == JSMN_OBJECT &&
                 is_gap(json, 0, root->start, '\0') &&
                 is_gap(json, root->end, (int)json->size, '\0');
    return whole ? 0 : FLOTA_ERR_MANIFEST_BAD;
}

int flota_manifest_parse(const char *text, size_t size, struct flota_manifest *manifest)
{
    struct json json; /* 3 KB: not initialized as a whole */
    json.text = text;
    json.size = size;
    memset(manifest, 0, sizeof *manifest);
    if (size > FLOTA_MANIFEST_SIZE_MAX)
        return FLOTA_ERR_MANIFEST_TOO_LARGE;
    int error = split(&json);
    if (!error)
        error = read_manifest(&json, manifest);
    if (error)
        manifest->part_count = 0; /* no parts of a manifest that is not sound */
    return error;
}

bool flota_manifest_fits(const struct flota_manifest *manifest, const char *board)
{
    static const char *const families[] = {"stm32", "stm32h7"};
    if (strcmp(manifest->platform, board) == 0)
        return true;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strcmp(manifest->platform, families[i]) == 0)
            return strncmp(board, families[i], strlen(families[i])) == 0;
    return false;
}
