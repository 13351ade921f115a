/* base64.c - groups of four characters to three bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/base64.h"
#include <limits.h>
#include <stdint.h>

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static size_t padding_of(const char *text, size_t size)
{
    if (size == 0 || text[size - 1] != '=')
        return 0;
    return text[size - 2] == '=' ? 2 : 1;
}

/* 24 bits, or -1 when one of the first `count` characters is no digit, or bits that belong to no
 * byte are not zero. */
static int32_t read_group(const char *text, size_t count)
{
    int32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < count ? value_of(text[i]) : 0;
        if (value < 0)
            return -1;
        bits = bits * 64 + value;
    }
    int32_t unused = (INT32_C(1) << 8 * (4 - count)) - 1;
    return (bits & unused) == 0 ? bits : -1;
}

int flota_base64_decode(const char *text, size_t size, void *data, size_t capacity)
{
    uint8_t *bytes = data;
    if (size % 4 != 0 || size > INT_MAX)
        return -1;
    size_t byte_count = size / 4 * 3 - padding_of(text, size);
    if (byte_count > capacity)
        return -1;
    for (size_t used = 0; used < byte_count; text += 4) {
        size_t count = byte_count - used < 3 ? byte_count - used : 3;
        int32_t bits = read_group(text, count + 1);
        if (bits < 0)
            return -1;
        for (size_t i = 0; i < count; i++)
            bytes[used++] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return (int)byte_count;
}
