/* slots.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "slots.h"
#include "key_file.h"

static bool complain(const char *command, const char *what)
{
    usage_complain(command, what);
    return false;
}

/* One digit, 0 to 3. */
static bool read_slot(const char *text, uint32_t *number)
{
    bool good = text[0] >= '0' && text[0] < '0' + (int)KEY_COUNT_MAX && text[1] == '\0';
    *number = good ? (uint32_t)(text[0] - '0') : 0;
    return good;
}

bool slots_read(const char *command, const struct usage_list *slots, size_t key_count,
                uint32_t *numbers)
{
    uint32_t taken = 0;
    if (key_count > KEY_COUNT_MAX)
        return complain(command, "a device has four key slots");
    if (slots->count != 0 && slots->count != key_count)
        return complain(command, "give a --slot for each --key, or for none");
    for (uint32_t i = 0; i < key_count; i++) {
        numbers[i] = i;
        if (slots->count != 0 && !read_slot(slots->values[i], &numbers[i]))
            return complain(command, "a device has the key slots 0 to 3");
        if (taken & 1u << numbers[i])
            return complain(command, "a slot is given twice");
        taken |= 1u << numbers[i];
    }
    return true;
}
