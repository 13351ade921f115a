/* version.c - semantic versioning 2.0.0, clauses 2, 9, 10 and 11.
 *
 * Numbers of any length are compared as texts of digits, so that nothing overflows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/image.h"
#include <stddef.h>
#include <string.h>

struct span {
    const char *text;
    size_t size;
};

struct version {
    struct span number[3];   /* major, minor, patch */
    struct span pre_release; /* empty when there is none */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_identifier_char(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

static bool is_numeric(struct span identifier)
{
    for (size_t i = 0; i < identifier.size; i++)
        if (!is_digit(identifier.text[i]))
            return false;
    return identifier.size > 0;
}

static bool has_leading_zero(struct span number)
{
    return number.size > 1 && number.text[0] == '0';
}

/* The identifier at text, up to a character that belongs to none. */
static struct span identifier_at(const char *text)
{
    struct span identifier = {text, 0};
    while (is_identifier_char(text[identifier.size]))
        identifier.size++;
    return identifier;
}

/* Each parser returns the text behind what it took, or NULL when the text is no version. */

static const char *parse_number(const char *text, struct span *number)
{
    *number = (struct span){text, 0};
    while (is_digit(text[number->size]))
        number->size++;
    return is_numeric(*number) && !has_leading_zero(*number) ? text + number->size : NULL;
}

static const char *parse_core(const char *text, struct version *version)
{
    for (int i = 0; i < 3; i++) {
        if (i > 0 && *text++ != '.')
            return NULL;
        text = parse_number(text, &version->number[i]);
        if (!text)
            return NULL;
    }
    return text;
}

/* Identifiers separated by dots. Leading zeros of numbers are wrong in a pre-release only. */
static const char *parse_identifiers(const char *text, bool allow_leading_zeros)
{
    for (;;) {
        struct span identifier = identifier_at(text);
        if (identifier.size == 0)
            return NULL;
        if (!allow_leading_zeros && is_numeric(identifier) && has_leading_zero(identifier))
            return NULL;
        text += identifier.size;
        if (*text != '.')
            return text;
        text++;
    }
}

static bool parse(const char *text, struct version *version)
{
    version->pre_release = (struct span){NULL, 0};
    text = parse_core(text, version);
    if (text && *text == '-') {
        version->pre_release.text = text + 1;
        text = parse_identifiers(text + 1, false);
        if (text)
            version->pre_release.size = (size_t)(text - version->pre_release.text);
    }
    if (text && *text == '+')
        text = parse_identifiers(text + 1, true);
    return text && *text == '\0';
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_numbers(struct span a, struct span b)
{
    if (a.size != b.size)
        return compare_sizes(a.size, b.size);
    return memcmp(a.text, b.text, a.size);
}

static int compare_words(struct span a, struct span b)
{
    int order = memcmp(a.text, b.text, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : compare_sizes(a.size, b.size);
}

/* Clause 11.4: numbers in numeric order, words in ASCII order, numbers before words. */
static int compare_identifiers(struct span a, struct span b)
{
    bool a_is_number = is_numeric(a), b_is_number = is_numeric(b);
    if (a_is_number != b_is_number)
        return a_is_number ? -1 : 1;
    return a_is_number ? compare_numbers(a, b) : compare_words(a, b);
}

/* Take the first identifier off a list; empty when the list is. */
static struct span take_identifier(struct span *list)
{
    struct span identifier = {list->text, 0};
    while (identifier.size < list->size && list->text[identifier.size] != '.')
        identifier.size++;
    size_t taken = identifier.size < list->size ? identifier.size + 1 : identifier.size;
    list->text += taken;
    list->size -= taken;
    return identifier;
}

static int compare_pre_releases(struct span a, struct span b)
{
    if (a.size == 0 || b.size == 0) /* a version without pre-release comes after those with one */
        return compare_sizes(b.size, a.size);
    while (a.size > 0 && b.size > 0) {
        int order = compare_identifiers(take_identifier(&a), take_identifier(&b));
        if (order != 0)
            return order;
    }
    return compare_sizes(a.size, b.size);
}

static int compare_parsed(const struct version *a, const struct version *b)
{
    for (int i = 0; i < 3; i++) {
        int order = compare_numbers(a->number[i], b->number[i]);
        if (order != 0)
            return order;
    }
    return compare_pre_releases(a->pre_release, b->pre_release);
}

int flota_version_compare(const char *a, const char *b)
{
    struct version parsed_a, parsed_b;
    bool a_valid = parse(a, &parsed_a), b_valid = parse(b, &parsed_b);
    if (!a_valid || !b_valid)
        return (int)a_valid - (int)b_valid;
    return compare_parsed(&parsed_a, &parsed_b);
}
