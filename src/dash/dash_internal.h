/* dash_internal.h - what the files of the dashboard share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_DASH_INTERNAL_H
#define FLOTA_DASH_INTERNAL_H

#include "flota/dash.h"
#include "flota/json.h"

/* --- target.c: paths and methods --- */

struct dash_target {
    struct flota_endpoint *endpoint; /* NULL: none of this name */
    struct flota_http_text name;
    bool has_rest;
    struct flota_http_text rest; /* behind NAME/ */
};

struct dash_target dash_find_target(const struct flota_dash *dash, struct flota_http_text path);
bool dash_is_text(struct flota_http_text text, const char *other);

/* The row that a path names, "0" to "63"; -1: none that is there now. */
int dash_find_row(const struct dash_target *target);

/* Is there something at this path? */
bool dash_is_there(const struct dash_target *target);

/* The methods that it serves, as of an Allow header; NULL: any. */
const char *dash_allowed(const struct dash_target *target);

/* Is the request's method one of the list? */
bool dash_is_allowed(const struct flota_http_connection *connection, const char *list);

/* --- endpoint.c: values as structs --- */

/* How many rows there are now; 1 but for arrays. */
size_t dash_count(const struct flota_endpoint *endpoint);

/* Bring the present values of a row into the endpoint's scratch. */
void dash_read(const struct flota_dash *dash, const struct flota_endpoint *endpoint, size_t row);

/* Take over what stands in scratch, and tell the application. */
void dash_write(const struct flota_endpoint *endpoint, size_t row);

/* May a client change anything of it? Not when the application reads but does not write. */
bool dash_is_writable(const struct flota_endpoint *endpoint);

/* Continue a digest (begun with 0) with the values in data. */
uint32_t dash_digest(const struct flota_endpoint *endpoint, const void *data, uint32_t digest);
uint32_t dash_digest_bytes(const void *data, size_t size, uint32_t digest);

/* Has the digest changed? Counts it then. */
void dash_note(struct flota_endpoint_state *state, uint32_t digest);

/* The same of the present values of a data or action endpoint. */
void dash_note_now(const struct flota_dash *dash, const struct flota_endpoint *endpoint);

/* Has the update's status changed? Time alone does not count. In check.c. */
void dash_note_status(struct flota_dash *dash);

/* --- values.c --- */

/* One field as a member: "state":true. A secret reads as "". */
void dash_write_member(const struct flota_field *field, const void *data, struct flota_json *json);

/* The struct as an object. */
void dash_write_values(const struct flota_endpoint *endpoint, const void *data,
                       struct flota_json *json);

/* Change the struct in scratch by a JSON object. seen: a bit per field that came and is to be
 * written. Returns 0 or FLOTA_ERR_BAD_VALUE with the fault's words. */
int dash_read_values(const struct flota_endpoint *endpoint, const char *json, size_t size,
                     uint64_t *seen, struct flota_dash_fault *fault);

/* "\"NAME\" WHAT", and what to do. */
void dash_fault(struct flota_dash_fault *fault, const char *name, const char *what,
                const char *remedy);

/* --- limits.c: what a field accepts; data holds the new value --- */

int dash_check_limits(const struct flota_field *field, const void *data,
                      struct flota_dash_fault *fault);

/* --- bound.c: endpoints whose fields are configuration keys --- */

bool dash_is_bound(const struct flota_dash *dash, const struct flota_endpoint *endpoint);
void dash_bound_read(const struct flota_dash *dash, const struct flota_endpoint *endpoint);
int dash_bound_write(const struct flota_dash *dash, const struct flota_endpoint *endpoint,
                     uint64_t seen, struct flota_dash_fault *fault);

/* --- action.c --- */

enum flota_action_state dash_action_state(const struct flota_dash *dash,
                                          const struct flota_endpoint *endpoint);
const char *dash_action_text(enum flota_action_state state);

/* Start it, or let its button go, as the body says. */
int dash_action_post(struct flota_dash *dash, struct flota_endpoint *endpoint, const char *json,
                     size_t size, struct flota_dash_fault *fault);

/* Release a button that is not heard any more; the restart that is due. */
void dash_action_poll(struct flota_dash *dash);

/* --- history.c --- */

void dash_sample(const struct flota_dash *dash, const struct flota_endpoint *endpoint);

/* Point `at` of a history, oldest first. */
float dash_history_point(const struct flota_history *history, uint32_t at);

/* --- part.c: JSON that may be longer than the memory for it --- */

/* The values of an endpoint; NULL: the status. Events: all that are kept. */
void dash_part_begin(struct flota_dash_part *part, const struct flota_endpoint *endpoint);
void dash_part_begin_history(struct flota_dash_part *part, const struct flota_endpoint *endpoint);

/* Events from entry number `from` on, as far as they are still there. */
void dash_part_begin_events(struct flota_dash_part *part, const struct flota_endpoint *endpoint,
                            uint32_t from);

/* Append as much as fits, whole elements. Returns whether it is complete. */
bool dash_part_write(struct flota_dash_part *part, const struct flota_dash *dash,
                     struct flota_json *json);

/* --- outbox.c --- */

void dash_out_open(struct flota_dash_outbox *out, struct flota_http_connection *connection);
void dash_out_close(struct flota_dash_outbox *out);

/* Write behind what is there; `reserved` bytes stay free. Returns false when there is no room. */
bool dash_out_begin(struct flota_dash_outbox *out, struct flota_json *json, size_t reserved);
void dash_out_add(struct flota_dash_outbox *out, size_t size, uint32_t now_ms);
size_t dash_out_output(const struct flota_dash_outbox *out, const uint8_t **data);
void dash_out_sent(struct flota_dash_outbox *out, size_t size);
void dash_out_acked(struct flota_dash_outbox *out, size_t size);
bool dash_out_is_empty(const struct flota_dash_outbox *out);

/* For how long have bytes been waiting for the client? */
uint32_t dash_out_stalled_ms(const struct flota_dash_outbox *out, uint32_t now_ms);

/* --- reply.c --- */

/* Respond with an error's words; fault: better ones, or NULL. allow: for a 405, "GET, POST". */
void dash_refuse(struct flota_http_connection *connection, int status, int error,
                 const struct flota_dash_fault *fault);
void dash_refuse_words(struct flota_http_connection *connection, int status, int error,
                       const char *cause, const char *remedy);
void dash_refuse_method(struct flota_http_connection *connection, const char *allow);

/* The status that fits the error. */
void dash_refuse_error(struct flota_http_connection *connection, int error,
                       const struct flota_dash_fault *fault);

void dash_respond_json(struct flota_http_connection *connection, const char *json);

/* Respond with a part, at once when it is short, else piece by piece. */
void dash_respond_part(struct flota_dash *dash, struct flota_http_connection *connection,
                       const struct flota_dash_part *part);
void dash_respond_row(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct flota_endpoint *endpoint, size_t row);

/* --- answer.c --- */

/* Answer piece by piece; takes a place of the dashboard's. */
void dash_answer_part(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct flota_dash_part *part);
void dash_answer_file(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct flota_files *files, const char *name, uint32_t size);

/* The client went away before it had the head. */
void dash_answer_lost(struct flota_dash *dash, const struct flota_http_connection *connection);

/* --- stream.c, stream_message.c, stream_websocket.c --- */

void dash_stream_begin(struct flota_dash *dash, struct flota_http_connection *connection);
void dash_stream_lost(struct flota_dash *dash, const struct flota_http_connection *connection);

/* Write what is due. */
void dash_stream_fill(struct flota_dash_stream *stream, uint32_t now_ms);

/* Has the session ended that it belongs to? */
bool dash_stream_is_over(const struct flota_dash_stream *stream);
void dash_stream_opened(struct flota_dash_stream *stream, uint32_t now_ms);
void dash_stream_closed(struct flota_dash_stream *stream);
bool dash_has_websocket(struct flota_dash *dash);
void dash_stream_upgrade(struct flota_dash_stream *stream,
                         struct flota_http_connection *connection);

/* --- files.c --- */

struct flota_dash_writer *dash_free_writer(struct flota_dash *dash,
                                           struct flota_http_connection *connection);
const struct flota_files *dash_files(const struct flota_endpoint *endpoint);
void dash_file_get(struct flota_dash *dash, struct flota_http_connection *connection,
                   const struct flota_endpoint *endpoint, struct flota_http_text name);
void dash_file_delete(struct flota_http_connection *connection,
                      const struct flota_endpoint *endpoint, struct flota_http_text name);
void dash_file_begin(struct flota_dash *dash, struct flota_http_connection *connection,
                     struct flota_endpoint *endpoint, struct flota_http_text name);
size_t dash_file_body(struct flota_http_connection *connection, const uint8_t *data, size_t size);
void dash_file_end(struct flota_http_connection *connection);

/* Give a writer's place back; an upload that has not ended leaves nothing. */
void dash_release_writer(struct flota_http_connection *connection);

/* --- custom.c: the application answers itself, or the mock does --- */

void dash_custom_begin(struct flota_dash *dash, struct flota_http_connection *connection,
                       struct flota_endpoint *endpoint);

/* The mock's text, at the end of a POST. */
void dash_custom_end(struct flota_http_connection *connection);

#endif
