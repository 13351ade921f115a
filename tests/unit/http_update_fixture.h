/* http_update_fixture.h - an update service on a flash model, and clients that send to it.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HTTP_UPDATE_FIXTURE_H
#define HTTP_UPDATE_FIXTURE_H

#include "flash_model.h"
#include "flota/error.h"
#include "flota/http_update.h"
#include "http_test.h"
#include "image_maker.h"
#include <stdio.h>

#define LOG_MAX 8192

struct fixture {
    struct flash_model model;
    struct flota_trial trial;
    struct flota_ota ota;
    struct flota_http_update service;
    const struct flota_puller *puller;
    struct flota_http_route routes[4];
    struct flota_trust trust; /* for tests that set model.target.trust */
    enum flota_confirm_policy policy;
    struct flota_boot_decision decision; /* of the guard, at this start */
    struct flota_last_words last_words;
    struct flota_http_server server;
    struct client client;
    struct client other; /* a second client */
    uint8_t *image;
    size_t size;
    size_t log_size;
    char log[LOG_MAX];
    uint8_t *before; /* the active slot at the start */
};

static inline void add_line(void *context, const char *line)
{
    struct fixture *f = context;
    f->log_size += (size_t)snprintf(f->log + f->log_size, LOG_MAX - f->log_size, "%s\n", line);
    assert_true(f->log_size < LOG_MAX);
}

static inline void make_image(struct fixture *f, const struct image_recipe *recipe)
{
    free(f->image);
    f->image = image_make(recipe);
    f->size = recipe->size;
}

static inline void start_service(struct fixture *f, struct flota_auth auth)
{
    struct flota_trial_config trial = {.flash = &f->model.flash,
                                       .platform = &f->model.platform,
                                       .policy = f->policy,
                                       .decision = f->decision};
    struct flota_ota_config ota = {.target = &f->model.target,
                                   .auth = auth,
                                   .trial = &f->trial,
                                   .boot_id = 4711,
                                   .last_words = &f->last_words,
                                   .log = add_line,
                                   .context = f};
    struct flota_http_update_config config = {.ota = &f->ota, .auth = auth, .puller = f->puller};
    flota_trial_init(&f->trial, &trial, 0);
    flota_ota_init(&f->ota, &ota);
    flota_http_update_init(&f->service, &config);
}

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct image_recipe recipe = IMAGE_RECIPE;
    flash_model_init(&f->model, &flash_model_small);
    flash_model_fill(&f->model, FLOTA_SLOT_SPARE);
    make_image(f, &recipe);
    flash_model_load(&f->model, FLOTA_SLOT_ACTIVE, f->image, (uint32_t)f->size);
    f->policy = FLOTA_CONFIRM_EXPLICIT;
    f->before = malloc(flash_model_slot_size(&f->model));
    memcpy(f->before, flash_model_bytes(&f->model, FLOTA_SLOT_ACTIVE),
           flash_model_slot_size(&f->model));
    start_service(f, FLOTA_AUTH_NONE);
    f->routes[0] = (struct flota_http_route){"/update", "GET POST PUT", &flota_http_update_handler,
                                             &f->service};
    f->routes[1] = (struct flota_http_route){"/api/firmware_update", "GET POST PUT",
                                             &flota_http_update_handler, &f->service};
    f->routes[2] = (struct flota_http_route){"/update/", "GET POST PUT", &flota_http_update_handler,
                                             &f->service};
    f->routes[3] = (struct flota_http_route){"/api/firmware_keys", "GET POST",
                                             &flota_http_keys_handler, &f->service};
    f->server = (struct flota_http_server){.routes = f->routes, .route_count = 4};
    client_open(&f->client, &f->server);
    client_open(&f->other, &f->server);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    flota_http_close(&f->client.connection);
    flota_http_close(&f->other.connection);
    flash_model_free(&f->model);
    free(f->image);
    free(f->before);
    free(f);
    return 0;
}

/* --- helpers --- */

/* A new connection at the present time. */
static inline void reconnect(struct fixture *f)
{
    uint32_t now_ms = f->client.now_ms;
    flota_http_close(&f->client.connection);
    client_open(&f->client, &f->server);
    f->client.now_ms = now_ms;
}

/* The guard's first turn for an image on trial: ATTEMPT; then the firmware starts. For a confirmed
 * or unrecorded one the guard writes nothing. */
static inline void restart_device(struct fixture *f)
{
    struct flota_boot boot;
    flash_model_power_up(&f->model);
    flota_boot_read(&f->model.flash, &boot);
    f->decision = flota_boot_decide(&boot, true);
    if (f->decision.action == FLOTA_BOOT_COUNT_AND_RUN)
        assert_int_equal(flota_boot_count(&f->model.flash, &boot, true, 0), 0);
    memcpy(&f->model.running,
           flash_model_bytes(&f->model, FLOTA_SLOT_ACTIVE) + FLOTA_IMAGE_INFO_OFFSET,
           sizeof f->model.running);
    f->model.swap_count = f->model.reset_count = 0;
    f->log_size = 0;
    f->log[0] = '\0';
    start_service(f, FLOTA_AUTH_NONE);
    f->model.target.trial = &f->trial;
    reconnect(f);
}

/* The status, on a connection of its own. */
static inline const char *get_status(struct fixture *f)
{
    static const char request[] = "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n";
    client_open(&f->other, &f->server);
    client_offer(&f->other, request, sizeof request - 1);
    assert_int_equal(client_status(&f->other), 200);
    assert_true(f->other.output_size > 3);
    assert_string_equal(f->other.output + f->other.output_size - 3, "}\r\n");
    return f->other.output;
}

/* One turn of the main loop. */
static inline void turn(struct fixture *f, struct client *client)
{
    flota_ota_poll(&f->ota, client->now_ms);
    flota_http_poll(&client->connection, client->now_ms);
    client_collect(client);
}

/* Send all, in pieces of up to max_piece bytes, while flash works; stops when the server answers.
 */
static inline void send_while_working(struct fixture *f, struct client *client, const void *data,
                                      size_t size, size_t max_piece)
{
    uint32_t random = (uint32_t)(size + max_piece);
    int idle = 0;
    for (size_t at = 0; at < size && idle < 1000;) {
        size_t piece = 1 + prng_below(&random, (uint32_t)max_piece);
        if (piece > size - at)
            piece = size - at;
        size_t taken = client_offer(client, (const uint8_t *)data + at, piece);
        at += taken;
        idle = taken ? 0 : idle + 1;
        turn(f, client);
    }
}

static inline void work(struct fixture *f, struct client *client, int turns)
{
    while (turns-- > 0)
        turn(f, client);
}

static inline void send_head(struct fixture *f, struct client *client, const char *path,
                             size_t length, const char *headers)
{
    char head[1024];
    int size =
        snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n%s\r\n",
                 path, length, headers);
    send_while_working(f, client, head, (size_t)size, 2000);
}

static inline void send_raw(struct fixture *f, const char *path, const char *headers)
{
    send_head(f, &f->client, path, f->size, headers);
    send_while_working(f, &f->client, f->image, f->size, 700);
    work(f, &f->client, 2000);
}

/* A form: fields, then the file. Returns its size; free() *body. */
static inline size_t make_form(const struct fixture *f, const char *fields, uint8_t **body)
{
    static const char file[] = "--XX\r\nContent-Disposition: form-data; name=\"x\"; "
                               "filename=\"a.bin\"\r\n\r\n";
    static const char end[] = "\r\n--XX--\r\n";
    size_t size = strlen(fields);
    *body = malloc(size + sizeof file + f->size + sizeof end);
    memcpy(*body, fields, size);
    memcpy(*body + size, file, sizeof file - 1);
    size += sizeof file - 1;
    memcpy(*body + size, f->image, f->size);
    size += f->size;
    memcpy(*body + size, end, sizeof end - 1);
    return size + sizeof end - 1;
}

#define FORM_TYPE   "Content-Type: multipart/form-data; boundary=XX\r\n"
#define FIELD(name) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static inline void send_form(struct fixture *f, const char *fields, size_t max_piece)
{
    uint8_t *body;
    size_t size = make_form(f, fields, &body);
    send_head(f, &f->client, "/update", size, FORM_TYPE);
    send_while_working(f, &f->client, body, size, max_piece);
    work(f, &f->client, 2000);
    free(body);
}

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* The words are in the log, in this order. */
static inline void assert_log_order(const struct fixture *f, const char *const *words, size_t count)
{
    const char *at = f->log;
    for (size_t i = 0; i < count; i++) {
        at = strstr(at, words[i]);
        if (!at)
            fail_msg("\"%s\" is not (in this order) in:\n%s", words[i], f->log);
        at += strlen(words[i]);
    }
}

static inline void let_restart(struct fixture *f)
{
    f->client.now_ms += FLOTA_OTA_ANSWERED_MS;
    turn(f, &f->client);
}

static inline void assert_updated(struct fixture *f)
{
    assert_int_equal(client_status(&f->client), 200);
    assert_int_equal(f->model.reset_count, 0);
    let_restart(f);
    assert_int_equal(f->model.swap_count, 1);
    assert_int_equal(f->model.reset_count, 1);
    flash_model_power_up(&f->model);
    assert_true(flash_model_holds(&f->model, FLOTA_SLOT_ACTIVE, f->image, (uint32_t)f->size));
}

static inline void assert_untouched(struct fixture *f)
{
    f->client.now_ms += 10 * FLOTA_OTA_ANSWER_MS;
    work(f, &f->client, 100);
    assert_int_equal(f->model.swap_count, 0);
    assert_int_equal(f->model.reset_count, 0);
    assert_memory_equal(f->before, flash_model_bytes(&f->model, FLOTA_SLOT_ACTIVE),
                        f->model.geometry.image_sector_count * f->model.geometry.sector_size);
}

static inline void assert_refused(struct fixture *f, int status, int error)
{
    assert_int_equal(client_status(&f->client), status);
    assert_contains(f->client.output, flota_error_text(error)->cause);
    assert_contains(f->client.output, flota_error_text(error)->remedy);
    assert_contains(f->client.output, "The present firmware, ");
    assert_contains(f->client.output, " 1.0.0, runs on.\r\n");
    assert_untouched(f);
}

/* After whatever happened a good image must go through. */
static inline void assert_next_update_works(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    make_image(f, &recipe);
    flota_http_close(&f->client.connection);
    uint32_t now_ms = f->client.now_ms;
    client_open(&f->client, &f->server);
    f->client.now_ms = now_ms;
    send_raw(f, "/update", "");
    assert_updated(f);
}

#endif
