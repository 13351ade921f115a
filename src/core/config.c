/* config.c - keys and their values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config_internal.h"
#include "flota/error.h"
#include "flota/utf8.h"
#include <string.h>

#define INTEGER_SIZE 12u /* "-2147483648" and a zero */

/* --- keys --- */

void flota_config_add(struct flota_config *config, struct flota_config_table *table)
{
    struct flota_config_table **end = &config->tables;
    while (*end && *end != table)
        end = &(*end)->next;
    if (*end == table)
        return;
    table->next = NULL;
    *end = table;
}

static const struct flota_config_key *find_in(const struct flota_config_table *table,
                                              const char *key)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (strcmp(table->keys[i].key, key) == 0)
            return &table->keys[i];
    return NULL;
}

const struct flota_config_key *flota_config_find(const struct flota_config *config, const char *key)
{
    const struct flota_config_key *found = NULL;
    if (!flota_config_is_key(key, strlen(key)))
        return NULL;
    for (const struct flota_config_table *table = config->tables; table && !found;
         table = table->next)
        found = find_in(table, key);
    return found;
}

bool flota_config_is_private(const struct flota_config *config, const char *key)
{
    for (const struct flota_config_table *table = config->tables; table; table = table->next)
        if (table->is_private && find_in(table, key))
            return true;
    return false;
}

/* --- values as text --- */

static bool read_integer(const char *text, int32_t *value)
{
    bool negative = *text == '-';
    const char *digits = text + negative;
    int64_t sum = 0;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count] != '\0' || (count > 1 && digits[0] == '0'))
        return false;
    for (size_t i = 0; i < count && sum <= UINT32_MAX; i++)
        sum = sum * 10 + (digits[i] - '0');
    sum = negative ? -sum : sum;
    *value = (int32_t)sum;
    return sum >= INT32_MIN && sum <= INT32_MAX;
}

static bool is_utf8(const char *text)
{
    size_t size = strlen(text), step = 1;
    for (size_t at = 0; at < size && step > 0; at += step)
        step = flota_utf8_length(text + at, size - at);
    return step > 0;
}

static bool is_of_type(const struct flota_config_key *key, const char *value)
{
    int32_t integer;
    switch (key->type) {
    case FLOTA_CONFIG_BOOLEAN:
        return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    case FLOTA_CONFIG_INTEGER:
        return strnlen(value, INTEGER_SIZE) < INTEGER_SIZE && read_integer(value, &integer);
    case FLOTA_CONFIG_STRING:
        return strnlen(value, FLOTA_CONFIG_VALUE_MAX) < FLOTA_CONFIG_VALUE_MAX && is_utf8(value);
    }
    return false;
}

static const char *value_of(const struct flota_config *config, const struct flota_config_key *key)
{
    const char *value = flota_config_value(&config->values, key->key, strlen(key->key));
    if (value && is_of_type(key, value))
        return value;
    return key->initial ? key->initial : "";
}

const char *flota_config_text(const struct flota_config *config, const char *key)
{
    const struct flota_config_key *found = flota_config_find(config, key);
    return found ? value_of(config, found) : "";
}

int32_t flota_config_integer(const struct flota_config *config, const char *key)
{
    int32_t value;
    return read_integer(flota_config_text(config, key), &value) ? value : 0;
}

bool flota_config_boolean(const struct flota_config *config, const char *key)
{
    return strcmp(flota_config_text(config, key), "true") == 0;
}

/* --- changes --- */

static bool is_initial(const struct flota_config_key *key, const char *value)
{
    return strcmp(value, key->initial ? key->initial : "") == 0;
}

/* Back, when a journal could not hold it. */
static int keep_if_it_fits(struct flota_config *config, const char *key, const char *old)
{
    if (flota_config_fits(config->flash, config->values.size))
        return 0;
    if (old)
        (void)flota_config_put(&config->values, key, old);
    else
        flota_config_remove(&config->values, key);
    return FLOTA_ERR_CONFIG_FULL;
}

int flota_config_set(struct flota_config *config, const char *key, const char *value)
{
    const struct flota_config_key *found = flota_config_find(config, key);
    char old[FLOTA_CONFIG_VALUE_MAX];
    if (!found)
        return FLOTA_ERR_CONFIG_KEY;
    if (!is_of_type(found, value))
        return FLOTA_ERR_CONFIG_VALUE;
    if (is_initial(found, value))
        return flota_config_reset(config, key);
    const char *stored = flota_config_value(&config->values, key, strlen(key));
    uint32_t size_before = config->values.size;
    if (stored)
        strcpy(old, stored);
    int error = flota_config_put(&config->values, key, value);
    if (error != 0 || config->values.size <= size_before)
        return error;
    return keep_if_it_fits(config, key, stored ? old : NULL);
}

int flota_config_reset(struct flota_config *config, const char *key)
{
    if (!flota_config_find(config, key))
        return FLOTA_ERR_CONFIG_KEY;
    flota_config_remove(&config->values, key);
    return 0;
}

static int change_all(struct flota_config *config, const struct flota_config_change *changes,
                      size_t count)
{
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++)
        error = changes[i].value ? flota_config_set(config, changes[i].key, changes[i].value)
                                 : flota_config_reset(config, changes[i].key);
    return error;
}

static bool has_private(const struct flota_config *config,
                        const struct flota_config_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (flota_config_is_private(config, changes[i].key))
            return true;
    return false;
}

int flota_config_store(struct flota_config *config, const struct flota_config_change *changes,
                       size_t count)
{
    const struct flota_config_text before = config->values;
    flota_config_discard(config);
    int error = change_all(config, changes, count);
    if (error == 0)
        error = has_private(config, changes, count) ? flota_config_save_own(config)
                                                    : flota_config_save(config);
    if (error != 0) {
        config->values = before;
        return error;
    }
    const struct flota_config_text stored = config->values;
    config->values = before;
    if (change_all(config, changes, count) != 0) /* no room beside what waits in RAM */
        config->values = stored;
    return 0;
}

/* --- life --- */

void flota_config_init(struct flota_config *config, const struct flota_flash *flash)
{
    struct flota_config_state state;
    flota_config_read(flash, &state);
    flota_config_settle(flash, &state);
    config->flash = flash;
    config->tables = NULL;
    config->values = state.values;
}

void flota_config_discard(struct flota_config *config)
{
    struct flota_config_state state;
    flota_config_read(config->flash, &state);
    config->values = state.values;
}
