/* rpc_ota_fixture.h - OTA.* on a flash model, and clients that call it by frames.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RPC_OTA_FIXTURE_H
#define RPC_OTA_FIXTURE_H

#include "flota/rpc_ota.h"
#include "ota_fixture.h"

struct fetcher {
    struct flota_puller puller;
    int result; /* of start */
    unsigned count;
    char url[512];
    struct flota_pull_request request;
};

struct world {
    struct device d;
    struct flota_rpc rpc;
    struct flota_rpc_ota service;
    struct flota_rpc_channel one; /* ws 192.168.0.7:5000 */
    struct flota_rpc_channel two; /* tcp 192.168.0.8:6000 */
    const char *source;           /* of frames */
    struct fetcher fetcher;
    unsigned waits; /* polls of the last call until its answer */
    char reply[FLOTA_RPC_REPLY_MAX];
};

static inline int fetch(void *context, const struct flota_pull_request *request)
{
    struct fetcher *fetcher = context;
    fetcher->count++;
    fetcher->request = *request;
    snprintf(fetcher->url, sizeof fetcher->url, "%s", request->url ? request->url : "configured");
    return fetcher->result;
}

static inline uint32_t no_random(void)
{
    return 4;
}

static inline void open_channel(struct world *w, struct flota_rpc_channel *channel,
                                const char *transport, const char *peer)
{
    struct flota_rpc_origin origin = {.transport = transport};
    snprintf(origin.peer, sizeof origin.peer, "%s", peer);
    flota_rpc_open(channel, &w->rpc, &origin, w->d.now_ms);
}

static inline void start_rpc(struct world *w)
{
    const struct flota_auth auth = FLOTA_AUTH_NONE;
    const struct flota_rpc_ota_config config = {.ota = &w->d.ota, .puller = &w->fetcher.puller};
    flota_rpc_init(&w->rpc, &auth, "dev1", no_random);
    flota_rpc_ota_init(&w->service, &w->rpc, &config);
    open_channel(w, &w->one, "ws", "192.168.0.7:5000");
    open_channel(w, &w->two, "tcp", "192.168.0.8:6000");
}

static inline int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    device_init(&w->d);
    w->fetcher.puller = (struct flota_puller){fetch, &w->fetcher};
    w->source = "test";
    start_rpc(w);
    *state = w;
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *w = *state;
    flota_rpc_close(&w->one);
    flota_rpc_close(&w->two);
    device_free(&w->d);
    free(w);
    return 0;
}

/* The device starts anew; its clients connect again. */
static inline void restart(struct world *w)
{
    device_restart(&w->d);
    start_rpc(w);
}

/* --- calls --- */

/* Give a frame. params: JSON text. */
static inline void send_call(struct world *w, struct flota_rpc_channel *channel, const char *method,
                             const char *params)
{
    char frame[FLOTA_RPC_FRAME_MAX + 1];
    int size = snprintf(frame, sizeof frame,
                        "{\"src\":\"%s\",\"id\":1571712235716,\"method\":\"%s\",\"params\":%s}",
                        w->source, method, params);
    assert_true(size > 0 && (size_t)size < sizeof frame);
    assert_true(flota_rpc_take(channel, frame, (size_t)size, w->d.now_ms));
}

/* One turn of the main loop. Returns whether there is an answer; it is not taken yet. */
static inline bool turn(struct world *w, struct flota_rpc_channel *channel)
{
    const char *text;
    device_poll(&w->d, 1);
    flota_rpc_poll(channel, w->d.now_ms);
    return flota_rpc_reply(channel, &text) > 0;
}

/* Take the answer. Returns its code. */
static inline int take_reply(struct world *w, struct flota_rpc_channel *channel)
{
    const char *text;
    size_t size = flota_rpc_reply(channel, &text);
    assert_true(size > 0 && size < sizeof w->reply);
    memcpy(w->reply, text, size + 1);
    int code = flota_rpc_reply_code(channel);
    flota_rpc_sent(channel);
    return code;
}

static inline int wait_for_reply(struct world *w, struct flota_rpc_channel *channel)
{
    const char *text;
    w->waits = 0;
    while (flota_rpc_reply(channel, &text) == 0) {
        assert_true(w->waits++ < 100000);
        turn(w, channel);
    }
    return take_reply(w, channel);
}

static inline int call(struct world *w, struct flota_rpc_channel *channel, const char *method,
                       const char *params)
{
    send_call(w, channel, method, params);
    return wait_for_reply(w, channel);
}

/* Its own code, written from RFC 4648. */
static inline void encode(const uint8_t *data, size_t size, char *text)
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

static inline void send_write(struct world *w, struct flota_rpc_channel *channel, uint32_t offset,
                              uint32_t size)
{
    static char params[FLOTA_RPC_FRAME_MAX];
    int head = snprintf(params, sizeof params, "{\"offset\":%u,\"data\":\"", (unsigned)offset);
    encode(w->d.image + offset, size, params + head);
    strcat(params, "\"}");
    send_call(w, channel, "OTA.Write", params);
}

static inline int write_at(struct world *w, struct flota_rpc_channel *channel, uint32_t offset,
                           uint32_t size)
{
    send_write(w, channel, offset, size);
    return wait_for_reply(w, channel);
}

static inline void write_from(struct world *w, struct flota_rpc_channel *channel, uint32_t from,
                              uint32_t to, uint32_t chunk)
{
    for (uint32_t at = from; at < to; at += chunk)
        assert_int_equal(write_at(w, channel, at, to - at < chunk ? to - at : chunk), 0);
}

static inline int begin(struct world *w, struct flota_rpc_channel *channel)
{
    char params[64];
    snprintf(params, sizeof params, "{\"size\":%u}", (unsigned)w->d.size);
    return call(w, channel, "OTA.Begin", params);
}

static inline void assert_reply(const struct world *w, const char *part)
{
    assert_contains(w->reply, part);
}

/* The words of an error, and its name. */
static inline void assert_error(const struct world *w, int error)
{
    assert_contains(w->reply, flota_error_text(error)->cause);
    assert_contains(w->reply, flota_error_text(error)->name);
}

static inline void status(struct world *w)
{
    assert_int_equal(call(w, &w->two, "OTA.Status", "{}"), 0);
}

/* An image goes in, and the device restarts into it. */
static inline void install(struct world *w, const char *version)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = version;
    recipe.seed = (uint32_t)version[0];
    device_make_image(&w->d, &recipe);
    assert_int_equal(begin(w, &w->one), 0);
    write_from(w, &w->one, 0, w->d.size, 1000);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    device_wait(&w->d, FLOTA_RPC_OTA_SENT_MS);
    assert_int_equal(w->d.model.reset_count, 1);
    restart(w);
}

static inline void assert_next_update_works(struct world *w)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    device_make_image(&w->d, &recipe);
    assert_int_equal(begin(w, &w->one), 0);
    write_from(w, &w->one, 0, w->d.size, 700);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    device_wait(&w->d, FLOTA_RPC_OTA_SENT_MS);
    assert_int_equal(w->d.model.swap_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
