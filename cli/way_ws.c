/* way_ws.c - ws://HOST[:PORT][/rpc]: one frame per text message.
 *
 * wslay does the protocol. wss:// is not served: the device's TLS comes later.
 *
 * Source: RFC 6455.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crypto.h"
#include "device_internal.h"
#include "socket.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define HEAD_MAX 4096u
#define KEY_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455 1.3 */
#define KEY_SIZE CRYPTO_BASE64_SIZE(16)

struct ws {
    int descriptor;
    wslay_event_context_ptr context;
    double deadline_s;
    uint64_t id; /* of the reply that is waited for */
    char *reply;
    bool ended;
    char seen[101];
    /* What came behind the handshake's head. */
    char head[HEAD_MAX];
    size_t left_at, left;
};

/* --- wslay's side --- */

static ssize_t receive(wslay_event_context_ptr context, uint8_t *data, size_t size, int flags,
                       void *user)
{
    struct ws *ws = user;
    (void)flags;
    if (ws->left > 0) {
        size_t taken = ws->left < size ? ws->left : size;
        memcpy(data, ws->head + ws->left_at, taken);
        ws->left_at += taken;
        ws->left -= taken;
        return (ssize_t)taken;
    }
    if (ws->reply) { /* it is here: leave the rest for the next time */
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    ssize_t got = socket_receive(ws->descriptor, data, size, ws->deadline_s);
    if (got > 0)
        return got;
    ws->ended = got != SOCKET_LATE;
    wslay_event_set_error(context,
                          got == SOCKET_LATE ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t send_out(wslay_event_context_ptr context, const uint8_t *data, size_t size,
                        int flags, void *user)
{
    struct ws *ws = user;
    (void)flags;
    if (socket_send(ws->descriptor, data, size, ws->deadline_s) == 1)
        return (ssize_t)size;
    wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static int make_mask(wslay_event_context_ptr context, uint8_t *data, size_t size, void *user)
{
    (void)context;
    (void)user;
    return getrandom(data, size, 0) == (ssize_t)size ? 0 : -1;
}

static void take_message(wslay_event_context_ptr context,
                         const struct wslay_event_on_msg_recv_arg *message, void *user)
{
    struct ws *ws = user;
    (void)context;
    const char *text = (const char *)message->msg;
    if (message->opcode != WSLAY_TEXT_FRAME && message->opcode != WSLAY_BINARY_FRAME)
        return;
    if (!ws->reply && device_is_reply(text, message->msg_length, ws->id))
        ws->reply = strndup(text, message->msg_length);
    else
        snprintf(ws->seen, sizeof ws->seen, "%.*s", (int)message->msg_length, text);
}

static const struct wslay_event_callbacks callbacks = {.recv_callback = receive,
                                                       .send_callback = send_out,
                                                       .genmask_callback = make_mask,
                                                       .on_msg_recv_callback = take_message};

/* --- the handshake --- */

static void accept_of(const char *key, char accept[CRYPTO_BASE64_SIZE(20)])
{
    char text[KEY_SIZE + sizeof KEY_GUID];
    uint8_t digest[20];
    snprintf(text, sizeof text, "%s" KEY_GUID, key);
    crypto_sha1(text, strlen(text), digest);
    crypto_base64(digest, sizeof digest, accept);
}

/* Credentials go along as over HTTP, so that frames need none. */
static void write_authorization(const struct device_options *options, char *text, size_t size)
{
    char pair[2 * DEVICE_SECRET_MAX + 2], encoded[CRYPTO_BASE64_SIZE(sizeof pair)];
    text[0] = '\0';
    if (options->secret && !options->user)
        snprintf(text, size, "Authorization: Bearer %s\r\n", options->secret);
    if (!options->secret || !options->user)
        return;
    snprintf(pair, sizeof pair, "%s:%s", options->user, options->secret);
    crypto_base64(pair, strlen(pair), encoded);
    snprintf(text, size, "Authorization: Basic %s\r\n", encoded);
    crypto_forget(pair, sizeof pair);
}

static bool send_request(const struct device *device, struct ws *ws, const char *key)
{
    char text[2048], authorization[1024];
    size_t host = strcspn(device->address, "/");
    const char *path = device->address[host] ? device->address + host : "/rpc";
    write_authorization(device->options, authorization, sizeof authorization);
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: %.*s\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                        "Sec-WebSocket-Version: 13\r\n%s\r\n",
                        path, (int)host, device->address, key, authorization);
    return size < (int)sizeof text &&
           socket_send(ws->descriptor, text, (size_t)size, ws->deadline_s) == 1;
}

/* Read the answer's head; what is behind it belongs to wslay. */
static bool read_head(struct ws *ws)
{
    size_t size = 0;
    while (size < sizeof ws->head - 1) {
        ssize_t got = socket_receive(ws->descriptor, ws->head + size, sizeof ws->head - 1 - size,
                                     ws->deadline_s);
        if (got <= 0)
            return false;
        size += (size_t)got;
        ws->head[size] = '\0';
        char *end = strstr(ws->head, "\r\n\r\n");
        if (!end)
            continue;
        end[2] = '\0';
        ws->left_at = (size_t)(end - ws->head) + 4;
        ws->left = size - ws->left_at;
        return true;
    }
    return false;
}

static bool has_header(const char *head, const char *name, const char *value)
{
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        size_t size = strlen(name);
        if (strncasecmp(line + 2, name, size) != 0 || line[2 + size] != ':')
            continue;
        const char *found = line + 3 + size;
        found += strspn(found, " \t");
        return strncmp(found, value, strlen(value)) == 0;
    }
    return false;
}

static bool judge_head(const struct ws *ws, const char *key, struct device_error *error)
{
    char accept[CRYPTO_BASE64_SIZE(20)];
    int status = 0;
    accept_of(key, accept);
    sscanf(ws->head, "HTTP/1.%*d %d", &status);
    if (status == 401 || status == 403)
        return device_fail(error, EXIT_UNAUTHORIZED, "the device does not accept the credentials",
                           "give --creds USER:PASSWORD, or the token alone",
                           "it answered the WebSocket's handshake with %d", status);
    if (status == 101 && has_header(ws->head, "Sec-WebSocket-Accept", accept))
        return true;
    return device_fail(error, status ? EXIT_REFUSED : EXIT_OTHER,
                       "there is no RPC by WebSocket at this address",
                       "check the address; the firmware needs module rpc-ws "
                       "(libs: in flota.yml)",
                       "the answer begins '%.60s'", ws->head);
}

static bool shake_hands(struct device *device, struct ws *ws, struct device_error *error)
{
    uint8_t random[16];
    char key[KEY_SIZE];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return device_fail(error, EXIT_OTHER, "no random numbers", "", "%s", "");
    crypto_base64(random, sizeof random, key);
    if (!send_request(device, ws, key) || !read_head(ws))
        return clock_s() >= ws->deadline_s || interrupt_pending()
                   ? device_silent(error, device_timeout(device), "")
                   : device_unreachable(device, error, "it closed the connection");
    return judge_head(ws, key, error);
}

/* --- the way --- */

static bool ws_open(struct device *device, struct device_error *error)
{
    char why[SOCKET_WHY_MAX];
    struct ws *ws = calloc(1, sizeof *ws);
    if (!ws)
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    ws->deadline_s = clock_s() + device_timeout(device);
    ws->descriptor = socket_connect(device->address, "80", SOCK_STREAM, ws->deadline_s, why);
    if (ws->descriptor < 0) {
        free(ws);
        return device_unreachable(device, error, why);
    }
    device->state = ws;
    if (shake_hands(device, ws, error) &&
        wslay_event_context_client_init(&ws->context, &callbacks, ws) == 0) {
        wslay_event_config_set_max_recv_msg_length(ws->context, DEVICE_REPLY_MAX);
        return true;
    }
    device_close(device);
    return false;
}

static bool pump(struct ws *ws)
{
    while (!ws->reply && clock_s() < ws->deadline_s && !interrupt_pending()) {
        if (wslay_event_want_write(ws->context) && wslay_event_send(ws->context) != 0)
            return false;
        if (!wslay_event_want_read(ws->context) || wslay_event_recv(ws->context) != 0)
            return false;
    }
    return true;
}

static bool ws_exchange(struct device *device, const char *frame, uint64_t id, double timeout_s,
                        char **text, struct device_error *error)
{
    struct ws *ws = device->state;
    const struct wslay_event_msg message = {WSLAY_TEXT_FRAME, (const uint8_t *)frame,
                                            strlen(frame)};
    ws->deadline_s = clock_s() + timeout_s;
    ws->id = id;
    ws->seen[0] = '\0';
    bool stands = wslay_event_queue_msg(ws->context, &message) == 0 && pump(ws);
    *text = ws->reply;
    ws->reply = NULL;
    if (*text)
        return true;
    if (stands)
        return device_silent(error, timeout_s, ws->seen);
    return device_fail(error, EXIT_TRANSFER, "the connection was lost",
                       "check the device, then try again", "%s",
                       ws->ended ? "the device has closed it" : "what came was no WebSocket frame");
}

static void ws_close(struct device *device)
{
    struct ws *ws = device->state;
    if (ws->context) {
        ws->deadline_s = clock_s(); /* say goodbye, but do not wait */
        wslay_event_queue_close(ws->context, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0);
        wslay_event_send(ws->context);
        wslay_event_context_free(ws->context);
    }
    close(ws->descriptor);
    free(ws->reply);
    free(ws);
}

static const char *const prefixes[] = {"ws://", NULL};

const struct device_way way_ws = {.name = "ws",
                                  .prefixes = prefixes,
                                  .open = ws_open,
                                  .exchange = ws_exchange,
                                  .close = ws_close,
                                  .chunk_max = 4096};
