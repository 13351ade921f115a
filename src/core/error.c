/* error.c - the words of every error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include <stddef.h>

static const struct flota_error_text texts[] = {
#define X(name, number, cause, remedy) {number, #name, cause, remedy},
    FLOTA_ERROR_MAP(X)
#undef X
};

static const struct flota_error_text unknown = {
    0, "UNKNOWN", "an error that this version has no words for",
    "note its number and look it up in flota/error.h of the firmware's version"};

const struct flota_error_text *flota_error_text(int number)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].number == number)
            return &texts[i];
    return &unknown;
}
