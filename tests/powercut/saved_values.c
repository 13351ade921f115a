/* saved_values.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "saved_values.h"
#include "flota/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_NUMBER 1000u /* of four digits: values end where pieces of a save do */
#define TEXT_MAX     24u

/* With its place in a save and a zero each of the first two fills a piece of 11 bytes: a save that
 * was cut there would be read without an error, if it were read. */
static const struct flota_config_key keys[] = {
    {"a.n", FLOTA_CONFIG_INTEGER, "0", false},
    {"bbb.n", FLOTA_CONFIG_INTEGER, "0", false},
    {"c.text", FLOTA_CONFIG_STRING, "", false},
    {"d.flag", FLOTA_CONFIG_BOOLEAN, "false", false},
    {"e.memory", FLOTA_CONFIG_INTEGER, "0", false}, /* of some images */
};

static bool remembers(int image)
{
    return image % 2 == 0;
}

static void text_of(uint32_t number, char text[TEXT_MAX])
{
    uint32_t size = number == 0 ? 0 : 1 + number * 7 % (TEXT_MAX - 1);
    memset(text, 'a' + (int)(number % 26), size);
    text[size < TEXT_MAX ? size : TEXT_MAX - 1] = '\0';
}

static bool flag_of(uint32_t number)
{
    return number % 3 == 1;
}

void saved_values_start(struct flota_config *config, const struct flota_flash *flash, int image)
{
    static struct flota_config_table few = {.keys = keys, .count = 4},
                                     all = {.keys = keys, .count = 5};
    flota_config_init(config, flash);
    flota_config_add(config, remembers(image) ? &all : &few);
}

static void set_number(struct flota_config *config, const char *key, uint32_t number)
{
    char value[12];
    snprintf(value, sizeof value, "%u", (unsigned)(FIRST_NUMBER + number));
    if (flota_config_set(config, key, value) != 0)
        abort();
}

int saved_values_save(struct saved_values *saved, struct flota_config *config, int image)
{
    uint32_t number = saved->last + 1;
    char text[TEXT_MAX];
    text_of(number, text);
    set_number(config, "a.n", number);
    set_number(config, "bbb.n", number);
    if (flota_config_set(config, "c.text", text) != 0 ||
        flota_config_set(config, "d.flag", flag_of(number) ? "true" : "false") != 0)
        abort();
    if (remembers(image))
        set_number(config, "e.memory", number);
    saved->memory[number] = remembers(image) ? number : saved->memory[saved->durable];
    saved->last = number;
    saved->torn[number] = true;
    int error = flota_config_save(config);
    if (error == FLOTA_ERR_CONFIG_FULL)
        saved->torn[number] = false;
    if (error != 0) {
        flota_config_discard(config);
        return error;
    }
    memset(saved->torn, 0, sizeof saved->torn);
    saved->durable = number;
    return 0;
}

static uint32_t number_in(const struct flota_config *config, const char *key)
{
    int32_t value = flota_config_integer(config, key);
    return value == 0 ? 0 : (uint32_t)value - FIRST_NUMBER;
}

static bool is_mixed(const struct flota_config *config, uint32_t number)
{
    char text[TEXT_MAX];
    text_of(number, text);
    return number_in(config, "bbb.n") != number ||
           strcmp(flota_config_text(config, "c.text"), text) != 0 ||
           flota_config_boolean(config, "d.flag") != flag_of(number);
}

const char *saved_values_check(struct saved_values *saved, const struct flota_config *config,
                               int image, bool settles)
{
    uint32_t number = number_in(config, "a.n");
    if (number > saved->last || is_mixed(config, number))
        return "CONFIGURATION: a mixture of two saves";
    if (number != saved->durable && !saved->torn[number])
        return number < saved->durable ? "CONFIGURATION: a save was lost"
                                       : "CONFIGURATION: values that were not in force came back";
    if (remembers(image) && number_in(config, "e.memory") != saved->memory[number])
        return "CONFIGURATION: a value that an image does not know was lost";
    if (settles) {
        memset(saved->torn, 0, sizeof saved->torn);
        saved->durable = number;
    }
    return NULL;
}
