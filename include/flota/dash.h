/* flota/dash.h - dashboard: C variables as REST endpoints, GET and POST /api/NAME.
 *
 *   GET  /api/leds                     {"state":false}
 *   POST /api/leds    {"state":true}   {"state":true}, the values after the change
 *
 * An endpoint is a struct and a table of its fields. The application registers a getter and a
 * setter by the endpoint's name; a POST reads the present values, changes the fields given, and
 * calls the setter. Until something is registered the endpoint answers from its own copy.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_DASH_H
#define FLOTA_DASH_H

#include "flota/http_update.h"

enum flota_field_type { FLOTA_FIELD_BOOL, FLOTA_FIELD_INT, FLOTA_FIELD_DOUBLE, FLOTA_FIELD_STRING };

struct flota_field {
    const char *name;
    enum flota_field_type type; /* bool, int32_t, double, char[size] */
    uint16_t offset;            /* in the struct */
    uint16_t size;              /* bytes */
    bool read_only;
};

typedef void (*flota_dash_accessor)(void *data);

/* One endpoint. Made by the glue; the application sees only its struct and its setter function. */
struct flota_endpoint {
    const char *name;
    const struct flota_field *fields;
    size_t field_count;
    void *data;  /* the endpoint's own copy of the struct */
    size_t size; /* bytes of the struct, at most FLOTA_DASH_STRUCT_MAX */
    flota_dash_accessor get;
    flota_dash_accessor set;
};

#define FLOTA_DASH_STRUCT_MAX 256u /* bytes of an endpoint's struct */
#define FLOTA_DASH_FIELDS_MAX 32u  /* fields of an endpoint */
#define FLOTA_DASH_BODY_MAX   512u /* bytes of a POST body; more: 413 */
#define FLOTA_DASH_WRITERS    4u   /* POST bodies collected at once; one more: 503 */

/* One POST in progress: its body, until it is complete. */
struct flota_dash_writer {
    struct flota_endpoint *endpoint; /* NULL: free */
    size_t body_size;
    char body[FLOTA_DASH_BODY_MAX];
};

/* Set endpoints, endpoint_count and auth; the rest starts as zeros. */
struct flota_dash {
    struct flota_endpoint *endpoints;
    size_t endpoint_count;
    struct flota_auth auth;
    struct flota_dash_writer writers[FLOTA_DASH_WRITERS];
};

extern const struct flota_http_handler
    flota_dash_handler; /* route "/api/", context: the flota_dash */

/* Write an endpoint's values as JSON, zero-terminated; calls its getter first.
 *
 * A double is written with 15 significant digits, one that is no number as null; bytes of a string
 * that are not UTF-8 as U+FFFD. Returns the length, or FLOTA_ERR_BAD_VALUE when it does not fit. */
int flota_dash_to_json(const struct flota_endpoint *endpoint, char *json, size_t size);

/* Change an endpoint by a JSON object, RFC 8259 strictly: all fields valid, or nothing changes and
 * the setter is not called. A field that is absent keeps its value.
 *
 * Returns 0, or FLOTA_ERR_BAD_VALUE: wrong JSON, an unknown, read-only or repeated field, another
 * type, an int with a fraction or beyond 32 bits, a string that is too long or holds a zero. */
int flota_dash_from_json(struct flota_endpoint *endpoint, const char *json, size_t size);

#endif
