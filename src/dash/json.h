/* json.h - inside the dashboard: JSON values read, and doubles written, without a heap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_DASH_JSON_H
#define FLOTA_DASH_JSON_H

#include "flota/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void json_write_double(struct flota_json *json, double value); /* 15 significant digits */

void json_write_float(struct flota_json *json, float value); /* 7 */

/* Read a JSON number without fraction and exponent that fits 32 bits. */
bool json_read_int(const char *text, size_t size, int32_t *value);

/* Read any JSON number that a double can hold. Up to 15 significant digits with a decimal exponent
 * of magnitude up to 22 are exact; others may differ in the last bits. */
bool json_read_double(const char *text, size_t size, double *value);

/* Read what stands between the quotes of a JSON string into value, zero-terminated. False when it
 * is longer than size - 1 bytes, is no UTF-8, or holds a control character or a zero. */
bool json_read_string(const char *text, size_t size, char *value, size_t value_size);

/* value * 10^exponent, in steps that keep powers of ten exact (10^22 is the last exact one). */
double json_scale_by_ten(double value, int exponent);

#endif
