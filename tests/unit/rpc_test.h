/* rpc_test.h - a device with a few methods, and clients without a transport, for the tests of RPC.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RPC_TEST_H
#define RPC_TEST_H

#include "flota/error.h"
#include "flota/rpc.h"
#include "flota/rpc_auth.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device {
    struct flota_rpc rpc;
    struct flota_rpc_service service;
    struct flota_rpc_channel channel;
    uint32_t now_ms;
    int wait_polls; /* Test.Wait answers after so many */
    int asked_anew; /* Test.Wait, not again */
    int called;     /* handlers that ran to their end */
    int gone, sent; /* told to the methods */
    char text[64];  /* what a method was given */
    uint8_t bytes[64];
    size_t byte_count;
};

/* --- methods --- */

static inline int test_add(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    int64_t a = 0, b = 100;
    flota_rpc_param_integer(call, "a", &a);
    flota_rpc_param_integer(call, "b", &b);
    flota_json_integer(flota_rpc_result(call), a + b);
    device->called++;
    return 0;
}

static inline int test_text(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    if (!flota_rpc_param_string(call, "text", device->text, sizeof device->text))
        return 0;
    flota_json_string(flota_rpc_result(call), device->text, SIZE_MAX);
    device->called++;
    return 0;
}

/* Decodes at each turn, as a method does that writes to flash. */
static inline int test_bytes(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    const uint8_t *data;
    size_t size;
    if (!flota_rpc_param_bytes(call, "data", &data, &size))
        return 0;
    if (device->wait_polls > 0) {
        device->wait_polls--;
        return FLOTA_RPC_WAIT;
    }
    device->byte_count = size < sizeof device->bytes ? size : sizeof device->bytes;
    memcpy(device->bytes, data, device->byte_count);
    device->called++;
    flota_json_integer(flota_rpc_result(call), (int64_t)size);
    return 0;
}

static inline int test_wait(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    device->asked_anew += !flota_rpc_is_again(call);
    if (device->wait_polls-- > 0)
        return FLOTA_RPC_WAIT;
    device->called++;
    return 0; /* null */
}

static inline void test_gone(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    (void)call;
    device->gone++;
}

static inline void test_sent(void *context, struct flota_rpc_call *call)
{
    struct device *device = context;
    (void)call;
    device->sent++;
}

static inline int test_fail(void *context, struct flota_rpc_call *call)
{
    int64_t error = FLOTA_ERR_UPDATE_BUSY;
    (void)context;
    flota_rpc_param_integer(call, "error", &error);
    flota_json_raw(flota_rpc_result(call), "{\"half\":");
    return (int)error;
}

/* size characters, or as many as fit. */
static inline int test_long(void *context, struct flota_rpc_call *call)
{
    int64_t size = 0;
    (void)context;
    if (!flota_rpc_param_integer(call, "size", &size))
        size = (int64_t)flota_rpc_result_max(call) - 2;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "\"");
    for (int64_t i = 0; i < size; i++)
        flota_json_raw(json, "x");
    flota_json_raw(json, "\"");
    return 0;
}

static inline int test_json(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_text text;
    (void)context;
    if (flota_rpc_param_json(call, "object", &text))
        flota_json_bytes(flota_rpc_result(call), text.data, text.size);
    return 0;
}

static const struct flota_rpc_param add_params[] = {{"a", FLOTA_RPC_INTEGER, true},
                                                    {"b", FLOTA_RPC_INTEGER, false}};
static const struct flota_rpc_param text_params[] = {{"text", FLOTA_RPC_STRING, true}};
static const struct flota_rpc_param bytes_params[] = {{"data", FLOTA_RPC_BASE64, true}};
static const struct flota_rpc_param json_params[] = {{"object", FLOTA_RPC_OBJECT, false},
                                                     {"flag", FLOTA_RPC_BOOLEAN, false},
                                                     {"ratio", FLOTA_RPC_NUMBER, false},
                                                     {"any", FLOTA_RPC_ANY, false}};
static const struct flota_rpc_param fail_params[] = {{"error", FLOTA_RPC_INTEGER, false}};

static const struct flota_rpc_method test_methods[] = {
    {.name = "Test.Add",
     .params = add_params,
     .param_count = 2,
     .is_query = true,
     .handle = test_add,
     .sent = test_sent},
    {.name = "Test.Text", .params = text_params, .param_count = 1, .handle = test_text},
    {.name = "Test.Bytes", .params = bytes_params, .param_count = 1, .handle = test_bytes},
    {.name = "Test.Wait", .handle = test_wait, .gone = test_gone, .sent = test_sent},
    {.name = "Test.Fail", .params = fail_params, .param_count = 1, .handle = test_fail},
    {.name = "Test.Long", .handle = test_long},
    {.name = "Test.Json",
     .params = json_params,
     .param_count = 4,
     .is_query = true,
     .handle = test_json},
};

/* --- the device --- */

static inline uint32_t test_random(void)
{
    static uint32_t state = 12345;
    return prng_next(&state);
}

static inline void device_init(struct device *device, struct flota_auth auth)
{
    struct flota_rpc_origin origin = {.transport = "test", .peer = "peer 1"};
    memset(device, 0, sizeof *device);
    device->now_ms = 1000;
    flota_rpc_init(&device->rpc, &auth, "dev1", test_random);
    device->service = (struct flota_rpc_service){
        test_methods, sizeof test_methods / sizeof test_methods[0], device, NULL};
    flota_rpc_add(&device->rpc, &device->service);
    flota_rpc_open(&device->channel, &device->rpc, &origin, device->now_ms);
}

static inline void device_trust(struct device *device)
{
    device->channel.origin.is_trusted = true;
}

/* The reply to a frame, "" for none; the channel is ready again. The frame lies in a block of its
 * own, so that reading behind it is seen. */
static inline const char *ask_bytes(struct device *device, const char *frame, size_t size)
{
    static char reply[FLOTA_RPC_REPLY_MAX];
    const char *text;
    char *copy = malloc(size ? size : 1);
    memcpy(copy, frame, size);
    assert_true(flota_rpc_take(&device->channel, copy, size, device->now_ms));
    free(copy);
    for (int i = 0; i < 100 && device->channel.state == FLOTA_RPC_CHANNEL_WAITS; i++)
        flota_rpc_poll(&device->channel, ++device->now_ms);
    size_t length = flota_rpc_reply(&device->channel, &text);
    assert_int_equal(strlen(text), length);
    memcpy(reply, text, length + 1);
    flota_rpc_sent(&device->channel);
    assert_true(flota_rpc_is_ready(&device->channel));
    return reply;
}

static inline const char *ask(struct device *device, const char *frame)
{
    return ask_bytes(device, frame, strlen(frame));
}

/* The error's code in a reply; 0 for a result, -1 for no reply. */
static inline int code_of(const char *reply)
{
    const char *error = strstr(reply, "\"error\":{\"code\":");
    if (!reply[0])
        return -1;
    return error ? atoi(error + 16) : 0;
}

static inline bool has(const char *reply, const char *text)
{
    bool found = strstr(reply, text) != NULL;
    if (!found)
        print_error("in %s\nthere is no %s\n", reply, text);
    return found;
}

/* --- frames, changed at random --- */

static const char *const good_frames[] = {
    "{\"id\":1,\"src\":\"c\",\"method\":\"Test.Add\",\"params\":{\"a\":-5,\"b\":7}}",
    "{\"v\":2,\"id\":\"\\u00e4\\ud83d\\ude00\",\"src\":\"c/1\",\"dst\":\"dev1\",\"tag\":\"t\","
    "\"method\":\"Test.Text\",\"args\":{\"text\":\"\\\"\\n\\u0041\"},\"timeout\":3}",
    "{\"id\":123456789012345678901234567890,\"method\":\"Test.Bytes\",\"params\":{\"data\":"
    "\"AAECAwQ\\/BQ==\"}}",
    "{\"id\":4,\"method\":\"Test.Json\",\"params\":{\"object\":{\"a\":[1,{\"b\":null}],\"c\":-0."
    "5e3},"
    "\"flag\":true,\"ratio\":1.5,\"any\":[]},\"trace\":{},\"nr\":false}",
    "{\"id\":5,\"method\":\"RPC.Describe\",\"params\":{\"name\":\"Test.Add\"}}",
    "{\"id\":6,\"method\":\"Test.Wait\",\"auth\":{\"realm\":\"RPC\",\"username\":\"u\",\"nonce\":5,"
    "\"cnonce\":6,\"algorithm\":\"SHA-256\",\"response\":\"00\"}}",
};
#define GOOD_FRAMES (sizeof good_frames / sizeof good_frames[0])

/* A good frame with up to 4 changes: bytes replaced, dropped, doubled, its end cut. */
static inline size_t mutate(uint32_t *random, char *text, size_t capacity)
{
    static const char marks[] = "{}[]\",:\\0123456789-+.eEtfn \"\"\"";
    const char *frame = good_frames[prng_below(random, GOOD_FRAMES)];
    size_t size = strlen(frame);
    memcpy(text, frame, size);
    for (uint32_t change = prng_below(random, 4) + 1; change > 0 && size > 1; change--) {
        size_t at = prng_below(random, (uint32_t)size), count = prng_below(random, 9);
        switch (prng_below(random, 5)) {
        case 0:
            text[at] = (char)prng_next(random);
            break;
        case 1:
            text[at] = marks[prng_below(random, sizeof marks - 1)];
            break;
        case 2:
            count = at + count > size ? size - at : count;
            memmove(text + at, text + at + count, size - at - count);
            size -= count;
            break;
        case 3:
            if (at + count > size || size + count > capacity)
                break;
            memmove(text + at + count, text + at, size - at);
            size += count;
            break;
        default:
            size = at;
        }
    }
    return size;
}

#define GOOD_FRAME "{\"id\":77,\"src\":\"me\",\"method\":\"Test.Add\",\"params\":{\"a\":1,\"b\":2}}"
#define GOOD_REPLY "{\"id\":77,\"src\":\"dev1\",\"dst\":\"me\",\"result\":3}"

#endif
