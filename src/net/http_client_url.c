/* http_client_url.c - http addresses: read, checked, and resolved against another one.
 *
 * Source: RFC 3986 3 (syntax), 5.2 (resolution); RFC 9110 4.2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/http_client.h"
#include <string.h>

#define TEXT(string) ((struct flota_http_text){(string), strlen(string)})

static int bad(const char **why, const char *text)
{
    if (why)
        *why = text;
    return FLOTA_ERR_URL_BAD;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the scheme in front of a ':', 0 when there is none. */
static size_t scheme_size(struct flota_http_text text)
{
    size_t i = 0;
    if (text.size == 0 || !is_letter(text.data[0]))
        return 0;
    while (i < text.size &&
           (is_letter(text.data[i]) || is_digit(text.data[i]) || memchr("+-.", text.data[i], 3)))
        i++;
    return i < text.size && text.data[i] == ':' ? i : 0;
}

/* Up to the first of these characters, or to the end. */
static struct flota_http_text up_to(struct flota_http_text text, const char *ends)
{
    size_t i = 0;
    while (i < text.size && !strchr(ends, text.data[i]))
        i++;
    text.size = i;
    return text;
}

static struct flota_http_text behind(struct flota_http_text text, size_t size)
{
    return (struct flota_http_text){text.data + size, text.size - size};
}

/* Printable ASCII without blanks and what no address may hold. */
static bool is_plain(struct flota_http_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c <= ' ' || c > '~' || strchr("\"<>\\^`{|}", c))
            return false;
    }
    return true;
}

/* --- authority --- */

static int read_port(struct flota_http_text digits, uint16_t *port)
{
    uint32_t value = 0;
    if (digits.size > 5)
        return -1;
    for (size_t i = 0; i < digits.size; i++) {
        if (!is_digit(digits.data[i]))
            return -1;
        value = value * 10u + (uint32_t)(digits.data[i] - '0');
    }
    if (digits.size == 0)
        value = 80;
    *port = (uint16_t)value;
    return value == 0 || value > 65535u ? -1 : 0;
}

static bool is_host(struct flota_http_text host)
{
    for (size_t i = 0; i < host.size; i++) {
        char c = host.data[i];
        if (!is_letter(c) && !is_digit(c) && !memchr("-._", c, 3))
            return false;
    }
    return host.size > 0;
}

static int read_authority(struct flota_http_text authority, struct flota_url *url, const char **why)
{
    struct flota_http_text host = up_to(authority, ":");
    if (memchr(authority.data, '@', authority.size))
        return bad(why, "it names a user: put credentials into update.extra_http_headers");
    if (authority.size > 0 && authority.data[0] == '[')
        return bad(why, "IPv6 addresses are not supported");
    if (host.size >= FLOTA_URL_HOST_MAX)
        return bad(why, "its host is longer than 127 bytes");
    if (!is_host(host))
        return bad(why, "its host is missing or malformed");
    struct flota_http_text rest = behind(authority, host.size);
    if (read_port(rest.size > 0 ? behind(rest, 1) : rest, &url->port) != 0)
        return bad(why, "its port is not a number from 1 to 65535");
    memcpy(url->host, host.data, host.size);
    url->host[host.size] = '\0';
    return 0;
}

/* --- the whole --- */

static bool append(struct flota_url *url, size_t *size, struct flota_http_text text)
{
    if (text.size > FLOTA_URL_MAX - 1u - *size)
        return false;
    memcpy(url->text + *size, text.data, text.size);
    *size += text.size;
    url->text[*size] = '\0';
    return true;
}

/* "http://" authority, then path and query with the slash that may be missing. */
static bool put_together(struct flota_url *url, struct flota_http_text authority,
                         struct flota_http_text target)
{
    size_t size = 0;
    bool has_slash = target.size > 0 && target.data[0] == '/';
    bool fits = append(url, &size, TEXT("http://")) && append(url, &size, authority);
    url->target = (uint16_t)size;
    return fits && append(url, &size, TEXT(has_slash ? "" : "/")) && append(url, &size, target);
}

static int parse(struct flota_http_text text, struct flota_url *url, const char **why)
{
    size_t scheme = scheme_size(text);
    memset(url, 0, sizeof *url);
    if (text.size >= FLOTA_URL_MAX)
        return bad(why, "it is longer than 1023 bytes");
    if (!is_plain(text))
        return bad(why, "it holds a character that must be percent-encoded");
    if (scheme == 0)
        return bad(why, "it does not begin with http://");
    if (!flota_http_text_is((struct flota_http_text){text.data, scheme}, "http")) {
        if (why)
            *why = "only http:// is served: https:// needs a firmware that is built with TLS";
        return FLOTA_ERR_URL_SCHEME;
    }
    text = behind(text, scheme + 1);
    if (text.size < 2 || memcmp(text.data, "//", 2) != 0)
        return bad(why, "it does not begin with http://");
    struct flota_http_text authority = up_to(behind(text, 2), "/?#");
    struct flota_http_text target = up_to(behind(text, 2 + authority.size), "#");
    int error = read_authority(authority, url, why);
    if (error == 0 && !put_together(url, authority, target))
        error = bad(why, "it is longer than 1023 bytes");
    return error;
}

int flota_url_parse(const char *text, struct flota_url *url, const char **why)
{
    return parse(TEXT(text), url, why);
}

/* --- resolution --- */

/* Take out "." and ".." segments of a path that begins with '/', in place (RFC 3986 5.2.4). Returns
 * the new size. */
static size_t remove_dots(char *path, size_t size)
{
    size_t out = 0, at = 0;
    while (at < size) {
        struct flota_http_text segment = {path + at + 1, size - at - 1};
        segment = up_to(segment, "/");
        bool last = at + 1 + segment.size == size;
        bool is_up = flota_http_text_is(segment, "..");
        if (is_up) {
            while (out > 0 && path[--out] != '/')
                ;
        }
        if (is_up || flota_http_text_is(segment, ".")) {
            if (last)
                path[out++] = '/';
        } else {
            memmove(path + out, path + at, segment.size + 1);
            out += segment.size + 1;
        }
        at += segment.size + 1;
    }
    return out;
}

/* Append the directory of the base's path, and the reference's path; RFC 3986 5.2.3. */
static bool merge(struct flota_url *result, size_t *size, struct flota_http_text base_path,
                  struct flota_http_text path)
{
    size_t start = *size;
    if (path.size > 0 && path.data[0] == '/')
        base_path.size = 0;
    while (base_path.size > 0 && base_path.data[base_path.size - 1] != '/')
        base_path.size--;
    if (!append(result, size, base_path) || !append(result, size, path))
        return false;
    *size = start + remove_dots(result->text + start, *size - start);
    return true;
}

/* Of "path?query", "?query" or "". */
static bool resolve_target(const struct flota_url *base, struct flota_http_text reference,
                           struct flota_url *result, size_t *size)
{
    struct flota_http_text base_target = TEXT(base->text + base->target);
    struct flota_http_text base_path = up_to(base_target, "?");
    struct flota_http_text path = up_to(reference, "?");
    if (reference.size == 0)
        return append(result, size, base_target);
    if (path.size == 0)
        return append(result, size, base_path) && append(result, size, reference);
    return merge(result, size, base_path, path) &&
           append(result, size, behind(reference, path.size));
}

int flota_url_resolve(const struct flota_url *base, struct flota_http_text reference,
                      struct flota_url *url, const char **why)
{
    struct flota_url result;
    size_t size = 0;
    reference = up_to(reference, "#");
    if (scheme_size(reference) > 0)
        return parse(reference, url, why);
    if (!is_plain(reference))
        return bad(why, "it holds a character that must be percent-encoded");
    bool has_authority = reference.size >= 2 && memcmp(reference.data, "//", 2) == 0;
    struct flota_http_text front = {base->text, has_authority ? strlen("http:") : base->target};
    bool fits = append(&result, &size, front);
    if (has_authority)
        fits = fits && append(&result, &size, reference);
    else
        fits = fits && resolve_target(base, reference, &result, &size);
    return fits ? parse((struct flota_http_text){result.text, size}, url, why)
                : bad(why, "it is longer than 1023 bytes");
}
