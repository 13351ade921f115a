/* match.c - placeholders of transcripts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_auth.h"
#include "transcript.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void squeeze(const char *text, char *squeezed, size_t size)
{
    bool in_string = false;
    size_t used = 0;
    for (; *text && used + 2 < size; text++) {
        if (!in_string && strchr(" \t\r\n", *text)) /* but not inside a placeholder: <image 0 9> */
            continue;
        if (!in_string && *text == '<') {
            while (*text && *text != '>' && used + 2 < size)
                squeezed[used++] = *text++;
        }
        if (*text == '\\' && text[1] && used + 3 < size)
            squeezed[used++] = *text++;
        else if (*text == '"')
            in_string = !in_string;
        squeezed[used++] = *text;
    }
    squeezed[used] = '\0';
}

/* --- requests --- */

static struct flota_rpc_text text_of(const char *text)
{
    return (struct flota_rpc_text){text, strlen(text)};
}

static const char *put_response(const struct device *device, const char *nonce, bool right,
                                char *text, size_t size)
{
    char hex[FLOTA_RPC_HEX_SIZE];
    if (!device_user(device) || !nonce[0])
        return "there is no nonce, or there are no credentials";
    struct flota_rpc_digest digest = {.nonce_text = text_of(nonce),
                                      .user = text_of(device_user(device)),
                                      .realm = text_of("RPC"),
                                      .count = text_of("1"),
                                      .cnonce = text_of("8347"),
                                      .method = text_of("dummy_method"),
                                      .uri = text_of("dummy_uri")};
    flota_rpc_digest_response(&digest, right ? device_secret(device) : "a guess", hex);
    snprintf(text, size, "%s", hex);
    return NULL;
}

/* Source: RFC 4648 section 4. */
static void put_base64(const uint8_t *data, size_t size, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16;
        bits |= i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0;
        bits |= i + 2 < size ? data[i + 2] : 0;
        *text++ = digits[bits >> 18];
        *text++ = digits[bits >> 12 & 63];
        *text++ = i + 1 < size ? digits[bits >> 6 & 63] : '=';
        *text++ = i + 2 < size ? digits[bits & 63] : '=';
    }
    *text = '\0';
}

static const char *put_image(const struct device *device, const char *range, char *text,
                             size_t room)
{
    uint32_t size;
    unsigned from, to;
    const uint8_t *image = device_image(device, &size);
    if (sscanf(range, "%u %u", &from, &to) != 2 || from > to || to > size)
        return "the image has no such bytes";
    if ((to - from + 2) / 3 * 4 >= room)
        return "too long";
    put_base64(image + from, to - from, text);
    return NULL;
}

/* The text that stands for one placeholder. */
static const char *put(const struct device *device, const char *nonce, const char *name, char *text,
                       size_t size)
{
    uint32_t image_size;
    text[0] = '\0';
    if (strcmp(name, "nonce") == 0)
        snprintf(text, size, "%s", nonce);
    else if (strcmp(name, "response") == 0 || strcmp(name, "wrong response") == 0)
        return put_response(device, nonce, name[0] == 'r', text, size);
    else if (strncmp(name, "image ", 6) == 0)
        return put_image(device, name + 6, text, size);
    else if (strcmp(name, "size") == 0) {
        device_image(device, &image_size);
        snprintf(text, size, "%u", (unsigned)image_size);
    } else
        return "an unknown placeholder";
    return text[0] ? NULL : "a placeholder without a value";
}

const char *fill_in(const struct device *device, const char *nonce, const char *request,
                    char *filled, size_t size)
{
    size_t used = 0;
    while (*request && used + 1 < size) {
        char name[64];
        size_t length = strcspn(request, ">");
        if (*request != '<' || length >= sizeof name) {
            filled[used++] = *request++;
            continue;
        }
        memcpy(name, request + 1, length - 1);
        name[length - 1] = '\0';
        const char *error = put(device, nonce, name, filled + used, size - used);
        if (error)
            return error;
        used += strlen(filled + used);
        request += length + 1;
    }
    filled[used] = '\0';
    return *request ? "too long" : NULL;
}

/* --- replies --- */

static size_t number_size(const char *text)
{
    return strspn(text, "-0123456789.eE+");
}

static size_t string_size(const char *text)
{
    size_t size = 1;
    if (text[0] != '"')
        return 0;
    for (; text[size] && text[size] != '"'; size++)
        size += text[size] == '\\' && text[size + 1];
    return text[size] ? size + 1 : 0;
}

/* Anything, or with in_string up to the string's end; then the rest of the pattern. */
static bool match_more(const char *pattern, const char *reply, bool in_string, char nonce[16])
{
    while (!match(pattern, reply, nonce)) {
        if (!*reply || (in_string && *reply == '"'))
            return false;
        reply += in_string && *reply == '\\' && reply[1] ? 2 : 1;
    }
    return true;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool match(const char *pattern, const char *reply, char nonce[16])
{
    size_t size;
    for (; *pattern; pattern++, reply++) {
        if (starts(pattern, "<number>"))
            return (size = number_size(reply)) > 0 && match(pattern + 8, reply + size, nonce);
        if (starts(pattern, "<string>"))
            return (size = string_size(reply)) > 0 && match(pattern + 8, reply + size, nonce);
        if (starts(pattern, "<text>"))
            return match_more(pattern + 6, reply, true, nonce);
        if (starts(pattern, "<more>"))
            return match_more(pattern + 6, reply, false, nonce);
        if (starts(pattern, "<nonce>")) {
            size = number_size(reply);
            if (size == 0 || size > 10)
                return false;
            snprintf(nonce, 16, "%.*s", (int)size, reply);
            return match(pattern + 7, reply + size, nonce);
        }
        if (*pattern != *reply)
            return false;
    }
    return *reply == '\0';
}
