/* json_string.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "json_string.h"
#include <string.h>

/* --- UTF-8 --- */

static size_t utf8_size(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

/* No longer forms than needed, no surrogates, nothing above U+10FFFF: RFC 3629 section 4. */
size_t utf8_read(const char *text, size_t size, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = size ? utf8_size((unsigned char)text[0]) : 0;
    if (count == 0 || count > size)
        return 0;
    uint32_t value = (unsigned char)text[0];
    if (count > 1)
        value &= 0x7Fu >> count;
    for (size_t i = 1; i < count; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xC0u) != 0x80u)
            return 0;
        value = value << 6 | (byte & 0x3Fu);
    }
    if (value < least[count] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return 0;
    *character = value;
    return count;
}

size_t utf8_write(char *text, uint32_t character)
{
    if (character < 0x80) {
        text[0] = (char)character;
        return 1;
    }
    size_t count = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--) {
        text[i] = (char)(0x80u | (character & 0x3Fu));
        character >>= 6;
    }
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    text[0] = (char)(first[count] | character);
    return count;
}

/* --- escapes --- */

static uint32_t hex4(const char *text)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char digit = text[i];
        value = value << 4 | (uint32_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

static bool fail(struct json_string *string, const char *remedy, const char *message)
{
    string->bad = string->at;
    string->remedy = remedy;
    string->message = message;
    return false;
}

/* \uXXXX, two of them for characters above U+FFFF; jsmn has seen four digits each. */
static bool read_unicode(struct json_string *string, uint32_t *character)
{
    const char *text = string->source + string->at;
    size_t left = string->size - string->at;
    *character = hex4(text + 2);
    if (*character < 0xD800 || *character >= 0xE000) {
        string->at += 6;
        return true;
    }
    uint32_t low = left >= 12 && text[6] == '\\' && text[7] == 'u' ? hex4(text + 8) : 0;
    if (*character >= 0xDC00 || low < 0xDC00 || low >= 0xE000)
        return fail(string, "write the character itself", "half of a surrogate pair");
    *character = 0x10000 + ((*character - 0xD800) << 10) + (low - 0xDC00);
    string->at += 12;
    return true;
}

static bool read_escape(struct json_string *string, uint32_t *character)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char letter = string->source[string->at + 1];
    if (letter == 'u')
        return read_unicode(string, character);
    *character = (unsigned char)to[strchr(from, letter) - from];
    string->at += 2;
    return true;
}

static bool read_character(struct json_string *string, uint32_t *character)
{
    const char *text = string->source + string->at;
    if (*text == '\\')
        return read_escape(string, character);
    if ((unsigned char)*text < ' ')
        return fail(string, "end the text in its line; a tab is \\t, a new line is \\n",
                    "this is not JSON: a control character inside a text");
    size_t size = utf8_read(text, string->size - string->at, character);
    if (size == 0)
        return fail(string, "save the file as UTF-8", "the text is not UTF-8");
    string->at += size;
    return true;
}

bool json_string_read(struct json_string *string, struct arena *arena)
{
    string->text = arena_take(arena, string->size + 1); /* escapes are longer than what they mean */
    while (string->at < string->size && (!string->stop || string->text_size < string->stop)) {
        uint32_t character;
        if (!read_character(string, &character))
            return false;
        string->text_size += utf8_write(string->text + string->text_size, character);
    }
    return true;
}
