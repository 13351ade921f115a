/* key_values.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "key_values.h"
#include <string.h>

#define KEY_SIZE 128u

static cJSON *read_value(const char *text)
{
    cJSON *value = cJSON_ParseWithOpts(text, NULL, true);
    return value ? value : cJSON_CreateString(text);
}

static cJSON *inner_object(cJSON *object, const char *key)
{
    cJSON *inner = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!inner)
        inner = cJSON_AddObjectToObject(object, key);
    return cJSON_IsObject(inner) ? inner : NULL;
}

bool key_value_add(cJSON *object, const char *word, bool dots)
{
    char key[KEY_SIZE];
    const char *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : 0;
    if (size == 0 || size >= sizeof key)
        return false;
    memcpy(key, word, size);
    key[size] = '\0';
    char *rest = key;
    for (char *dot; dots && object && (dot = strchr(rest, '.')) != NULL; rest = dot + 1) {
        *dot = '\0';
        object = inner_object(object, rest);
    }
    if (!object || rest[0] == '\0')
        return false;
    cJSON_DeleteItemFromObjectCaseSensitive(object, rest); /* the last one counts */
    return cJSON_AddItemToObject(object, rest, read_value(equals + 1));
}
