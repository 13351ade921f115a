/* flota/rpc.h - layer 2: a frame of JSON calls a method, the reply is a frame. Knows no transport.
 *
 * A transport has one struct flota_rpc_channel per client (or one for all, where frames carry their
 * own addresses). It gives frames in, and takes frames out; one call is served at a time, the next
 * frame waits with the transport. A method may need time (flash is at work): it is asked again at
 * each poll, until it has answered.
 *
 *     flota_rpc_open(&channel, &rpc, &origin, now_ms);
 *     if (flota_rpc_is_ready(&channel))
 *         flota_rpc_take(&channel, frame, size, now_ms);
 *     flota_rpc_poll(&channel, now_ms);
 *     if ((size = flota_rpc_reply(&channel, &text)) > 0) { send it; flota_rpc_sent(&channel); }
 *     flota_rpc_close(&channel);
 *
 * Wire format: tests/rpc, transcripts that are executed. Stack: below 4 KB in flota_rpc_take(), and
 * what the method needs, not both at a time.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_H
#define FLOTA_RPC_H

#include "flota/auth.h"
#include "flota/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_RPC_FRAME_MAX   6144u /* bytes: 4 KB of firmware in base64, and its envelope */
#define FLOTA_RPC_BUFFER_SIZE (FLOTA_RPC_FRAME_MAX + 16u) /* of flota_rpc_buffer() */
#define FLOTA_RPC_REPLY_MAX   4096u /* bytes with the final zero; a longer result: 500 */
#define FLOTA_RPC_TOKENS_MAX  128u  /* JSON values and keys of one frame; more: 400 */
#define FLOTA_RPC_DEPTH_MAX   8u    /* of objects and arrays in each other; more: 400 */
#define FLOTA_RPC_METHOD_MAX  48u   /* bytes of a method's name with the zero */
#define FLOTA_RPC_ID_MAX      64u   /* bytes of an id as it is written; more: 400 */
#define FLOTA_RPC_TAG_MAX     128u  /* the same of a tag */
#define FLOTA_RPC_SOURCE_MAX  128u  /* bytes of src with the zero */
#define FLOTA_RPC_ORIGIN_MAX  48u
#define FLOTA_RPC_ACL_MAX     512u   /* bytes of an access list with the zero */
#define FLOTA_RPC_NONCES      8u     /* that may be answered at a time */
#define FLOTA_RPC_NONCE_MS    60000u /* life of one */

/* Codes of errors, as existing clients know them. */
enum flota_rpc_code {
    FLOTA_RPC_BAD_REQUEST = 400,
    FLOTA_RPC_UNAUTHORIZED = 401,
    FLOTA_RPC_FORBIDDEN = 403,
    FLOTA_RPC_NOT_FOUND = 404,
    FLOTA_RPC_RESTARTING = 418,
    FLOTA_RPC_TOO_MANY = 429,
    FLOTA_RPC_FAILED = 500
};

struct flota_rpc_call;

/* A piece of text: not zero-terminated. */
struct flota_rpc_text {
    const char *data;
    size_t size;
};

enum flota_rpc_type {
    FLOTA_RPC_INTEGER, /* digits and a minus, in the range of int64_t */
    FLOTA_RPC_NUMBER,
    FLOTA_RPC_BOOLEAN,
    FLOTA_RPC_STRING,
    FLOTA_RPC_BASE64, /* a string; decoded by flota_rpc_param_bytes() */
    FLOTA_RPC_OBJECT,
    FLOTA_RPC_ANY
};

/* A parameter: its type is checked before the handler is called, a wrong one gets a 400 that names
 * it. Parameters that are not in the table are ignored. */
struct flota_rpc_param {
    const char *name;
    enum flota_rpc_type type;
    bool required;
};

#define FLOTA_RPC_WAIT         1
#define FLOTA_RPC_LEVEL_UPDATE 255u /* what an update needs: flota_rpc_set_levels() */

struct flota_rpc_method {
    const char *name; /* "OTA.Begin" */
    const struct flota_rpc_param *params;
    uint8_t param_count;
    bool is_public; /* without credentials, also where the device asks for some */
    bool is_query;  /* changes nothing: also a browser's plain GET may call it (rpc_http.h) */
    bool is_local;  /* only for somebody at the device: the serial line */
    uint8_t level;  /* where the device has users: 1 to 9, or FLOTA_RPC_LEVEL_UPDATE; 0: 1 for a
                       query, 9 for all others */

    /* Serve a call: answer with flota_rpc_result(), _null() or _error(). Returns 0 when answered
     * (without an answer: null); FLOTA_RPC_WAIT to be called again at the next poll
     * (flota_rpc_is_again()); FLOTA_ERR_*: answered by flota_rpc_error_of(). */
    int (*handle)(void *context, struct flota_rpc_call *call);

    /* A call that waits has lost its client. May be NULL. */
    void (*gone)(void *context, struct flota_rpc_call *call);

    /* The answer was handed to the transport, or its client was lost before that, or nobody wanted
     * one. Once for each call that was answered. For what must happen after the reply: a restart.
     * May be NULL. */
    void (*sent)(void *context, struct flota_rpc_call *call);
};

/* Methods of one module, with its context. */
struct flota_rpc_service {
    const struct flota_rpc_method *methods;
    uint8_t method_count;
    void *context;
    struct flota_rpc_service *next; /* private: flota_rpc_add() */
};

/* One per device. Treat as private after flota_rpc_init(); is_restarting and served may be used. */
struct flota_rpc {
    struct flota_rpc_service *services;
    struct flota_rpc_service builtin;
    struct flota_auth auth;
    const char *device_id;       /* src of replies */
    char acl[FLOTA_RPC_ACL_MAX]; /* "" for none */
    bool is_acl_bad;
    uint32_t (*random)(void);
    bool has_levels;      /* the device has users: flota_rpc_set_levels() */
    uint8_t update_level; /* of the methods that say so */
    bool is_restarting;   /* new calls get 418 */
    uint32_t served;      /* calls that were answered with a result */
    uint32_t served_away; /* those of them that did not come over the serial line */
    /* Nonces that were given out and not used: an answer counts once. 0: none. */
    struct {
        uint32_t value;
        uint32_t since_ms;
    } nonces[FLOTA_RPC_NONCES];
    uint8_t nonce_next;
    uint8_t wrong_count; /* wrong answers in a row */
    uint32_t wrong_ms;   /* time of the last one */
};

/* Begin, with the methods RPC.List, RPC.Describe and RPC.Ping. auth is copied, its texts are kept
 * by reference, as is device_id. random: 32 bits that nobody can foresee. */
void flota_rpc_init(struct flota_rpc *rpc, const struct flota_auth *auth, const char *device_id,
                    uint32_t (*random)(void));

/* Add a module's methods; service is kept by reference. Names must be unique: the one that was
 * added last counts. */
void flota_rpc_add(struct flota_rpc *rpc, struct flota_rpc_service *service);

/* Say who may call what: [{"method":"OTA.*","acl":"admin"}, ...], copied; NULL or "": nothing is
 * said. The first entry whose method fits counts; * in it stands for any text. acl: "*"
 * everybody, "" nobody, else the name of the device's user ("token" where it has a token), who must
 * show credentials. What no entry fits follows the rule without an acl: where the device has
 * credentials they are needed, but for public methods.
 *
 * Returns 0, or FLOTA_ERR_BAD_VALUE: then credentials are needed for all but public methods. */
int flota_rpc_set_acl(struct flota_rpc *rpc, const char *acl);

/* The device has users (access.h): over HTTP and WebSocket a method that is not public needs a
 * level, or the credentials given to flota_rpc_init(); over other networks those credentials, and
 * where there are none it is refused; the serial line is what it was. An access list comes first.
 */
void flota_rpc_set_levels(struct flota_rpc *rpc, uint8_t update_level);

/* May somebody still call this method when acl is the list? False also for a list that cannot be
 * read, or of which the method is unknown. For those who are about to keep a list: one that locks
 * everybody out cannot be changed any more. */
bool flota_rpc_acl_admits(const struct flota_rpc *rpc, const char *acl, const char *method);

/* Look up a method. Returns NULL when there is none; service may be NULL. */
const struct flota_rpc_method *flota_rpc_find(const struct flota_rpc *rpc,
                                              struct flota_rpc_text name,
                                              const struct flota_rpc_service **service);

/* --- a transport's side --- */

/* Who is at the other end. */
struct flota_rpc_origin {
    const char *transport; /* "http", "ws", "serial", "mqtt", "tcp", "udp": for RPC.Ping, logs */
    char peer[FLOTA_RPC_ORIGIN_MAX];
    bool is_trusted; /* the transport has checked credentials itself (HTTP Authorization) */
    bool is_local;   /* somebody at the device: the serial line */
    uint8_t level;   /* of the session or token that the transport has found; 0: none */
};

/* Treat all members as private: use the functions. */
struct flota_rpc_channel;

#include "flota/rpc_channel.h" /* the struct, for those who give its memory */

/* Start. origin is copied. */
void flota_rpc_open(struct flota_rpc_channel *channel, struct flota_rpc *rpc,
                    const struct flota_rpc_origin *origin, uint32_t now_ms);

/* Replies must not be longer than size bytes, at most FLOTA_RPC_REPLY_MAX - 1 (a datagram's). What
 * is longer becomes an error that says so. After flota_rpc_open(). */
void flota_rpc_limit_reply(struct flota_rpc_channel *channel, size_t size);

/* Can a frame be given? False while a call is served or its reply is not sent yet. */
bool flota_rpc_is_ready(const struct flota_rpc_channel *channel);

/* Memory of the channel to gather a frame in, FLOTA_RPC_BUFFER_SIZE bytes. Free to use while the
 * channel is ready; what lies in it is taken without a second copy. */
char *flota_rpc_buffer(struct flota_rpc_channel *channel);

/* Give one whole frame; it is copied. A frame with an id gets a reply, always; one without gets
 * none, but what is no frame, or too long, gets a 400 without id. A reply of somebody else (result
 * or error, no method) is ignored. Returns false when the channel was not ready: nothing happened.
 */
bool flota_rpc_take(struct flota_rpc_channel *channel, const char *frame, size_t size,
                    uint32_t now_ms);

/* The same for a frame whose method is told beside it (MQTT topic ID/rpc/METHOD); size 0: {}. A
 * "method" in the frame is ignored. */
bool flota_rpc_take_named(struct flota_rpc_channel *channel, const char *method, const char *frame,
                          size_t size, uint32_t now_ms);

/* Call a method without a frame (POST /rpc/METHOD). params: JSON text, size 0: none. There is
 * always a reply: the result alone, or {"code","message"} where flota_rpc_reply_code() is not 0. */
bool flota_rpc_take_call(struct flota_rpc_channel *channel, const char *method, const char *params,
                         size_t size, uint32_t now_ms);

/* Let a waiting call go on. */
void flota_rpc_poll(struct flota_rpc_channel *channel, uint32_t now_ms);

/* The reply that is to go out; 0: none. Valid, zero-terminated, until flota_rpc_sent(). */
size_t flota_rpc_reply(const struct flota_rpc_channel *channel, const char **text);

/* 0 for a result, else the error's code. */
int flota_rpc_reply_code(const struct flota_rpc_channel *channel);

/* The src of the request, where the reply goes (MQTT); "" without one. */
const char *flota_rpc_reply_to(const struct flota_rpc_channel *channel);

/* Has the call in work, or the last one, shown credentials, itself or by its transport? Also where
 * the device has none. */
bool flota_rpc_is_authenticated(const struct flota_rpc_channel *channel);

/* The reply was handed to the transport; the channel is ready again. */
void flota_rpc_sent(struct flota_rpc_channel *channel);

/* The client is gone: a waiting call is told. Harmless when repeated, or on zeroed memory. */
void flota_rpc_close(struct flota_rpc_channel *channel);

/* --- a method's side --- */

bool flota_rpc_is_again(const struct flota_rpc_call *call);
uint32_t flota_rpc_now_ms(const struct flota_rpc_call *call);
const struct flota_rpc_origin *flota_rpc_call_origin(const struct flota_rpc_call *call);
struct flota_rpc *flota_rpc_of(const struct flota_rpc_call *call);

/* Is it this very call, of this very channel? For methods that keep a state over several calls. */
const void *flota_rpc_call_channel(const struct flota_rpc_call *call);

/* Parameters. Each returns whether it is there (a JSON null is not). */
bool flota_rpc_param_integer(const struct flota_rpc_call *call, const char *name, int64_t *value);
bool flota_rpc_param_boolean(const struct flota_rpc_call *call, const char *name, bool *value);

/* Unescaped and zero-terminated. Too long for size, or with a zero inside: 400 is answered and
 * false returned. */
bool flota_rpc_param_string(struct flota_rpc_call *call, const char *name, char *text, size_t size);

/* Base64, decoded in place inside the channel's frame: valid until the call is answered, also when
 * it was asked again. size: of the data. Malformed: 400 is answered and false returned. */
bool flota_rpc_param_bytes(struct flota_rpc_call *call, const char *name, const uint8_t **data,
                           size_t *size);

/* The JSON text of a value, quotes included: an object, or all params with name NULL. */
bool flota_rpc_param_json(const struct flota_rpc_call *call, const char *name,
                          struct flota_rpc_text *text);

/* Begin the result: write one JSON value to it. */
struct flota_json *flota_rpc_result(struct flota_rpc_call *call);
void flota_rpc_null(struct flota_rpc_call *call);

/* How long may a result be? For methods that have a short answer beside a long one (UDP). */
size_t flota_rpc_result_max(const struct flota_rpc_call *call);

/* Answer with an error. message is escaped. An answer that was begun is dropped. */
void flota_rpc_error(struct flota_rpc_call *call, int code, const char *message);

/* The same from a FLOTA_ERR_*: 429 when an update is in progress, 404 for an unknown key, 400 for
 * what the caller can set right, 500 for what is left. message "cause; remedy", and
 * "flota":{"code":-301,"name":"UPDATE_BUSY"} beside it. */
void flota_rpc_error_of(struct flota_rpc_call *call, int error);

/* The same about something: "update.interval: the value is not ...; ...". */
void flota_rpc_error_about(struct flota_rpc_call *call, int error, const char *subject);

/* The same in a message of one's own: it knows more than the error's cause. */
void flota_rpc_error_with(struct flota_rpc_call *call, int error, const char *message);

/* Has it been answered (by a failed flota_rpc_param_*)? */
bool flota_rpc_is_answered(const struct flota_rpc_call *call);

#endif
