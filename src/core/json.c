/* json.c - a small JSON writer. Source: RFC 8259.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/json.h"
#include "flota/utf8.h"
#include <string.h>

void flota_json_bytes(struct flota_json *json, const char *bytes, size_t size)
{
    if (json->full || size >= json->capacity - json->size) {
        json->full = true;
        return;
    }
    memcpy(json->text + json->size, bytes, size);
    json->size += size;
    json->text[json->size] = '\0';
}

void flota_json_begin(struct flota_json *json, char *text, size_t capacity)
{
    *json = (struct flota_json){text, capacity, 0, false};
    text[0] = '\0';
}

void flota_json_raw(struct flota_json *json, const char *text)
{
    flota_json_bytes(json, text, strlen(text));
}

static void add_escape(struct flota_json *json, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char escape[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    flota_json_bytes(json, escape, sizeof escape);
}

void flota_json_string(struct flota_json *json, const char *text, size_t max)
{
    size_t size = strnlen(text, max);
    flota_json_raw(json, "\"");
    for (size_t at = 0, step; at < size; at += step) {
        unsigned char byte = (unsigned char)text[at];
        step = flota_utf8_length(text + at, size - at);
        if (byte == '"' || byte == '\\')
            flota_json_raw(json, "\\");
        if (step == 0) {
            flota_json_raw(json, "\\ufffd");
            step = 1;
        } else if (byte < 0x20) {
            add_escape(json, byte);
        } else {
            flota_json_bytes(json, text + at, step);
        }
    }
    flota_json_raw(json, "\"");
}

void flota_json_key(struct flota_json *json, const char *key)
{
    if (json->size > 0 && json->text[json->size - 1] != '{')
        flota_json_raw(json, ",");
    flota_json_string(json, key, SIZE_MAX);
    flota_json_raw(json, ":");
}

void flota_json_text(struct flota_json *json, const char *key, const char *value)
{
    flota_json_key(json, key);
    if (value)
        flota_json_string(json, value, SIZE_MAX);
    else
        flota_json_raw(json, "null");
}

/* By hand: the small printf of the device's C library knows no 64-bit numbers. */
void flota_json_integer(struct flota_json *json, int64_t value)
{
    char digits[21];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    flota_json_bytes(json, digits + at, sizeof digits - at);
}

void flota_json_number(struct flota_json *json, const char *key, int64_t value)
{
    flota_json_key(json, key);
    flota_json_integer(json, value);
}
