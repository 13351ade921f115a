/* wizard_http.h - the wizard's requests: who may ask, the body as a whole, answers in JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_HTTP_H
#define FLOTA_CLI_WIZARD_HTTP_H

#include "flota/http.h"
#include <cjson/cJSON.h>

#define WIZARD_BODY_MAX   (1024u * 1024u)
#define WIZARD_TOKEN_SIZE 33u /* 32 hex digits: 128 bits */

/* The address holds the token: no other site gets to see it, nor the page in a frame of its own. */
#define WIZARD_HEADERS                                                                             \
    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n"         \
    "X-Content-Type-Options: nosniff\r\n"

struct wizard;

/* body: with a zero behind its size; "" without one. Responds. */
typedef void (*wizard_function)(struct wizard *wizard, struct flota_http_connection *connection,
                                const char *body, size_t size);

struct wizard_request {
    const char *path; /* below the token: "api/check" */
    const char *method;
    wizard_function run;
};

/* All of them, ended by a path that is NULL (wizard_requests.c). */
extern const struct wizard_request wizard_requests[];

/* For the route "" of the wizard's server; context: struct wizard. */
extern const struct flota_http_handler wizard_handler;

/* Is the request for this server, from this machine, and from a page of its own? Responds when not.
 * So no page of another site can drive it, whatever name it gives this machine. */
bool wizard_guard(struct flota_http_connection *connection, uint16_t port);
bool wizard_guard_host(struct flota_http_connection *connection,
                       uint16_t port); /* the first part */

/* Respond, with what is taken: it is freed when the answer is out. */
void wizard_respond(struct flota_http_connection *connection, int status, const char *type,
                    const char *extra, char *bytes, size_t size);
void wizard_respond_json(struct flota_http_connection *connection, int status, cJSON *object);

/* Call this when the client goes away before it has the whole answer. */
void wizard_when_lost(struct flota_http_connection *connection, void (*lost)(void *what),
                      void *what);

/* {"error":{"cause","remedy"}}; in words for a browser's address line: outside of api/. */
void wizard_refuse(struct flota_http_connection *connection, int status, const char *cause,
                   const char *remedy);

/* The same with the words that a function of the tool wrote to stderr: "flota x: CAUSE.\nTo do:
 * REMEDY.\n". */
cJSON *wizard_error_of(const char *words);
void wizard_refuse_words(struct flota_http_connection *connection, int status, const char *words);

#endif
