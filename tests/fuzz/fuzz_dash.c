/* fuzz_dash.c - any bytes as the body of a POST: what is taken comes back as JSON that is taken
 * again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/dash.h"
#include "flota/error.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct values {
    bool state;
    int32_t count;
    double ratio;
    char name[12];
};

static const struct flota_field fields[] = {
    {"state", FLOTA_FIELD_BOOL, offsetof(struct values, state), sizeof(bool), false},
    {"count", FLOTA_FIELD_INT, offsetof(struct values, count), sizeof(int32_t), false},
    {"ratio", FLOTA_FIELD_DOUBLE, offsetof(struct values, ratio), sizeof(double), false},
    {"name", FLOTA_FIELD_STRING, offsetof(struct values, name), 12, false},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct values values, before;
    char json[FLOTA_HTTP_TEXT_MAX];
    memset(&values, 0, sizeof values);
    before = values;
    struct flota_endpoint endpoint = {"values", fields, 4, &values, sizeof values, NULL, NULL};

    int result = flota_dash_from_json(&endpoint, (const char *)data, size);
    if (result != 0 && (result != FLOTA_ERR_BAD_VALUE || memcmp(&values, &before, sizeof values)))
        abort();
    int length = flota_dash_to_json(&endpoint, json, sizeof json);
    if (length <= 0 || json[length] != '\0')
        abort();
    before = values;
    if (flota_dash_from_json(&endpoint, json, (size_t)length) != 0)
        abort();
    if (values.state != before.state || values.count != before.count ||
        strcmp(values.name, before.name) != 0)
        abort();
    return 0;
}
