/* websocket_handshake.c - the HTTP request that becomes a WebSocket.
 *
 * Source: RFC 6455 4.2, 4.4.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/base64.h"
#include "flota/error.h"
#include "mbedtls/sha1.h"
#include "websocket_internal.h"
#include <stdio.h>
#include <string.h>

#define KEY_TEXT    24u /* base64 of 16 bytes */
#define DIGEST_SIZE 20u
#define DIGEST_TEXT 28u /* in base64 */

static int refuse(struct flota_http_connection *connection, int status, const char *text)
{
    const char *extra =
        status == 426 ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : NULL;
    flota_http_respond_text(connection, status, "text/plain; charset=utf-8", extra, text);
    return FLOTA_ERR_BAD_REQUEST;
}

/* Three bytes as four characters; the last of 20 bytes are two. */
static void encode(const uint8_t digest[DIGEST_SIZE], char text[DIGEST_TEXT + 1])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0, at = 0; i < DIGEST_SIZE; i += 3) {
        uint32_t third = i + 2 < DIGEST_SIZE ? digest[i + 2] : 0;
        uint32_t bits = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | third;
        for (int shift = 18; shift >= 0; shift -= 6)
            text[at++] = alphabet[bits >> shift & 63u];
    }
    text[DIGEST_TEXT - 1] = '=';
    text[DIGEST_TEXT] = '\0';
}

/* What proves that the server has read the client's key. */
static void accept_text(struct flota_http_text key, char text[DIGEST_TEXT + 1])
{
    static const char suffix[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char joined[KEY_TEXT + sizeof suffix - 1];
    uint8_t digest[DIGEST_SIZE];
    memcpy(joined, key.data, KEY_TEXT);
    memcpy(joined + KEY_TEXT, suffix, sizeof suffix - 1);
    mbedtls_sha1_ret(joined, sizeof joined, digest);
    encode(digest, text);
}

static bool is_key(struct flota_http_text key)
{
    uint8_t bytes[16];
    return key.data && key.size == KEY_TEXT &&
           flota_base64_decode(key.data, key.size, bytes, sizeof bytes) == (int)sizeof bytes;
}

static const char *check(const struct flota_http_connection *connection)
{
    if (flota_http_is_method(connection, "HEAD") || flota_http_body_size(connection) != 0)
        return "400: a WebSocket begins with a GET without a body.\r\n";
    if (!connection->keep_alive) /* RFC 9110 7.8: HTTP/1.0 knows no Upgrade */
        return "400: HTTP/1.0 and Connection: close begin no WebSocket; send HTTP/1.1.\r\n";
    if (!flota_http_header_lists(connection, "Connection", "Upgrade"))
        return "400: the request has no Connection: Upgrade; a proxy may have taken it.\r\n";
    if (!is_key(flota_http_header(connection, "Sec-WebSocket-Key")))
        return "400: the Sec-WebSocket-Key is not 16 bytes in base64; send a new random one.\r\n";
    return NULL;
}

static void accept(struct flota_http_connection *connection, const char *subprotocol,
                   struct flota_websocket *websocket, const struct flota_websocket_config *config)
{
    char text[DIGEST_TEXT + 1], extra[FLOTA_HTTP_EXTRA_MAX];
    bool is_offered =
        subprotocol && flota_http_header_lists(connection, "Sec-WebSocket-Protocol", subprotocol);
    accept_text(flota_http_header(connection, "Sec-WebSocket-Key"), text);
    snprintf(extra, sizeof extra, "Upgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n%s%s%s", text,
             is_offered ? "Sec-WebSocket-Protocol: " : "", is_offered ? subprotocol : "",
             is_offered ? "\r\n" : "");
    flota_http_upgrade(connection, extra, &flota_websocket_protocol, websocket, (void *)config);
}

int flota_websocket_check(struct flota_http_connection *connection)
{
    struct flota_http_text version = flota_http_header(connection, "Sec-WebSocket-Version");
    if (!flota_http_header_lists(connection, "Upgrade", "websocket"))
        return refuse(connection, 426,
                      "426: a WebSocket is served here; send Upgrade: websocket.\r\n");
    const char *complaint = check(connection);
    if (complaint)
        return refuse(connection, 400, complaint);
    if (!flota_http_text_is(version, "13"))
        return refuse(connection, 426, "426: send Sec-WebSocket-Version: 13.\r\n");
    return 0;
}

int flota_websocket_upgrade(struct flota_http_connection *connection, const char *subprotocol,
                            struct flota_websocket *websocket,
                            const struct flota_websocket_config *config)
{
    int error = flota_websocket_check(connection);
    if (error == 0)
        accept(connection, subprotocol, websocket, config);
    return error;
}
