/* planted.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "planted.h"
#include <stdint.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} faults[PLANTED_COUNT] = {{"nothing", "the device as it should be"},
#define X(name, text) {#name, text},
                           PLANTED_MAP(X)
#undef X
};

const char *planted_name(enum planted_fault fault)
{
    return faults[fault].name;
}

const char *planted_text(enum planted_fault fault)
{
    return faults[fault].text;
}

enum planted_fault planted_by_name(const char *name)
{
    uint32_t fault = 0;
    while (fault < PLANTED_COUNT && strcmp(faults[fault].name, name) != 0)
        fault++;
    return (enum planted_fault)fault;
}
