/* device_text.c - what a device says must not drive the terminal that it is shown on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"

/* Control characters: ECMA-48's C0 and DEL, and in UTF-8 C1 (U+0080 to U+009F). */
void device_clean_text(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
        else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
            c[0] = c[1] = '?';
    }
}

/* As deep as cJSON itself reads: CJSON_NESTING_LIMIT. */
void device_clean(cJSON *value)
{
    for (; value; value = value->next) {
        if (cJSON_IsString(value))
            device_clean_text(value->valuestring);
        device_clean(value->child);
    }
}
