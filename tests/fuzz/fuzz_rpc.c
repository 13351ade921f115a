/* fuzz_rpc.c - any bytes as frames, as a TCP stream, as HTTP requests, as an access list: replies
 * are JSON, and afterwards a good frame is answered.
 *
 * The first byte chooses the way in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../src/rpc/rpc_json.h"
#include "flota/rpc_auth.h"
#include "flota/rpc_http.h"
#include "flota/rpc_tcp.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GOOD_FRAME "{\"id\":7,\"method\":\"RPC.Ping\"}"

struct device {
    struct flota_rpc rpc;
    struct flota_rpc_service service;
    struct flota_rpc_http http;
    int waits;
    uint32_t now_ms;
};

static uint32_t random_number(void)
{
    return 0x12345678;
}

/* --- methods that look at all they are given --- */

static int take_all(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    struct flota_rpc_text json;
    const uint8_t *bytes;
    char text[32];
    size_t size;
    int64_t integer;
    bool flag;
    volatile uint8_t sum = 0;
    flota_rpc_param_integer(call, "i", &integer);
    flota_rpc_param_boolean(call, "f", &flag);
    if (flota_rpc_param_bytes(call, "b", &bytes, &size))
        for (size_t i = 0; i < size; i++)
            sum = (uint8_t)(sum + bytes[i]);
    if (device->waits++ % 3 != 0)
        return FLOTA_RPC_WAIT;
    if (flota_rpc_param_string(call, "s", text, sizeof text))
        flota_json_string(flota_rpc_result(call), text, SIZE_MAX);
    else if (!flota_rpc_is_answered(call) && flota_rpc_param_json(call, "o", &json))
        flota_json_bytes(flota_rpc_result(call), json.data, json.size);
    return 0;
}

static const struct flota_rpc_param params[] = {
    {"i", FLOTA_RPC_INTEGER, false}, {"n", FLOTA_RPC_NUMBER, false},
    {"f", FLOTA_RPC_BOOLEAN, false}, {"s", FLOTA_RPC_STRING, false},
    {"b", FLOTA_RPC_BASE64, false},  {"o", FLOTA_RPC_OBJECT, false},
    {"a", FLOTA_RPC_ANY, false}};

static const struct flota_rpc_method methods[] = {
    {.name = "T.All", .params = params, .param_count = 7, .handle = take_all}};

static void start(struct device *device, struct flota_auth auth)
{
    memset(device, 0, sizeof *device);
    flota_rpc_init(&device->rpc, &auth, "dev1", random_number);
    device->service = (struct flota_rpc_service){methods, 1, device, NULL};
    flota_rpc_add(&device->rpc, &device->service);
    flota_rpc_nonce(&device->rpc, 0); /* for answers in the input: 305419896 */
}

/* --- frames --- */

static void check_reply(struct flota_rpc_channel *channel)
{
    const char *text;
    size_t size = flota_rpc_reply(channel, &text);
    if (size == 0)
        return;
    if (size >= FLOTA_RPC_REPLY_MAX || strlen(text) != size || flota_rpc_json_check(text, size))
        abort();
}

static void finish_call(struct device *device, struct flota_rpc_channel *channel)
{
    for (int i = 0; i < 5; i++)
        flota_rpc_poll(channel, ++device->now_ms);
    check_reply(channel);
    flota_rpc_sent(channel);
    if (!flota_rpc_is_ready(channel))
        abort();
}

static void check_good(struct device *device, struct flota_rpc_channel *channel)
{
    const char *text;
    flota_rpc_take(channel, GOOD_FRAME, strlen(GOOD_FRAME), device->now_ms);
    if (flota_rpc_reply(channel, &text) == 0 || !strstr(text, "{\"id\":7,") ||
        !strstr(text, "\"result\":{\"channel_info\""))
        abort();
    flota_rpc_sent(channel);
}

static void try_frames(struct device *device, const uint8_t *data, size_t size)
{
    static struct flota_rpc_channel channel;
    struct flota_rpc_origin origin = {.transport = "fuzz"};
    flota_rpc_open(&channel, &device->rpc, &origin, 0);
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t part = end ? (size_t)(end - data) : size;
        if (part % 2)
            flota_rpc_take(&channel, (const char *)data, part, 0);
        else
            flota_rpc_take_call(&channel, "T.All", (const char *)data, part, 0);
        finish_call(device, &channel);
        data += part + (end ? 1 : 0);
        size -= part + (end ? 1 : 0);
    }
    check_good(device, &channel);
    flota_rpc_close(&channel);
}

/* --- streams --- */

static void try_tcp(struct device *device, const uint8_t *data, size_t size)
{
    static struct flota_rpc_tcp_session session;
    const struct flota_stream_protocol *tcp = &flota_rpc_tcp_protocol;
    const uint8_t *output;
    tcp->open(&session, &device->rpc, "fuzz", 0);
    for (int idle = 0; size > 0 && idle < 50; idle++) {
        size_t part = size < 7 ? size : 7, ready, taken = tcp->receive(&session, data, part, 0);
        data += taken;
        size -= taken;
        idle = taken ? 0 : idle;
        tcp->poll(&session, 0);
        while ((ready = tcp->output(&session, &output)) > 0) {
            tcp->sent(&session, ready);
            tcp->acked(&session, ready, 0);
        }
    }
    if (size > 0) /* it takes all in the end */
        abort();
    tcp->close(&session);
}

static void try_http(struct device *device, const uint8_t *data, size_t size)
{
    static struct flota_http_connection connection;
    struct flota_http_route routes[] = {
        {"/rpc", "POST OPTIONS", &flota_rpc_http_handler, &device->http},
        {"/rpc/", "GET POST OPTIONS", &flota_rpc_http_handler, &device->http}};
    struct flota_http_server server = {.routes = routes, .route_count = 2};
    const uint8_t *output;
    size_t part;
    flota_rpc_http_init(&device->http, &device->rpc, "http://a https://fleet.example");
    flota_http_open(&connection, &server, "fuzz", 0);
    for (int idle = 0; size > 0 && idle < 20; idle++) {
        size_t taken = flota_http_receive(&connection, data, size, 0);
        data += taken;
        size -= taken;
        idle = taken ? 0 : idle;
        flota_http_poll(&connection, 0);
        while ((part = flota_http_output(&connection, &output)) > 0) {
            flota_http_sent(&connection, part);
            flota_http_acked(&connection, part, 0);
        }
    }
    flota_http_close(&connection);
    for (size_t i = 0; i < FLOTA_RPC_HTTP_CHANNELS; i++)
        if (device->http.exchanges[i].connection) /* each place is free again */
            abort();
}

/* Whatever a list says, the device answers; without it all is as before. */
static void try_acl(struct device *device, const uint8_t *data, size_t size)
{
    static struct flota_rpc_channel channel;
    static char acl[4096];
    struct flota_rpc_origin origin = {.transport = "fuzz"};
    const char *frame = "{\"id\":1,\"method\":\"T.All\"}", *text;
    size = size < sizeof acl ? size : sizeof acl - 1;
    memcpy(acl, data, size);
    acl[size] = '\0';
    flota_rpc_set_acl(&device->rpc, acl);
    flota_rpc_open(&channel, &device->rpc, &origin, 0);
    flota_rpc_take(&channel, frame, strlen(frame), 0);
    if (flota_rpc_reply(&channel, &text) == 0)
        abort();
    finish_call(device, &channel);
    flota_rpc_set_acl(&device->rpc, NULL);
    check_good(device, &channel);
    flota_rpc_close(&channel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct device device;
    if (size == 0)
        return 0;
    start(&device, data[0] & 4 ? FLOTA_AUTH_BASIC("admin", "secret") : FLOTA_AUTH_NONE);
    switch (data[0] & 3) {
    case 0:
        try_frames(&device, data + 1, size - 1);
        break;
    case 1:
        try_tcp(&device, data + 1, size - 1);
        break;
    case 2:
        try_http(&device, data + 1, size - 1);
        break;
    default:
        try_acl(&device, data + 1, size - 1);
    }
    return 0;
}
