/* device_words.h - a device's status (SPEC.md, Status) in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DEVICE_WORDS_H
#define FLOTA_CLI_DEVICE_WORDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_WORDS_MAX 320u

/* How the firmware stands: "on trial, 41 s left: ...". Returns false when the status says nothing.
 */
bool device_state_words(const cJSON *status, char *text, size_t size);

/* Why the last update was rolled back. Returns false when it was not. */
bool device_rollback_words(const cJSON *status, char *text, size_t size);

/* Members of the status; "" and 0 for what is not there. */
const char *device_text(const cJSON *object, const char *key);
double device_number(const cJSON *object, const char *key);
const cJSON *device_member(const cJSON *object, const char *key);

#endif
