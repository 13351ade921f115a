/* access_session.c - sessions: 128 random bits in a cookie.
 *
 * Source: RFC 6265 4.1, 5.4 (cookies).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include <stdio.h>
#include <string.h>

#define COOKIE      "flota"
#define ID_SIZE     16u
#define ID_DIGITS   (2u * ID_SIZE)
#define NUMBER_LAST 0x7FFFFFFFu /* beyond: the token's */

/* --- the cookie --- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_id(struct flota_http_text text, uint8_t id[ID_SIZE])
{
    if (text.size != ID_DIGITS)
        return false;
    for (size_t i = 0; i < ID_SIZE; i++) {
        int high = digit_of(text.data[2 * i]), low = digit_of(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static struct flota_http_text trimmed(const char *data, size_t size)
{
    while (size > 0 && (data[0] == ' ' || data[0] == '\t'))
        data++, size--;
    while (size > 0 && (data[size - 1] == ' ' || data[size - 1] == '\t'))
        size--;
    return (struct flota_http_text){data, size};
}

/* The next "name=value" of the header; *list is what follows, {NULL, 0} behind the last. */
static struct flota_http_text next_pair(struct flota_http_text *list)
{
    const char *mark = memchr(list->data, ';', list->size);
    size_t size = mark ? (size_t)(mark - list->data) : list->size;
    struct flota_http_text pair = trimmed(list->data, size);
    *list = mark ? (struct flota_http_text){mark + 1, list->size - size - 1}
                 : (struct flota_http_text){NULL, 0};
    return pair;
}

static bool is_ours(struct flota_http_text *pair)
{
    static const char start[] = COOKIE "=";
    size_t size = sizeof start - 1;
    if (pair->size < size || memcmp(pair->data, start, size) != 0)
        return false;
    *pair = (struct flota_http_text){pair->data + size, pair->size - size};
    return true;
}

void flota_access_cookie(const struct flota_access_session *session,
                         char line[FLOTA_ACCESS_COOKIE_MAX])
{
    char id[ID_DIGITS + 1] = "";
    if (session)
        flota_access_hex(session->id, ID_SIZE, id);
    snprintf(line, FLOTA_ACCESS_COOKIE_MAX,
             "Set-Cookie: " COOKIE "=%s; HttpOnly; SameSite=Strict; Path=/%s\r\n", id,
             session ? "" : "; Max-Age=0");
}

/* --- sessions --- */

static bool is_alive(const struct flota_access_session *session, uint32_t now_ms)
{
    return session->number != 0 && now_ms - session->used_ms < FLOTA_ACCESS_IDLE_MS;
}

/* All are looked at: which one it was takes no time of its own. */
static struct flota_access_session *find(struct flota_access *access, const uint8_t id[ID_SIZE])
{
    struct flota_access_session *found = NULL;
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++) {
        struct flota_access_session *session = &access->sessions[i];
        bool equal = flota_access_equals(session->id, id, ID_SIZE);
        if (equal && is_alive(session, access->now_ms))
            found = session;
    }
    return found;
}

struct flota_access_session *flota_access_session_of(struct flota_access *access,
                                                     const struct flota_http_connection *connection)
{
    struct flota_http_text list = flota_http_header(connection, "Cookie");
    struct flota_access_session *session = NULL;
    uint8_t id[ID_SIZE];
    flota_access_advance(access, flota_http_now_ms(connection));
    while (list.data && !session) {
        struct flota_http_text pair = next_pair(&list);
        if (is_ours(&pair) && read_id(pair, id))
            session = find(access, id);
    }
    if (session)
        session->used_ms = access->now_ms;
    return session;
}

static struct flota_access_session *place(struct flota_access *access)
{
    struct flota_access_session *oldest = &access->sessions[0];
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++) {
        struct flota_access_session *session = &access->sessions[i];
        if (session->number == 0)
            return session;
        if (access->now_ms - session->used_ms > access->now_ms - oldest->used_ms)
            oldest = session;
    }
    return oldest;
}

struct flota_access_session *flota_access_session_start(struct flota_access *access, uint8_t user)
{
    struct flota_access_session *session = place(access);
    access->last_number = access->last_number < NUMBER_LAST ? access->last_number + 1 : 1;
    session->number = access->last_number;
    session->used_ms = access->now_ms;
    session->user = user;
    flota_access_random(access, session->id, sizeof session->id);
    return session;
}

void flota_access_session_end(struct flota_access_session *session)
{
    flota_access_wipe(session, sizeof *session);
}

struct flota_access_session *flota_access_session_by(struct flota_access *access, uint32_t number)
{
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX && number != 0; i++)
        if (access->sessions[i].number == number)
            return &access->sessions[i];
    return NULL;
}

void flota_access_sessions_end(struct flota_access *access, uint8_t user)
{
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++)
        if (access->sessions[i].user == user)
            flota_access_session_end(&access->sessions[i]);
}

void flota_access_sessions_poll(struct flota_access *access)
{
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++)
        if (!is_alive(&access->sessions[i], access->now_ms))
            access->sessions[i].number = 0;
}
