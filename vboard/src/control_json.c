/* control_json.c - what commands carry and answers say: parameters with their complaints.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers up to here are exact in JSON's doubles. */
#define EXACT_MAX 9007199254740992.0

/* --- complaints --- */

void complain_of(struct complaint *complaint, const char *remedy, const char *format, ...)
{
    va_list arguments;

    if (complained(complaint)) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(complaint->text, sizeof complaint->text, format, arguments);
    va_end(arguments);
    (void)snprintf(complaint->remedy, sizeof complaint->remedy, "%s", remedy);
}

bool complained(const struct complaint *complaint)
{
    return complaint->text[0] != '\0';
}

static void put_refusal(cJSON *answer, const char *text, const char *remedy)
{
    cJSON_DeleteItemFromObjectCaseSensitive(answer, "ok");
    cJSON_AddFalseToObject(answer, "ok");
    cJSON_AddStringToObject(answer, "error", text);
    cJSON_AddStringToObject(answer, "remedy", remedy);
}

bool answer_complaint(cJSON *answer, const struct complaint *complaint)
{
    if (complained(complaint)) {
        put_refusal(answer, complaint->text, complaint->remedy);
    }
    return complained(complaint);
}

enum outcome refuse(cJSON *answer, const char *remedy, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_refusal(answer, text, remedy);
    return ANSWERED;
}

/* --- parameters --- */

static const cJSON *find(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

    return cJSON_IsNull(item) ? NULL : item;
}

const cJSON *json_needed(const cJSON *json, const char *name, struct complaint *complaint)
{
    const cJSON *item = find(json, name);

    if (item == NULL) {
        complain_of(complaint, "vboard/CONTROL.md has each command's parameters", "%s is missing",
                    name);
    }
    return item;
}

static bool number_of_text(const char *text, uint64_t *value)
{
    char *end;

    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    *value = strtoull(text, &end, text[1] == 'x' ? 16 : 10);
    return errno == 0 && *end == '\0';
}

static bool number_of(const cJSON *item, uint64_t *value)
{
    double number = item->valuedouble;

    if (cJSON_IsString(item)) {
        return number_of_text(item->valuestring, value);
    }
    if (!cJSON_IsNumber(item) || !(number >= 0 && number <= EXACT_MAX)) {
        return false;
    }
    *value = (uint64_t)number;
    return (double)*value == number;
}

bool json_number(const cJSON *json, const char *name, uint64_t max, uint64_t *value,
                 struct complaint *complaint)
{
    const cJSON *item = find(json, name);
    uint64_t number;

    if (item == NULL) {
        return false;
    }
    if (!number_of(item, &number) || number > max) {
        complain_of(complaint, "give a plain number, or a text as \"0x24000000\"",
                    "%s: a whole number from 0 to %llu is needed", name, (unsigned long long)max);
        return false;
    }
    *value = number;
    return true;
}

bool json_boolean(const cJSON *json, const char *name, bool *value, struct complaint *complaint)
{
    const cJSON *item = find(json, name);

    if (item == NULL) {
        return false;
    }
    if (!cJSON_IsBool(item)) {
        complain_of(complaint, "give it without quotation marks", "%s: true or false is needed",
                    name);
        return false;
    }
    *value = cJSON_IsTrue(item);
    return true;
}

bool json_text(const cJSON *json, const char *name, const char **value, struct complaint *complaint)
{
    const cJSON *item = find(json, name);

    if (item == NULL) {
        return false;
    }
    if (!cJSON_IsString(item)) {
        complain_of(complaint, "put it into quotation marks", "%s: a text is needed", name);
        return false;
    }
    *value = item->valuestring;
    return true;
}

void json_check_keys(const cJSON *json, const char *keys, const char *what,
                     struct complaint *complaint)
{
    char key[64];
    const cJSON *item;

    cJSON_ArrayForEach(item, json)
    {
        int length = snprintf(key, sizeof key, " %s ", item->string);
        if (length >= (int)sizeof key || strchr(item->string, ' ') != NULL ||
            strstr(keys, key) == NULL) {
            complain_of(complaint, "vboard/CONTROL.md has each command's parameters",
                        "%s: no such parameter: %.40s; it takes:%s", what, item->string, keys);
            return;
        }
    }
}

/* --- answers --- */

void json_add_number(cJSON *object, const char *name, uint64_t value)
{
    cJSON_AddNumberToObject(object, name, (double)value);
}

void json_add_hex(cJSON *object, const char *name, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * size + 1);

    if (text == NULL) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15u];
    }
    text[2 * size] = '\0';
    cJSON_AddStringToObject(object, name, text);
    free(text);
}

/* Length of the UTF-8 sequence at bytes (RFC 3629), 0 for bytes that are none, and for NUL. */
static size_t utf8_length(const uint8_t *bytes, size_t size)
{
    uint8_t lead = bytes[0], low = 0x80, high = 0xBF;
    size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    if (lead == 0 || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || length > size) {
        return 0;
    }
    low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : low;
    high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : high;
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] < low || bytes[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xBF;
    }
    return length;
}

static bool is_text(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0, length; at < size; at += length) {
        length = utf8_length(bytes + at, size - at);
        if (length == 0) {
            return false;
        }
    }
    return true;
}

static void put_base64(char *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t at = 0; at < size; at += 3) {
        uint32_t group = (uint32_t)bytes[at] << 16;
        group |= at + 1 < size ? (uint32_t)bytes[at + 1] << 8 : 0;
        group |= at + 2 < size ? bytes[at + 2] : 0;
        for (int i = 0; i < 4; i++) {
            *text++ = digits[group >> (18 - 6 * i) & 63u];
        }
    }
    for (size_t i = size % 3; i > 0 && i < 3; i++) {
        text[(int)i - 3] = '=';
    }
    *text = '\0';
}

void json_add_bytes(cJSON *object, const char *name, const uint8_t *bytes, size_t size)
{
    bool plain = is_text(bytes, size);
    char *text = malloc(size / 3 * 4 + 8);
    char key[64];

    if (text == NULL) {
        return;
    }
    (void)snprintf(key, sizeof key, "%s%s", name, plain ? "" : "_base64");
    if (plain) {
        memcpy(text, bytes, size);
        text[size] = '\0';
    } else {
        put_base64(text, bytes, size);
    }
    cJSON_AddStringToObject(object, key, text);
    free(text);
}

/* --- expectations --- */

static bool differs(const char *where, const cJSON *is, const cJSON *wanted, char *difference,
                    size_t size)
{
    char *is_text_ = is != NULL ? cJSON_PrintUnformatted(is) : NULL;
    char *wanted_text = cJSON_PrintUnformatted(wanted);

    (void)snprintf(difference, size, "%s is %.100s, expected %.100s", where,
                   is_text_ != NULL ? is_text_ : "not there",
                   wanted_text != NULL ? wanted_text : "?");
    cJSON_free(is_text_);
    cJSON_free(wanted_text);
    return false;
}

static bool item_holds(const cJSON *is, const cJSON *wanted, const char *where, char *difference,
                       size_t size)
{
    char path[160];
    const cJSON *item;

    if (!cJSON_IsObject(wanted) || !cJSON_IsObject(is)) {
        return (is != NULL && cJSON_Compare(is, wanted, true)) ||
               differs(where, is, wanted, difference, size);
    }
    cJSON_ArrayForEach(item, wanted)
    {
        (void)snprintf(path, sizeof path, "%s%s%s", where, where[0] != '\0' ? "." : "",
                       item->string);
        if (!item_holds(cJSON_GetObjectItemCaseSensitive(is, item->string), item, path, difference,
                        size)) {
            return false;
        }
    }
    return true;
}

bool json_holds(const cJSON *answer, const cJSON *expected, char *difference, size_t size)
{
    return item_holds(answer, expected, "", difference, size);
}
