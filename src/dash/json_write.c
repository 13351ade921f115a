/* json_write.c - a double as JSON text.
 *
 * Own code instead of snprintf: newlib's nano printf has no doubles, and its full one uses the
 * heap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "json.h"
#include <float.h>
#include <string.h>

#define LOG10_2        0.30102999566398120
#define EXPONENT_ONES  0x7FF
#define DOUBLE_DIGITS  15         /* what a decimal number keeps through a double and back */
#define FLOAT_UNIT     100000000u /* of them a float keeps seven */
#define LARGEST_DIGITS 179769313486231ull /* of DBL_MAX, rounded down */

double json_scale_by_ten(double value, int exponent)
{
    for (; exponent >= 22; exponent -= 22)
        value *= 1e22;
    for (; exponent <= -22; exponent += 22)
        value /= 1e22;
    double power = 1;
    for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--)
        power *= 10;
    return exponent < 0 ? value / power : value * power;
}

/* The 11 exponent bits of a double (IEEE 754 binary64): 0 for zero and subnormal numbers, all ones
 * for infinities and what is no number. */
static int exponent_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int)(bits >> 52 & EXPONENT_ONES);
}

/* floor(log10(value)) or one less. */
static int estimate_exponent(double value)
{
    int shift = exponent_bits(value) == 0 ? 54 : 0; /* subnormal: make it a normal number first */
    int binary = exponent_bits(shift ? value * 0x1p54 : value) - 1023 - shift;
    double estimate = binary * LOG10_2;
    int truncated = (int)estimate;
    return truncated > estimate ? truncated - 1 : truncated;
}

/* Round to fewer digits: unit is a power of ten. */
static uint64_t round_to(uint64_t number, uint64_t unit)
{
    return (number + unit / 2) / unit * unit;
}

/* Split a positive value into DOUBLE_DIGITS digits, those below unit zero, and the exponent of the
 * first: d.ddd * 10^exponent. */
static int split_digits(double value, uint64_t unit, char digits[DOUBLE_DIGITS])
{
    int exponent = estimate_exponent(value);
    uint64_t number = (uint64_t)(json_scale_by_ten(value, DOUBLE_DIGITS - 1 - exponent) + 0.5);
    if (number >= 1000000000000000ull) { /* the estimate was one too small, or rounding carried */
        exponent++;
        number = (uint64_t)(json_scale_by_ten(value, DOUBLE_DIGITS - 1 - exponent) + 0.5);
    }
    if (exponent == DBL_MAX_10_EXP && number > LARGEST_DIGITS)
        number = LARGEST_DIGITS; /* rounded up, nobody could read it back */
    number = round_to(number, unit);
    if (number >= 1000000000000000ull) {
        number /= 10;
        exponent++;
    }
    for (int i = DOUBLE_DIGITS - 1; i >= 0; i--, number /= 10)
        digits[i] = (char)('0' + number % 10);
    return exponent;
}

static void write_decimal(struct flota_json *json, const char *digits, int count, int exponent)
{
    if (exponent < 0)
        flota_json_raw(json, "0.");
    for (int i = exponent + 1; i < 0; i++)
        flota_json_raw(json, "0");
    for (int i = 0; i < count || i <= exponent; i++) {
        if (i == exponent + 1 && i > 0)
            flota_json_raw(json, ".");
        flota_json_bytes(json, i < count ? &digits[i] : "0", 1);
    }
}

static void write_number(struct flota_json *json, double value, uint64_t unit)
{
    char digits[DOUBLE_DIGITS];
    if (exponent_bits(value) == EXPONENT_ONES) {
        flota_json_raw(json, "null");
        return;
    }
    if (!(value < 0) && !(value > 0)) {
        flota_json_raw(json, "0");
        return;
    }
    if (value < 0)
        flota_json_raw(json, "-");
    int exponent = split_digits(value < 0 ? -value : value, unit, digits);
    int count = DOUBLE_DIGITS;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (exponent >= -7 && exponent < DOUBLE_DIGITS) {
        write_decimal(json, digits, count, exponent);
        return;
    }
    write_decimal(json, digits, count, 0);
    flota_json_raw(json, "e");
    flota_json_integer(json, exponent);
}

void json_write_double(struct flota_json *json, double value)
{
    write_number(json, value, 1);
}

void json_write_float(struct flota_json *json, float value)
{
    write_number(json, (double)value, FLOAT_UNIT);
}
