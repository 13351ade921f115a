/* key_values.h - KEY=VALUE of a command line as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_KEY_VALUES_H
#define FLOTA_CLI_KEY_VALUES_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Add "key=value" to an object. A value that is JSON is taken as such, anything else is text. dots:
 * "a.b=1" becomes {"a":{"b":1}}. Returns false when there is no key. */
bool key_value_add(cJSON *object, const char *word, bool dots);

#endif
