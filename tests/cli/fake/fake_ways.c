/* fake_ways.c - the fake device's streams (tcp, serial on a pseudo-terminal, WebSocket), and UDP.
 *
 * One client at a time.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* posix_openpt */
#include "crypto.h"
#include "fake.h"
#include "flota/serial_frame.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455 1.3 */

static struct {
    const char *kind;
    int listener; /* -1: a serial line */
    int client;
    struct flota_rpc_channel channel;
    struct flota_serial_frame frame;
    char buffer[FLOTA_RPC_FRAME_MAX + FLOTA_SERIAL_EXTRA];
    wslay_event_context_ptr ws;
} stream;

static struct {
    int socket;
    struct flota_rpc_channel channel;
} udp;

static int listen_somewhere(int type, int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int descriptor = socket(AF_INET, type | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, size) != 0 ||
        (type == SOCK_STREAM && listen(descriptor, 4) != 0) ||
        getsockname(descriptor, (struct sockaddr *)&address, &size) != 0)
        abort();
    *port = ntohs(address.sin_port);
    return descriptor;
}

static void send_all(int descriptor, const char *data, size_t size)
{
    while (size > 0) {
        struct pollfd waiting = {.fd = descriptor, .events = POLLOUT};
        poll(&waiting, 1, 1000);
        ssize_t sent = write(descriptor, data, size);
        if (sent < 0 && errno != EAGAIN)
            return;
        if (sent > 0) {
            data += sent;
            size -= (size_t)sent;
        }
    }
}

/* --- one frame, one reply --- */

static void answer(struct fake *fake, struct flota_rpc_channel *channel,
                   void (*send_reply)(const struct fake *fake, const char *text))
{
    const char *reply;
    flota_rpc_poll(channel, fake_now_ms());
    if (flota_rpc_reply(channel, &reply) > 0) {
        char *text = fake_twist(fake, reply);
        if (!fake->faults.stall && !fake->drops && !fake_loses(fake))
            send_reply(fake, text);
        free(text);
        flota_rpc_sent(channel);
    }
}

static void open_channel(struct fake *fake, struct flota_rpc_channel *channel, const char *way)
{
    struct flota_rpc_origin origin = {.transport = way, .peer = "test"};
    flota_rpc_open(channel, &fake->rpc, &origin, fake_now_ms());
}

/* --- lines --- */

static void send_line(const struct fake *fake, const char *text)
{
    static const char noise[] = "led on\nsensor 21.5 C\n";
    char head[FLOTA_SERIAL_EXTRA], tail[FLOTA_SERIAL_EXTRA];
    (void)fake;
    if (strcmp(stream.kind, "serial") == 0)
        send_all(stream.client, noise, sizeof noise - 1);
    size_t size = flota_serial_frame_head(&stream.frame.form, head);
    send_all(stream.client, head, size);
    send_all(stream.client, text, strlen(text));
    size = flota_serial_frame_tail(&stream.frame.form, text, strlen(text), tail);
    send_all(stream.client, tail, size);
}

static void take_lines(struct fake *fake, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        enum flota_serial_event event = FLOTA_SERIAL_NONE;
        size_t taken = flota_serial_frame_receive(&stream.frame, bytes, size, &event);
        bytes += taken;
        size -= taken;
        if (event == FLOTA_SERIAL_HELLO && !fake->faults.stall)
            send_all(stream.client, "\"\"\"\x04\"\"\"\n", 8);
        if (event == FLOTA_SERIAL_FRAME &&
            flota_rpc_take(&stream.channel, stream.frame.text, stream.frame.size, fake_now_ms()))
            answer(fake, &stream.channel, send_line);
    }
}

/* --- WebSocket --- */

static ssize_t ws_receive(wslay_event_context_ptr context, uint8_t *data, size_t size, int flags,
                          void *user)
{
    (void)flags;
    (void)user;
    ssize_t got = read(stream.client, data, size);
    if (got > 0)
        return got;
    bool later = got < 0 && errno == EAGAIN;
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t ws_send(wslay_event_context_ptr context, const uint8_t *data, size_t size, int flags,
                       void *user)
{
    (void)context;
    (void)flags;
    (void)user;
    send_all(stream.client, (const char *)data, size);
    return (ssize_t)size;
}

static void send_message(const struct fake *fake, const char *text)
{
    const struct wslay_event_msg message = {WSLAY_TEXT_FRAME, (const uint8_t *)text, strlen(text)};
    (void)fake;
    wslay_event_queue_msg(stream.ws, &message);
    wslay_event_send(stream.ws);
}

static void take_message(wslay_event_context_ptr context,
                         const struct wslay_event_on_msg_recv_arg *message, void *user)
{
    (void)context;
    if (message->opcode == WSLAY_TEXT_FRAME &&
        flota_rpc_take(&stream.channel, (const char *)message->msg, message->msg_length,
                       fake_now_ms()))
        answer(user, &stream.channel, send_message);
}

static bool upgrade(struct fake *fake)
{
    static const struct wslay_event_callbacks callbacks = {.recv_callback = ws_receive,
                                                           .send_callback = ws_send,
                                                           .on_msg_recv_callback = take_message};
    char head[4096], text[256], accept[CRYPTO_BASE64_SIZE(20)];
    uint8_t digest[20];
    struct pollfd waiting = {.fd = stream.client, .events = POLLIN};
    poll(&waiting, 1, 1000);
    ssize_t size = read(stream.client, head, sizeof head - 1);
    if (size <= 0)
        return false;
    head[size] = '\0';
    const char *key = strstr(head, "Sec-WebSocket-Key: ");
    if (!key || fake->faults.garbage) {
        send_all(stream.client, "HTTP/1.0 200 OK\r\n\r\nIt works!", 28);
        return false;
    }
    snprintf(text, sizeof text, "%.24s" GUID, key + 19);
    crypto_sha1(text, strlen(text), digest);
    crypto_base64(digest, sizeof digest, accept);
    snprintf(text, sizeof text,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\n\r\n",
             accept);
    send_all(stream.client, text, strlen(text));
    return wslay_event_context_server_init(&stream.ws, &callbacks, fake) == 0;
}

/* --- streams --- */

static void open_serial(void)
{
    struct termios mode;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        abort();
    printf("%s\n", ptsname(master));
    int keep =
        open(ptsname(master), O_RDWR | O_NOCTTY); /* so that the line stays when clients go */
    if (keep < 0 || tcgetattr(keep, &mode) != 0)
        abort();
    cfmakeraw(&mode);
    tcsetattr(keep, TCSANOW, &mode);
    stream.listener = -1;
    stream.client = master;
}

void fake_stream_open(struct fake *fake, const char *kind)
{
    int port;
    stream.kind = kind;
    stream.client = -1;
    flota_serial_frame_init(&stream.frame, stream.buffer, sizeof stream.buffer);
    open_channel(fake, &stream.channel, kind);
    if (strcmp(kind, "serial") == 0) {
        open_serial();
        return;
    }
    stream.listener = listen_somewhere(SOCK_STREAM, &port);
    printf("%s://127.0.0.1:%d\n", kind, port);
}

static void hang_up(struct fake *fake)
{
    if (stream.listener < 0) /* a line does not go */
        return;
    if (stream.ws)
        wslay_event_context_free(stream.ws);
    stream.ws = NULL;
    close(stream.client);
    stream.client = -1;
    open_channel(fake, &stream.channel, stream.kind);
}

static void welcome(struct fake *fake)
{
    int on = 1;
    stream.client = accept4(stream.listener, NULL, NULL, SOCK_NONBLOCK);
    setsockopt(stream.client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    flota_serial_frame_drop(&stream.frame);
    if (stream.client >= 0 && strcmp(stream.kind, "ws") == 0 && !upgrade(fake))
        hang_up(fake);
}

void fake_stream_poll(struct fake *fake)
{
    uint8_t bytes[4096];
    if (fake->drops && stream.client >= 0)
        hang_up(fake);
    fake->drops = false;
    if (!fake_is_up(fake, fake_now_ms())) {
        if (stream.listener < 0)
            tcflush(stream.client, TCIFLUSH);
        return;
    }
    if (stream.client < 0)
        welcome(fake);
    if (stream.client < 0)
        return;
    if (stream.ws) {
        if (wslay_event_recv(stream.ws) != 0 || !wslay_event_want_read(stream.ws))
            hang_up(fake);
        return;
    }
    ssize_t size = read(stream.client, bytes, sizeof bytes);
    if (size > 0)
        take_lines(fake, bytes, (size_t)size);
    else if (size == 0 || errno != EAGAIN)
        hang_up(fake);
}

/* --- UDP --- */

static struct sockaddr_in udp_peer;

static void send_datagram(const struct fake *fake, const char *text)
{
    (void)fake;
    size_t size = strlen(text) < 60000 ? strlen(text) : 60000;
    sendto(udp.socket, text, size, 0, (struct sockaddr *)&udp_peer, sizeof udp_peer);
}

void fake_udp_open(struct fake *fake)
{
    int port;
    udp.socket = listen_somewhere(SOCK_DGRAM, &port);
    open_channel(fake, &udp.channel, "udp");
    printf("udp://127.0.0.1:%d\n", port);
}

void fake_udp_poll(struct fake *fake)
{
    char frame[8192];
    socklen_t address = sizeof udp_peer;
    ssize_t size =
        recvfrom(udp.socket, frame, sizeof frame, 0, (struct sockaddr *)&udp_peer, &address);
    bool up = fake_is_up(fake, fake_now_ms());
    if (size > 0 && up && flota_rpc_take(&udp.channel, frame, (size_t)size, fake_now_ms()))
        answer(fake, &udp.channel, send_datagram);
    fake->drops = false;
}
