/* device.h - a device at the other end of --port, whichever way leads to it.
 *
 * A way in (http, ws, mqtt, serial, tcp, udp) is a file with one struct device_way. All functions
 * block, with time-outs, and end soon after Ctrl-C (interrupt.h). Several devices run side by side
 * in threads, one struct device each.
 *
 *     struct device device;
 *     struct device_error error;
 *     if (device_open(&device, &options, &error) &&
 *         device_call(&device, "Sys.GetInfo", NULL, &result, &error))
 *         ...
 *     device_close(&device);
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DEVICE_H
#define FLOTA_CLI_DEVICE_H

#include "command.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_TIMEOUT_S  20.0
#define DEVICE_REPLY_MAX  (1u << 20) /* bytes; a device's replies are far smaller */
#define DEVICE_SECRET_MAX 256u

/* --- why something did not work --- */

/* Words for people, and the exit code they lead to. */
struct device_error {
    enum exit_code exit;
    int code;          /* the device's own: an RPC code; 0: none */
    int flota;         /* the device's own FLOTA_ERR_*; 0: none */
    char what[160];    /* "the device refused the firmware" */
    char why[320];     /* "it is for board nucleo-h743, this is an stm32h745i-disco" */
    char remedy[320];  /* "build it for the board that the device reports" */
    char running[128]; /* what the device still runs, "project1 1.4.2"; "" when
                          not known */
};

/* Fill it. why: printf. Returns false, for `return device_fail(...)`. */
bool device_fail(struct device_error *error, enum exit_code exit, const char *what,
                 const char *remedy, const char *why, ...) __attribute__((format(printf, 5, 6)));

/* "WHO: what: why.", "To do: ...", "The device still runs ..." on stderr. Returns the exit code. */
int device_complain(const char *who, const struct device_error *error);

/* What to do about a FLOTA_ERR_*, with this tool. */
const char *device_remedy(int flota);

/* --- which device, and how --- */

struct device_options {
    const char *port;   /* as given: "http://192.168.0.10", "/dev/ttyACM0", "mqtt://..." */
    const char *user;   /* of --creds; NULL: a token alone, or none */
    const char *secret; /* NULL: none */
    const char *ca_cert, *cert, *key; /* TLS: files, NULL: the system's */
    double timeout_s;                 /* of one call; 0: DEVICE_TIMEOUT_S */
    bool verbose;                     /* frames on stderr */
    const char *source; /* src of our frames, when a later connection is to continue what an earlier
                           one began; NULL: a random one */

    /* A line of the device's log, where the way shows it (serial). May be NULL.
     */
    void (*log)(void *context, const char *line);
    void *log_context;
};

struct device;

/* What POST /update carries. */
struct device_upload {
    const uint8_t *bytes; /* of the whole file */
    uint32_t size;
    uint32_t offset;   /* 0: from its start; else the rest */
    const char *query; /* "foreign=1&commit_timeout=60", "" */
    /* What the device says while it comes: status with "in_flash". */
    void (*look)(void *context, const cJSON *status);
    /* So much of the file has gone out, of a device that does not say. */
    void (*progress)(void *context, uint32_t sent);
    void *context;
};

/* What the next frame's digest is computed from; nonce 0: the device has not asked. */
struct device_challenge {
    char realm[64];
    double nonce;
};

/* One way in. */
struct device_way {
    const char *name;            /* "http" */
    const char *const *prefixes; /* "http://", "https://", NULL */
    bool (*open)(struct device *device, struct device_error *error);
    /* Send a frame and wait for the reply with this id; text: the reply's JSON,
     * free() it. */
    bool (*exchange)(struct device *device, const char *frame, uint64_t id, double timeout_s,
                     char **text, struct device_error *error);
    void (*close)(struct device *device);
    size_t chunk_max; /* of OTA.Write, bytes of firmware: what the way can carry */

    /* Where there is something better than RPC; else NULL. */
    bool (*status)(struct device *device, cJSON **status, struct device_error *error);
    bool (*upload)(struct device *device, const struct device_upload *upload, cJSON **reply,
                   struct device_error *error);
    /* method: OTA.Commit or OTA.Revert */
    bool (*act)(struct device *device, const char *method, struct device_error *error);
};

extern const struct device_way way_http, way_ws, way_mqtt, way_serial, way_tcp, way_udp;

struct device {
    const struct device_options *options;
    const struct device_way *way;
    char port[256];      /* options->port, "auto" resolved */
    char name[256];      /* the same for people: without user and password */
    const char *address; /* in port, behind the way's prefix */
    void *state;         /* the way's */
    uint64_t next_id;
    struct device_challenge challenge;
    char source[32]; /* src of our frames, "flota-1571712235716" */
};

/* --- talking to it --- */

/* Find the way of options->port and open it. Returns false with error filled; device_close() is
 * harmless then. Ways without a connection (http, udp) always open. */
bool device_open(struct device *device, const struct device_options *options,
                 struct device_error *error);
void device_close(struct device *device);

/* Call a method; answers 401 by itself with a digest. params: NULL or an object, which stays the
 * caller's. result: cJSON_Delete() it; a JSON null without one. */
bool device_call(struct device *device, const char *method, const cJSON *params, cJSON **result,
                 struct device_error *error);
bool device_call_within(struct device *device, double timeout_s, const char *method,
                        const cJSON *params, cJSON **result, struct device_error *error);

/* The update's status, the way's best one: GET /api/firmware_update, or OTA.Status. */
bool device_status(struct device *device, cJSON **status, struct device_error *error);

/* OTA.Commit, OTA.Revert, by the way's best. */
bool device_act(struct device *device, const char *method, struct device_error *error);

/* --- for the ways --- */

double device_timeout(const struct device *device);

/* With --verbose: a frame that goes out ("->") or came in ("<-"). */
void device_trace(const struct device *device, const char *direction, const char *text,
                  size_t size);

/* Nobody answered: says why, as far as this computer's networks tell (device_network.c). */
bool device_unreachable(const struct device *device, struct device_error *error, const char *why);

/* The device's own error object {"code","name","cause","remedy"} (SPEC.md, Errors), or an RPC
 * frame's {"code","message"}. Returns false. */
bool device_refused(struct device_error *error, const cJSON *object);

/* --- what is shown --- */

/* Replace control characters by '?' (device_text.c): of a text, of all texts in value and behind
 * it.
 */
void device_clean_text(char *text);
void device_clean(cJSON *value);

#endif
