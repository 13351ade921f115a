/* flota/dash.h - dashboard: C variables as REST endpoints below /api/, and live events.
 *
 *   GET  /api/leds                     {"state":false}
 *   POST /api/leds    {"state":true}   {"state":true}, the values after the change
 *   GET  /api/events                   what changes, as it changes
 *
 * An endpoint is a struct and a table of its fields, made by `flota generate`. The application
 * registers functions by the endpoint's name; until it does, the endpoint's own copy answers.
 * docs/dashboard.md has all types, requests and answers.
 *
 *     static const struct flota_dash_config config = {
 *         .endpoints = endpoints, .endpoint_count = 2, .access = &access};
 *     flota_dash_init(&dash, &config);
 *     {"/api/", "*", &flota_dash_handler, &dash},       // a route, behind those of session and
 * login for (;;) flota_dash_poll(&dash, now_ms);          // live events, samples, held buttons
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_DASH_H
#define FLOTA_DASH_H

#include "flota/access.h"
#include "flota/config.h"
#include "flota/http.h"
#include "flota/websocket.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- what an endpoint holds --- */

enum flota_field_type { FLOTA_FIELD_BOOL, FLOTA_FIELD_INT, FLOTA_FIELD_DOUBLE, FLOTA_FIELD_STRING };

struct flota_field {
    const char *name;
    enum flota_field_type type; /* bool, int32_t, double, char[size] */
    uint16_t offset;            /* in the struct */
    uint16_t size;              /* bytes */
    bool read_only;
    bool is_secret;  /* string: reads as "", and "" changes nothing */
    bool is_limited; /* int, double: from min to max, also one of them infinite */
    double min, max;
    const char *const *options; /* NULL, or allowed values as texts, ended by NULL: int, string */
};

enum flota_endpoint_type {
    FLOTA_ENDPOINT_DATA,
    FLOTA_ENDPOINT_ARRAY,
    FLOTA_ENDPOINT_ACTION,
    FLOTA_ENDPOINT_EVENTS,
    FLOTA_ENDPOINT_FILES,
    FLOTA_ENDPOINT_CUSTOM
};

enum flota_action_state {
    FLOTA_ACTION_IDLE,
    FLOTA_ACTION_RUNNING,
    FLOTA_ACTION_DONE,
    FLOTA_ACTION_FAILED
};

/* Files of an endpoint. Results: 0 or more, or FLOTA_ERR_*. One file is open at a time for writing;
 * each reading gives its position. Nothing blocks longer than some ms. */
struct flota_files {
    /* The file at this place of the list; 1, 0 behind the last. */
    int (*list)(void *context, size_t index, char name[32], uint32_t *size);
    /* Up to size bytes from offset; 0 at the end. */
    int (*read)(void *context, const char *name, uint32_t offset, void *data, size_t size);
    /* Begin a file that replaces one of this name when it ends well. size: declared, or UINT32_MAX.
     * NULL: no uploads. */
    int (*begin)(void *context, const char *name, uint32_t size);
    int (*write)(void *context, const void *data,
                 size_t size);                      /* bytes taken, fewer: later again */
    int (*end)(void *context, bool good);           /* false: what was there before stays */
    int (*remove)(void *context, const char *name); /* NULL: no deleting */
    void *context;
};

/* Samples of one field, made by the device itself. */
struct flota_history {
    uint8_t field;        /* index */
    uint16_t points;      /* in values */
    uint32_t interval_ms; /* between two */
    float *values;        /* ring; NaN: not sampled */
    uint16_t next;        /* private, from here on */
    bool started;
    uint32_t sampled_ms;
};

/* What the application registered, as functions that know the struct: the glue's. NULL: the copy.
 */
struct flota_endpoint_calls {
    size_t (*count)(void);                  /* rows of an array now, at most rows */
    void (*get)(size_t row, void *data);    /* row: 0 but for arrays */
    void (*set)(size_t row, void *data);    /* also an action's start; NULL with get: read only */
    enum flota_action_state (*state)(void); /* of an action; NULL: done when set has returned */
    const struct flota_files *files;
    const struct flota_http_handler *custom;
    void *custom_context;
};

/* What the device remembers of an endpoint between turns. The glue gives calls (registration) and,
 * of an array, count; the rest is private and begins as zero. */
struct flota_endpoint_state {
    struct flota_endpoint_calls calls;
    uint16_t count;  /* array: rows of the copy; events: entries in data; custom: bytes of text */
    uint32_t change; /* counts the changes */
    uint32_t digest; /* of its values then */
    uint32_t started_ms; /* an action: when it began, or its button was heard last */
    uint32_t reported;   /* events: since start; entry n stands in data at n % rows */
    enum flota_action_state mock;
    bool is_pressed;
};

struct flota_endpoint {
    const char *name;
    enum flota_endpoint_type type;
    uint8_t read_level, write_level; /* 0 to 9 */
    const struct flota_field *fields;
    uint8_t field_count;
    uint16_t size; /* bytes of the struct (one row); custom: of data */
    uint16_t rows; /* array: at most; events: in data, more than keep; else 1 */
    uint16_t keep; /* events: how many are answered; the others are for streams that lag */
    void *data;    /* the endpoint's own copy, rows of size bytes; NULL: none (files) */
    void *scratch; /* one struct, for getters: a refused change does not touch data */
    struct flota_history *histories;
    uint8_t history_count;
    const char *config; /* NULL, or the section of the configuration that the fields are keys of */
    bool hold;          /* action: runs while pressed; its first field is "pressed" */
    bool restarts;      /* action: the device's own restart */
    bool may_upload;    /* files */
    bool may_delete;
    uint32_t size_max; /* files: bytes of one */
    struct flota_endpoint_state *state;
};

#define FLOTA_DASH_STRUCT_MAX    256u /* bytes of values of an endpoint */
#define FLOTA_DASH_SCRATCH_MAX   512u /* bytes of its struct: with what alignment adds */
#define FLOTA_DASH_FIELDS_MAX    32u  /* fields of an endpoint; with "pressed" one more */
#define FLOTA_DASH_ENDPOINTS_MAX 32u
#define FLOTA_DASH_BODY_MAX      1024u /* bytes of a POST body; more: 413 */
#define FLOTA_DASH_WRITERS       4u    /* bodies and uploads that arrive at once; one more: 503 */
#define FLOTA_DASH_SLOW_MS       5000u /* a body that takes so long gives way to another writer */
#define FLOTA_DASH_STREAMS       8u    /* browsers with live events; one more: 503 */
#define FLOTA_DASH_WEBSOCKETS    2u    /* of them as WebSockets, which need 5 KB each */
#define FLOTA_DASH_ANSWERS       8u    /* long answers and downloads at once; one more: 503 */
#define FLOTA_DASH_HOLD_MS       1500u /* a held button without a repeat is released */
#define FLOTA_DASH_MOCK_MS       1000u /* an action that nobody registered runs so long */
#define FLOTA_DASH_CHECK_MS      50u   /* each endpoint is looked at for changes this often */
#define FLOTA_DASH_STATUS_MS     100u  /* and the status this often */
#define FLOTA_DASH_HEARTBEAT_MS  3000u
#define FLOTA_DASH_RESTART_MS    500u /* for the answer to go out */

/* --- life cycle --- */

/* Kept by value; what it points to must last. Functions get context; each may be NULL. */
struct flota_dash_config {
    struct flota_endpoint *endpoints;
    size_t endpoint_count; /* at most FLOTA_DASH_ENDPOINTS_MAX, others are not served; 0 is fine */
    struct flota_access *access;     /* NULL: everybody may do everything */
    struct flota_config *config;     /* NULL: endpoints with `config` have their own copy only */
    bool (*is_quiet)(void *context); /* may the configuration be written to flash now? */
    /* Write the update's status, a JSON object, zero-terminated, below size bytes. Returns its
     * length, or FLOTA_ERR_*. It is "firmware_update" in the events, and GET firmware_update. */
    int (*status)(void *context, char *json, size_t size);
    uint8_t status_level;
    /* An action that `restarts`: may it now (0, or FLOTA_ERR_*), and do it. restart NULL: a mock.
     */
    int (*restart_allowed)(void *context);
    void (*restart)(void *context);
    void *context;
};

/* Bytes on their way to a client, in memory of its connection. Private. */
struct flota_dash_outbox {
    char *text; /* NULL: the session is not open */
    size_t room, size, offered, acked;
    uint8_t pieces;    /* written since it was empty */
    uint32_t moved_ms; /* when the first of these bytes was written */
};

/* How far a JSON text has been written that may be longer than the memory for it. Private. */
struct flota_dash_part {
    const struct flota_endpoint *endpoint; /* NULL: the status */
    bool is_history;
    bool has_begun;
    bool has_element; /* a comma is due */
    uint32_t at, end; /* row, entry, file, or point */
};

struct flota_dash;

/* A browser with live events. Private. */
struct flota_dash_stream {
    struct flota_dash *dash;
    struct flota_http_connection *connection; /* NULL: unused */
    struct flota_dash_outbox out;
    uint32_t session; /* of flota_access_level() */
    int8_t level;     /* -1: the status only */
    bool in_message;  /* one is written in pieces */
    bool in_part;     /* and a value in it */
    bool has_member;  /* a comma is due */
    bool is_ended;
    uint8_t next; /* endpoint to look at next */
    struct flota_dash_part part;
    uint32_t written_ms; /* when the last message began */
    uint32_t
        known[FLOTA_DASH_ENDPOINTS_MAX + 1]; /* the change of each that it has; events: entries */
    uint32_t told;                           /* a bit per endpoint: it was sent once */
    bool told_status;
    struct flota_dash_websocket *websocket; /* NULL: Server-Sent Events */
};

/* What a stream needs more to be a WebSocket. Private. */
struct flota_dash_websocket {
    struct flota_dash_stream *stream; /* NULL: unused */
    struct flota_websocket websocket;
    struct flota_websocket_config config;
    char input[16]; /* what its client says is dropped */
};

/* A long answer, or a file on its way out. Private. */
struct flota_dash_answer {
    const struct flota_dash *dash;
    struct flota_http_connection *connection; /* NULL: unused */
    struct flota_dash_outbox out;
    struct flota_dash_part part;
    const struct flota_files *files; /* a download, else NULL */
    char name[32];
    uint32_t offset, size;
    bool is_complete, is_ended;
};

/* A POST body or an upload that arrives. Private. */
struct flota_dash_writer {
    struct flota_endpoint *endpoint; /* NULL: unused */
    struct flota_http_connection *connection;
    uint32_t moved_ms;               /* began, or got bytes of an upload */
    const struct flota_files *files; /* an upload, else NULL */
    uint16_t row;
    char name[32];
    size_t size; /* of body; bytes of an upload so far */
    char body[FLOTA_DASH_BODY_MAX];
};

/* Treat all members as private. About 17 KB. */
struct flota_dash {
    struct flota_dash_config config;
    uint32_t now_ms;
    uint32_t checked_ms;
    uint8_t check_next; /* endpoint; endpoint_count: the status */
    uint16_t check_row; /* of an array: the digest so far */
    uint32_t check_digest;
    struct flota_endpoint_state status; /* change and digest of the update's status */
    bool restart_due;
    uint32_t restart_ms;
    struct flota_dash_writer writers[FLOTA_DASH_WRITERS];
    struct flota_dash_stream streams[FLOTA_DASH_STREAMS];
    struct flota_dash_websocket websockets[FLOTA_DASH_WEBSOCKETS];
    struct flota_dash_answer answers[FLOTA_DASH_ANSWERS];
};

void flota_dash_init(struct flota_dash *dash, const struct flota_dash_config *config);

/* One turn: looks at one endpoint for a change, samples, releases held buttons. */
void flota_dash_poll(struct flota_dash *dash, uint32_t now_ms);

/* Serves a route "/api/" with methods "*"; its context: struct flota_dash. */
extern const struct flota_http_handler flota_dash_handler;

/* --- for the glue --- */

/* Remember what the application reports: a struct of an events endpoint. */
void flota_dash_report(struct flota_endpoint *endpoint, const void *data);

/* A place for files in RAM, for as long as nobody registered another: gone at a restart.
 *
 *     static struct flota_dash_ram logs_ram;
 *     static const struct flota_files logs_files = FLOTA_DASH_RAM_FILES(&logs_ram);
 */
#define FLOTA_DASH_RAM_FILES_MAX 8u
#define FLOTA_DASH_RAM_SIZE                                                                        \
    4096u /* bytes of all; a file that replaces another needs room beside it */

struct flota_dash_ram_file {
    char name[32]; /* "": the one that is being written */
    uint32_t size; /* its bytes stand behind those of the file before it */
};

/* Begins as zero. Private. */
struct flota_dash_ram {
    size_t count; /* of files, without the one that is being written */
    uint32_t used;
    bool is_writing;
    char name[32]; /* what it will be called */
    uint32_t size;
    struct flota_dash_ram_file files[FLOTA_DASH_RAM_FILES_MAX];
    unsigned char bytes[FLOTA_DASH_RAM_SIZE];
};

#define FLOTA_DASH_RAM_FILES(ram)                                                                  \
    {                                                                                              \
        flota_dash_ram_list, flota_dash_ram_read, flota_dash_ram_begin, flota_dash_ram_write,      \
            flota_dash_ram_end, flota_dash_ram_remove, (ram)                                       \
    }
int flota_dash_ram_list(void *context, size_t index, char name[32], uint32_t *size);
int flota_dash_ram_read(void *context, const char *name, uint32_t offset, void *data, size_t size);
int flota_dash_ram_begin(void *context, const char *name, uint32_t size);
int flota_dash_ram_write(void *context, const void *data, size_t size);
int flota_dash_ram_end(void *context, bool good);
int flota_dash_ram_remove(void *context, const char *name);

/* --- values, without HTTP --- */

/* Why a change was refused, in words for people. */
struct flota_dash_fault {
    char cause[96];
    char remedy[96];
};

/* The present values of a row (0 but for arrays) as a JSON object, zero-terminated. Returns its
 * length, or FLOTA_ERR_BAD_VALUE when it does not fit. */
int flota_dash_to_json(const struct flota_dash *dash, const struct flota_endpoint *endpoint,
                       size_t row, char *json, size_t size);

/* Change fields by a JSON object: all of them, or nothing. fault: filled when it fails; may be
 * NULL. Returns 0, FLOTA_ERR_BAD_VALUE, of those bound to the configuration also
 * FLOTA_ERR_UPDATE_BUSY and what flota_config_save() returns. */
int flota_dash_from_json(struct flota_dash *dash, struct flota_endpoint *endpoint, size_t row,
                         const char *json, size_t size, struct flota_dash_fault *fault);

#endif
