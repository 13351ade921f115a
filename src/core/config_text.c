/* config_text.c - values in memory: "key=value" and a zero, one behind the other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config_internal.h"
#include "flota/error.h"
#include <string.h>

const char *flota_config_first(const struct flota_config_text *text)
{
    return text->size > 0 ? text->bytes : NULL;
}

const char *flota_config_next(const struct flota_config_text *text, const char *entry)
{
    const char *next = entry + strlen(entry) + 1;
    return next < text->bytes + text->size ? next : NULL;
}

static bool is_of(const char *entry, const char *key, size_t key_size)
{
    return strncmp(entry, key, key_size) == 0 && entry[key_size] == '=';
}

static const char *find(const struct flota_config_text *text, const char *key, size_t key_size)
{
    const char *entry = flota_config_first(text);
    while (entry && !is_of(entry, key, key_size))
        entry = flota_config_next(text, entry);
    return entry;
}

const char *flota_config_value(const struct flota_config_text *text, const char *key,
                               size_t key_size)
{
    const char *entry = find(text, key, key_size);
    return entry ? entry + key_size + 1 : NULL;
}

bool flota_config_agrees(const struct flota_config_text *text, const char *entry)
{
    const char *found = find(text, entry, strcspn(entry, "="));
    return found && strcmp(found, entry) == 0;
}

void flota_config_remove(struct flota_config_text *text, const char *key)
{
    const char *entry = find(text, key, strlen(key));
    if (!entry)
        return;
    size_t at = (size_t)(entry - text->bytes), size = strlen(entry) + 1;
    memmove(text->bytes + at, text->bytes + at + size, text->size - at - size);
    text->size -= (uint32_t)size;
}

int flota_config_put(struct flota_config_text *text, const char *key, const char *value)
{
    size_t key_size = strlen(key), value_size = strlen(value) + 1;
    const char *old = find(text, key, key_size);
    size_t kept = text->size - (old ? strlen(old) + 1 : 0);
    if (kept + key_size + 1 + value_size > sizeof text->bytes)
        return FLOTA_ERR_CONFIG_FULL;
    flota_config_remove(text, key);
    char *end = text->bytes + text->size;
    memcpy(end, key, key_size);
    end[key_size] = '=';
    memcpy(end + key_size + 1, value, value_size);
    text->size += (uint32_t)(key_size + 1 + value_size);
    return 0;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool flota_config_is_key(const char *key, size_t size)
{
    uint32_t names = 1;
    if (size == 0 || size >= FLOTA_CONFIG_KEY_MAX || key[size - 1] == '.')
        return false;
    for (size_t i = 0; i < size; i++) {
        bool dot = key[i] == '.' && i > 0 && key[i - 1] != '.';
        if (!dot && !is_name_byte(key[i]))
            return false;
        names += dot;
    }
    return names <= FLOTA_CONFIG_DEPTH_MAX;
}
