/* json_read.c - JSON numbers and strings, strictly. Source: RFC 8259 sections 6 and 7.
 *
 * jsmn finds where values begin and end but lets "01", "1e" or a raw line feed in a string pass;
 * here the grammar is checked. Own number reading instead of strtod: newlib's uses the heap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/utf8.h"
#include "json.h"
#include <float.h>
#include <string.h>

#define MANTISSA_DIGITS 18 /* decimal digits that an uint64_t surely holds */
#define EXPONENT_MAX    9999

struct number {
    bool negative;
    bool is_int;       /* neither fraction nor exponent */
    uint64_t mantissa; /* its first MANTISSA_DIGITS significant digits */
    int digits;        /* how many of them */
    int exponent;      /* value = mantissa * 10^exponent */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Take digits from text at *at. fraction: they stand behind the point. Returns how many there were.
 */
static size_t take_digits(struct number *number, const char *text, size_t size, size_t *at,
                          bool fraction)
{
    size_t start = *at;
    for (; *at < size && is_digit(text[*at]); (*at)++) {
        bool kept = number->digits < MANTISSA_DIGITS;
        if (kept) {
            number->mantissa = number->mantissa * 10 + (uint64_t)(text[*at] - '0');
            number->digits += number->mantissa > 0;
        }
        number->exponent += (fraction ? -1 : 0) + (kept ? 0 : 1);
    }
    return *at - start;
}

/* Take e+12 or nothing. */
static bool take_exponent(struct number *number, const char *text, size_t size, size_t *at)
{
    if (*at >= size || (text[*at] | 0x20) != 'e')
        return true;
    (*at)++;
    number->is_int = false;
    bool negative = *at < size && text[*at] == '-';
    if (negative || (*at < size && text[*at] == '+'))
        (*at)++;
    size_t start = *at;
    int exponent = 0;
    for (; *at < size && is_digit(text[*at]); (*at)++)
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (text[*at] - '0');
    number->exponent += negative ? -exponent : exponent;
    return *at > start;
}

/* Check the whole text against the grammar: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
 */
static bool parse_number(const char *text, size_t size, struct number *number)
{
    size_t at = 0;
    *number = (struct number){.is_int = true};
    number->negative = size > 0 && text[0] == '-';
    at += number->negative;
    size_t first = at;
    size_t count = take_digits(number, text, size, &at, false);
    if (count == 0 || (count > 1 && text[first] == '0'))
        return false;
    if (at < size && text[at] == '.') {
        at++;
        number->is_int = false;
        if (take_digits(number, text, size, &at, true) == 0)
            return false;
    }
    return take_exponent(number, text, size, &at) && at == size;
}

bool json_read_int(const char *text, size_t size, int32_t *value)
{
    struct number number;
    if (!parse_number(text, size, &number) || !number.is_int || number.exponent != 0)
        return false;
    if (number.mantissa > (uint64_t)INT32_MAX + number.negative)
        return false;
    int64_t wide = (int64_t)number.mantissa;
    *value = (int32_t)(number.negative ? -wide : wide);
    return true;
}

bool json_read_double(const char *text, size_t size, double *value)
{
    struct number number;
    if (!parse_number(text, size, &number))
        return false;
    int exponent = number.mantissa == 0 ? 0 : number.exponent;
    double result = json_scale_by_ten((double)number.mantissa, exponent);
    *value = number.negative ? -result : result;
    return result <= DBL_MAX; /* infinity is more */
}

/* --- strings --- */

/* Four hexadecimal digits at text; -1 when they are not. */
static int32_t read_hex4(const char *text, size_t size)
{
    int32_t code = 0;
    if (size < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        char c = text[i];
        char lower = (char)(c | 0x20);
        if (is_digit(c))
            code = code * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            code = code * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return code;
}

/* Decode what follows "\u", a surrogate pair included. Returns the bytes taken, 0 when it is
 * invalid. */
static size_t read_unicode(const char *text, size_t size, uint32_t *code)
{
    int32_t high = read_hex4(text, size);
    if (high <= 0 || (high >= 0xDC00 && high <= 0xDFFF))
        return 0;
    *code = (uint32_t)high;
    if (high < 0xD800 || high > 0xDBFF)
        return 4;
    if (size < 10 || text[4] != '\\' || text[5] != 'u')
        return 0;
    int32_t low = read_hex4(text + 6, size - 6);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0;
    *code = 0x10000u + (((uint32_t)high - 0xD800u) << 10) + ((uint32_t)low - 0xDC00u);
    return 10;
}

/* Decode one escape, text at the backslash. Returns the bytes taken, 0 when it is invalid. */
static size_t read_escape(const char *text, size_t size, char bytes[4], size_t *count)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (size < 2 || text[1] == '\0')
        return 0;
    const char *letter = strchr(letters, text[1]);
    if (letter) {
        bytes[0] = meanings[letter - letters];
        *count = 1;
        return 2;
    }
    uint32_t code;
    size_t taken = text[1] == 'u' ? read_unicode(text + 2, size - 2, &code) : 0;
    if (taken == 0)
        return 0;
    *count = flota_utf8_encode(code, bytes);
    return 2 + taken;
}

bool json_read_string(const char *text, size_t size, char *value, size_t value_size)
{
    size_t used = 0;
    for (size_t at = 0, step; at < size; at += step) {
        char escaped[4];
        const char *bytes = text + at;
        size_t count;
        if (text[at] == '\\') {
            step = read_escape(text + at, size - at, escaped, &count);
            bytes = escaped;
        } else {
            step = (unsigned char)text[at] < 0x20 ? 0 : flota_utf8_length(text + at, size - at);
            count = step;
        }
        if (step == 0 || count >= value_size - used)
            return false;
        memcpy(value + used, bytes, count);
        used += count;
    }
    value[used] = '\0';
    return true;
}
