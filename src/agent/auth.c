/* auth.c - who may write: credentials and origin of a request.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "flota/base64.h"
#include "flota/error.h"
#include "flota/http_update.h"
#include <string.h>

#define CREDENTIALS_MAX 256u /* decoded bytes of a Basic header */

/* --- secrets --- */

/* What a client must send: "SECRET", or "USER:SECRET". */
struct expected {
    const char *user;
    size_t user_size;
    const char *secret;
    size_t secret_size;
};

static char expected_at(const struct expected *expected, size_t index)
{
    if (!expected->user)
        return expected->secret[index];
    if (index < expected->user_size)
        return expected->user[index];
    return index == expected->user_size ? ':' : expected->secret[index - expected->user_size - 1];
}

/* The time depends on the expected text's size only, not on how much of it was right. */
static bool equals(const struct expected *expected, struct flota_http_text given)
{
    size_t size = expected->secret_size + (expected->user ? expected->user_size + 1 : 0);
    volatile unsigned difference = size != given.size;
    for (size_t i = 0; i < size; i++) {
        char c = i < given.size ? given.data[i] : '\0';
        difference |= (unsigned char)(c ^ expected_at(expected, i));
    }
    return difference == 0;
}

/* --- Authorization --- */

/* What follows "SCHEME " in the Authorization header, else {NULL, 0}. */
static struct flota_http_text credentials(const struct flota_http_connection *connection,
                                          const char *scheme)
{
    struct flota_http_text header = flota_http_header(connection, "Authorization");
    size_t size = strlen(scheme);
    if (!header.data || header.size <= size || header.data[size] != ' ' ||
        !flota_http_text_is((struct flota_http_text){header.data, size}, scheme))
        return (struct flota_http_text){NULL, 0};
    while (size < header.size && header.data[size] == ' ')
        size++;
    return (struct flota_http_text){header.data + size, header.size - size};
}

struct flota_http_text flota_auth_bearer(const struct flota_http_connection *connection)
{
    return credentials(connection, "Bearer");
}

static bool has_token(const struct flota_auth *auth, const struct flota_http_connection *connection)
{
    struct expected expected = {.secret = auth->secret, .secret_size = strlen(auth->secret)};
    struct flota_http_text token = flota_auth_bearer(connection);
    return token.data && equals(&expected, token);
}

static bool has_password(const struct flota_auth *auth,
                         const struct flota_http_connection *connection)
{
    char decoded[CREDENTIALS_MAX];
    struct expected expected = {auth->user, strlen(auth->user), auth->secret, strlen(auth->secret)};
    struct flota_http_text text = credentials(connection, "Basic");
    int size = flota_base64_decode(text.data, text.size, decoded, sizeof decoded);
    return size >= 0 && equals(&expected, (struct flota_http_text){decoded, (size_t)size});
}

static bool is_authorized(const struct flota_auth *auth,
                          const struct flota_http_connection *connection)
{
    if (auth->kind == FLOTA_AUTH_KIND_NONE)
        return true;
    if (!auth->secret || !auth->secret[0]) /* a mistake of the configuration opens nothing */
        return false;
    if (auth->kind == FLOTA_AUTH_KIND_TOKEN)
        return has_token(auth, connection);
    return auth->user && has_password(auth, connection);
}

static bool is_secret(const char *secret, const char *given)
{
    struct expected expected = {.secret = secret, .secret_size = strlen(secret)};
    return equals(&expected, (struct flota_http_text){given, strlen(given)});
}

bool flota_auth_is_login(const struct flota_auth *auth, const char *user, const char *password)
{
    const char *name = auth->kind == FLOTA_AUTH_KIND_TOKEN ? "token" : auth->user;
    if (auth->kind == FLOTA_AUTH_KIND_NONE || !name || !auth->secret || !auth->secret[0])
        return false;
    bool is_token = auth->kind == FLOTA_AUTH_KIND_TOKEN && !user[0]; /* its name may be left out */
    bool is_name = is_token || is_secret(name, user),
         is_password = is_secret(auth->secret, password);
    return is_name && is_password;
}

/* --- Origin --- */

static bool ends_with(struct flota_http_text text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

static struct flota_http_text without_port_80(struct flota_http_text host)
{
    if (ends_with(host, ":80"))
        host.size -= 3;
    return host;
}

/* Is it a URL, or the start of one, of the host that the request names? */
static bool is_of_host(struct flota_http_text url, struct flota_http_text host)
{
    static const char scheme[] = "http://";
    size_t size = sizeof scheme - 1;
    char text[64];
    if (!host.data || url.size < size ||
        !flota_http_text_is((struct flota_http_text){url.data, size}, scheme))
        return false;
    url.data += size;
    url.size -= size;
    const char *path = memchr(url.data, '/', url.size);
    if (path)
        url.size = (size_t)(path - url.data);
    url = without_port_80(url);
    host = without_port_80(host);
    if (url.size != host.size || host.size >= sizeof text)
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    return flota_http_text_is(url, text);
}

/* A page's writes carry its Origin; it must be this device's own. Without one it is no browser. */
static bool is_own_origin(const struct flota_http_connection *connection)
{
    struct flota_http_text origin = flota_http_header(connection, "Origin");
    return !origin.data || is_of_host(origin, flota_http_header(connection, "Host"));
}

/* All browsers name themselves so, and let no page change it in a request to another site. */
static bool is_browser(const struct flota_http_connection *connection)
{
    return flota_http_text_contains(flota_http_header(connection, "User-Agent"), "Mozilla/");
}

int flota_auth_check_credentials(const struct flota_auth *auth,
                                 const struct flota_http_connection *connection)
{
    return is_authorized(auth, connection) ? 0 : FLOTA_ERR_UNAUTHORIZED;
}

int flota_auth_check(const struct flota_auth *auth, const struct flota_http_connection *connection)
{
    if (!is_own_origin(connection))
        return FLOTA_ERR_BAD_ORIGIN;
    return flota_auth_check_credentials(auth, connection);
}

int flota_auth_check_get(const struct flota_auth *auth,
                         const struct flota_http_connection *connection)
{
    struct flota_http_text origin = flota_http_header(connection, "Origin");
    struct flota_http_text referer = flota_http_header(connection, "Referer");
    struct flota_http_text shown = origin.data ? origin : referer;
    if (is_browser(connection) &&
        (!shown.data || !is_of_host(shown, flota_http_header(connection, "Host"))))
        return FLOTA_ERR_BAD_ORIGIN;
    return flota_auth_check(auth, connection);
}
