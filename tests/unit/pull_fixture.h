/* pull_fixture.h - the HTTP client agent on a flash model, its clock, and a server that does what a
 * test tells it, behind a network that splits at random.
 *
 * Included by one test program each, after cmocka.h. The network is the test's: it takes the place
 * of src/net/lwip and of ports/host.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PULL_FIXTURE_H
#define PULL_FIXTURE_H

#include "flash_model.h"
#include "flota/error.h"
#include "flota/pull.h"
#include "image_maker.h"
#include "prng.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX      32768
#define REPLY_MAX    65536u
#define REQUESTS_MAX 64

/* A server: a file and what is wrong with it. */
struct server {
    const uint8_t *file;
    size_t size;
    const char *etag, *modified, *date; /* NULL: not sent */
    bool ignores_range;
    bool ignores_if_range;
    bool is_chunked;
    bool is_old;              /* its bodies end with the connection */
    size_t piece_max;         /* of a 206: 0: as asked for */
    int status;               /* instead of everything; 0: none */
    const char *headers;      /* further ones, each ended by CR LF */
    const char *location;     /* of a redirect for requests to "/old" and below */
    const char *raw;          /* the whole reply, instead of everything */
    int dial_error;           /* no connection */
    size_t break_after;       /* bytes of a body, then the connection is lost; 0: never */
    uint32_t breaks;          /* connections to be lost so */
    bool stalls;              /* at the break: nothing comes, nothing ends */
    int32_t length_too_large; /* added to Content-Length */
    /* seen */
    uint32_t request_count, dial_count, range_count;
    size_t body_sent; /* bytes of bodies in all */
    char requests[REQUESTS_MAX][2600];
    char host[128];
    uint16_t port;
};

struct fixture {
    struct flash_model model;
    struct flota_trial trial;
    struct flota_ota ota;
    struct flota_config config;
    struct flota_config_table table;
    struct flota_pull pull;
    struct server server;
    struct flota_network_dial *dial; /* the connection, NULL: none */
    uint32_t now_ms;
    uint32_t random;
    size_t most; /* bytes given at once */
    bool link_is_down;
    uint8_t *image;
    size_t size;
    /* the connection */
    size_t request_size;
    char request[2600];
    size_t reply_size, reply_at, body_at;
    bool is_lost, is_silent;
    char reply[REPLY_MAX];
    /* of who asked */
    int ended_count, result;
    size_t log_size;
    char log[LOG_MAX];
};

static struct fixture *world; /* of the running test: the network's functions have no context */

/* --- the network's contract --- */

int flota_network_dial(struct flota_network_dial *dial, const char *host, uint16_t port)
{
    struct fixture *f = world;
    assert_null(f->dial);
    assert_true(dial->state == FLOTA_NETWORK_CLOSED);
    snprintf(f->server.host, sizeof f->server.host, "%s", host);
    f->server.port = port;
    f->server.dial_count++;
    f->request_size = f->reply_size = f->reply_at = f->body_at = 0;
    f->is_lost = f->is_silent = false;
    dial->error = 0;
    dial->state = FLOTA_NETWORK_CONNECTING;
    f->dial = dial;
    return 0;
}

static inline void close_dial(struct fixture *f, int error)
{
    struct flota_network_dial *dial = f->dial;
    bool was_open = dial->state == FLOTA_NETWORK_OPEN;
    f->dial = NULL;
    dial->state = FLOTA_NETWORK_CLOSED;
    dial->error = error;
    if (was_open)
        dial->protocol->close(dial->session);
}

void flota_network_hang_up(struct flota_network_dial *dial)
{
    if (world->dial == dial)
        close_dial(world, 0);
}

void flota_network_status(struct flota_network_status *status)
{
    static const uint8_t mac[6] = {0x02, 0xab, 0, 0, 0x12, 0xfe};
    memset(status, 0, sizeof *status);
    status->is_link_up = !world->link_is_down;
    memcpy(status->mac, mac, sizeof mac);
    snprintf(status->address, sizeof status->address, "192.168.0.10");
}

/* --- the server --- */

static inline bool asks(const struct fixture *f, const char *line)
{
    return strstr(f->request, line) != NULL;
}

static inline void say(struct fixture *f, const void *data, size_t size)
{
    assert_true(f->reply_size + size < REPLY_MAX);
    memcpy(f->reply + f->reply_size, data, size);
    f->reply_size += size;
    f->reply[f->reply_size] = '\0';
}

static inline void say_line(struct fixture *f, const char *name, const char *value)
{
    if (!value)
        return;
    say(f, name, strlen(name));
    say(f, value, strlen(value));
    say(f, "\r\n", 2);
}

static inline void say_head(struct fixture *f, int status)
{
    struct server *s = &f->server;
    char line[64];
    snprintf(line, sizeof line, "HTTP/1.1 %d Text\r\n", status);
    say(f, line, strlen(line));
    say_line(f, "ETag: ", s->etag);
    say_line(f, "Last-Modified: ", s->modified);
    say_line(f, "Date: ", s->date);
    if (s->headers)
        say(f, s->headers, strlen(s->headers));
}

static inline void say_body(struct fixture *f, const uint8_t *data, size_t size)
{
    char line[64];
    size_t half = size / 2;
    if (f->server.is_old) {
        say(f, "\r\n", 2);
        f->body_at = f->reply_size;
        say(f, data, size);
        return;
    }
    if (!f->server.is_chunked) {
        snprintf(line, sizeof line, "Content-Length: %" PRId32 "\r\n\r\n",
                 (int32_t)size + f->server.length_too_large);
        say(f, line, strlen(line));
        f->body_at = f->reply_size;
        say(f, data, size);
        return;
    }
    snprintf(line, sizeof line, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", half);
    say(f, line, strlen(line));
    f->body_at = f->reply_size;
    say(f, data, half);
    snprintf(line, sizeof line, "\r\n%zX;x=y\r\n", size - half);
    say(f, line, strlen(line));
    say(f, data + half, size - half);
    say(f, "\r\n0\r\n\r\n", 7);
}

/* Value of a request's header. */
static inline const char *asked(const struct fixture *f, const char *name)
{
    static char value[256];
    const char *at = strstr(f->request, name);
    if (!at)
        return NULL;
    at += strlen(name);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

static inline bool is_unchanged(const struct fixture *f)
{
    const struct server *s = &f->server;
    const char *etag = asked(f, "\r\nIf-None-Match: ");
    if (etag)
        return s->etag && strcmp(etag, s->etag) == 0;
    const char *modified = asked(f, "\r\nIf-Modified-Since: ");
    return modified && s->modified && strcmp(modified, s->modified) == 0;
}

/* RFC 9110 13.1.5: strong comparison, else the whole file. */
static inline bool range_holds(const struct fixture *f)
{
    const struct server *s = &f->server;
    const char *validator = asked(f, "\r\nIf-Range: ");
    if (!validator || s->ignores_if_range)
        return true;
    if (validator[0] == '"')
        return s->etag && strcmp(validator, s->etag) == 0;
    return s->modified && strcmp(validator, s->modified) == 0;
}

static inline void say_file(struct fixture *f)
{
    struct server *s = &f->server;
    const char *range = asked(f, "\r\nRange: bytes=");
    size_t first = 0, last = s->size - 1;
    char line[96];
    if (!range || s->ignores_range || !range_holds(f)) {
        say_head(f, 200);
        say_body(f, s->file, s->size);
        return;
    }
    s->range_count++;
    range = asked(f, "\r\nRange: bytes=");
    sscanf(range, "%zu-%zu", &first, &last);
    if (first >= s->size) {
        say_head(f, 416);
        say_body(f, s->file, 0);
        return;
    }
    if (last > s->size - 1)
        last = s->size - 1;
    if (s->piece_max && last - first + 1 > s->piece_max)
        last = first + s->piece_max - 1;
    say_head(f, 206);
    snprintf(line, sizeof line, "Content-Range: bytes %zu-%zu/%zu\r\n", first, last, s->size);
    say(f, line, strlen(line));
    say_body(f, s->file + first, last - first + 1);
}

static inline void answer_request(struct fixture *f)
{
    struct server *s = &f->server;
    assert_true(s->request_count < REQUESTS_MAX);
    memcpy(s->requests[s->request_count++], f->request, sizeof f->request);
    if (s->raw) {
        say(f, s->raw, strlen(s->raw));
    } else if (s->status) {
        say_head(f, s->status);
        say_body(f, (const uint8_t *)"sorry", 5);
    } else if (s->location && asks(f, "GET /old")) {
        say_head(f, 302);
        say_line(f, "Location: ", s->location);
        say_body(f, (const uint8_t *)"moved", 5);
    } else if (is_unchanged(f)) {
        say_head(f, 304);
        say(f, "\r\n", 2);
    } else {
        say_file(f);
    }
    if (s->break_after && s->breaks > 0 && f->body_at != 0 &&
        f->reply_size > f->body_at + s->break_after) {
        s->breaks--;
        f->reply_size = f->body_at + s->break_after;
        f->is_lost = !s->stalls && !s->is_old; /* an old one seems to end */
        f->is_silent = s->stalls;
    }
}

/* --- a turn of everything --- */

static inline void take_request(struct fixture *f)
{
    struct flota_network_dial *dial = f->dial;
    const uint8_t *data;
    size_t size = dial->protocol->output(dial->session, &data);
    if (size == 0)
        return;
    size = 1 + prng_below(&f->random, (uint32_t)size);
    assert_true(f->request_size + size < sizeof f->request);
    memcpy(f->request + f->request_size, data, size);
    f->request_size += size;
    f->request[f->request_size] = '\0';
    dial->protocol->sent(dial->session, size);
    dial->protocol->acked(dial->session, size, f->now_ms);
    if (strstr(f->request, "\r\n\r\n"))
        answer_request(f);
}

static inline void give_reply(struct fixture *f)
{
    struct flota_network_dial *dial = f->dial;
    size_t left = f->reply_size - f->reply_at;
    if (left > 0) {
        size_t piece = 1 + prng_below(&f->random, (uint32_t)f->most);
        piece = piece < left ? piece : left;
        uint8_t *copy = malloc(piece);
        memcpy(copy, f->reply + f->reply_at, piece);
        size_t taken = dial->protocol->receive(dial->session, copy, piece, f->now_ms);
        free(copy);
        assert_true(taken <= piece);
        f->reply_at += taken;
        if (f->reply_at > f->body_at)
            f->server.body_sent += taken;
        return;
    }
    if (f->reply_size == 0 || f->is_silent)
        return;
    if (!f->is_lost)
        dial->protocol->peer_ended(dial->session, 0);
    close_dial(f, f->is_lost ? FLOTA_ERR_CONNECT_LOST : 0);
}

static inline void poll_network(struct fixture *f)
{
    struct flota_network_dial *dial = f->dial;
    if (!dial)
        return;
    int error = f->link_is_down ? FLOTA_ERR_CONNECT_TIMEOUT : f->server.dial_error;
    if (dial->state == FLOTA_NETWORK_CONNECTING && error != 0) {
        close_dial(f, error);
    } else if (dial->state == FLOTA_NETWORK_CONNECTING) {
        dial->state = FLOTA_NETWORK_OPEN;
        dial->protocol->open(dial->session, dial->context, "10.0.0.1:80", f->now_ms);
    } else if (!f->link_is_down) {
        take_request(f);
        give_reply(f);
    }
    if (f->dial)
        f->dial->protocol->poll(f->dial->session, f->now_ms);
    if (f->dial && f->dial->state == FLOTA_NETWORK_OPEN &&
        f->dial->protocol->wants_close(f->dial->session))
        close_dial(f, 0);
}

static inline void turn(struct fixture *f)
{
    poll_network(f);
    flota_ota_poll(&f->ota, f->now_ms);
    flota_pull_poll(&f->pull, f->now_ms);
}

/* So many turns without time. */
static inline void work(struct fixture *f, int turns)
{
    while (turns-- > 0)
        turn(f);
}

/* Time goes by in steps; between two of them all that can happen does. */
static inline void let_time_pass(struct fixture *f, uint32_t ms, uint32_t step_ms)
{
    for (uint32_t passed = 0; passed < ms && f->model.reset_count == 0; passed += step_ms) {
        f->now_ms += step_ms;
        turn(f);
        for (int i = 0; i < 20000 && (f->dial || f->ota.owner) && !f->is_silent &&
                        f->model.reset_count == 0 && !f->link_is_down;
             i++)
            turn(f);
    }
}

/* --- life --- */

static inline void add_line(void *context, const char *line)
{
    struct fixture *f = context;
    f->log_size += (size_t)snprintf(f->log + f->log_size, LOG_MAX - f->log_size, "%s\n", line);
    assert_true(f->log_size < LOG_MAX);
}

static inline uint32_t next_random(void)
{
    return prng_next(&world->random);
}

static inline void set_key(struct fixture *f, const char *key, const char *value)
{
    assert_int_equal(flota_config_set(&f->config, key, value), 0);
}

static inline void start_agent(struct fixture *f)
{
    struct flota_trial_config trial = {
        .flash = &f->model.flash, .platform = &f->model.platform, .policy = FLOTA_CONFIRM_EXPLICIT};
    struct flota_ota_config ota = {
        .target = &f->model.target, .trial = &f->trial, .log = add_line, .context = f};
    struct flota_pull_config pull = {
        .ota = &f->ota, .config = &f->config, .device_id = "dev1", .random = next_random};
    flota_trial_init(&f->trial, &trial, f->now_ms);
    f->model.target.trial = &f->trial;
    flota_ota_init(&f->ota, &ota);
    flota_config_init(&f->config, &f->model.flash);
    flota_pull_add_keys(&f->config, &f->table);
    flota_pull_init(&f->pull, &pull, f->now_ms);
}

static inline void make_image(struct fixture *f, const struct image_recipe *recipe)
{
    free(f->image);
    f->image = image_make(recipe);
    f->size = recipe->size;
    f->server.file = f->image;
    f->server.size = f->size;
}

/* As flash_model_small, with room for configuration in the journals. */
static const struct flash_model_geometry pull_geometry = {1024, 7, 17, 32, 5, 2};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct image_recipe recipe = IMAGE_RECIPE;
    world = f;
    f->now_ms = UINT32_MAX - 20000u; /* the clock wraps in nearly every test */
    f->random = 1;
    f->most = 700;
    flash_model_init(&f->model, &pull_geometry);
    flash_model_fill(&f->model, FLOTA_SLOT_SPARE);
    recipe.version = "1.0.0";
    make_image(f, &recipe);
    flash_model_load(&f->model, FLOTA_SLOT_ACTIVE, f->image, (uint32_t)f->size);
    memcpy(&f->model.running, f->image + FLOTA_IMAGE_INFO_OFFSET, sizeof f->model.running);
    recipe.version = "2.0.0";
    make_image(f, &recipe);
    f->server.etag = "\"one\"";
    start_agent(f);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    flota_network_hang_up(&f->pull.dial);
    flash_model_free(&f->model);
    free(f->image);
    free(f);
    return 0;
}

/* The power goes, and comes back. */
static inline void restart_device(struct fixture *f)
{
    if (f->dial)
        f->dial = NULL;
    flash_model_power_up(&f->model);
    memset(&f->pull, 0xa5, sizeof f->pull);
    memset(&f->ota, 0xa5, sizeof f->ota);
    f->now_ms = 0;
    start_agent(f);
}

/* --- asking --- */

static inline void note_end(void *context, int result)
{
    struct fixture *f = context;
    f->ended_count++;
    f->result = result;
}

static inline int ask_for(struct fixture *f, const char *url, bool ignore_same)
{
    struct flota_pull_request request = {
        .url = url, .ignore_same_version = ignore_same, .ended = note_end, .context = f};
    f->ended_count = 0;
    f->result = 4711;
    return flota_pull_start(&f->pull, &request);
}

/* Ask, and let everything happen that needs no time. */
static inline void fetch(struct fixture *f, const char *url)
{
    assert_int_equal(ask_for(f, url, true), 0);
    for (int i = 0; i < 100000 && f->ended_count == 0; i++)
        turn(f);
}

/* --- what is to be seen --- */

static inline void assert_logged(const struct fixture *f, const char *part)
{
    if (!strstr(f->log, part))
        fail_msg("\"%s\" is not in:\n%s", part, f->log);
}

static inline void assert_installed(struct fixture *f)
{
    if (f->ended_count == 1 && f->result != 0)
        fail_msg("%s; %s", flota_error_text(f->result)->cause, f->log);
    for (int i = 0; i < 100 && f->model.reset_count == 0; i++) {
        f->now_ms += 100;
        turn(f);
    }
    if (f->model.swap_count != 1 || f->model.reset_count != 1)
        fail_msg("not installed:\n%s", f->log);
    flash_model_power_up(&f->model);
    assert_true(flash_model_holds(&f->model, FLOTA_SLOT_ACTIVE, f->image, (uint32_t)f->size));
}

static inline void assert_failed(struct fixture *f, int error)
{
    assert_int_equal(f->ended_count, 1);
    if (f->result != error)
        fail_msg("%d instead of %d:\n%s", f->result, error, f->log);
    assert_logged(f, flota_error_text(error)->cause);
    assert_logged(f, flota_error_text(error)->remedy);
    assert_int_equal(f->model.reset_count, 0);
    assert_int_equal(f->model.swap_count, 0);
}

static inline const char *request_at(const struct fixture *f, uint32_t index)
{
    assert_true(index < f->server.request_count);
    return f->server.requests[index];
}

static inline void assert_asked(const struct fixture *f, uint32_t index, const char *line)
{
    if (!strstr(request_at(f, index), line))
        fail_msg("\"%s\" is not in:\n%s", line, request_at(f, index));
}

#endif
