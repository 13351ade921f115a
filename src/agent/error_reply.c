/* error_reply.c - answer a client in words: what happened, why, what to do, and what runs on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "error_reply.h"
#include "flota/error.h"
#include "ota_internal.h"
#include <stdio.h>

static int status_of(int error)
{
    switch (error) {
    case FLOTA_ERR_UNAUTHORIZED:
    case FLOTA_ERR_LOGIN_WRONG:
        return 401;
    case FLOTA_ERR_BAD_ORIGIN:
    case FLOTA_ERR_FORBIDDEN:
    case FLOTA_ERR_FIRST_START:
        return 403;
    case FLOTA_ERR_LOGIN_PAUSED:
        return 429;
    case FLOTA_ERR_TRANSFER_STALLED:
        return 408;
    case FLOTA_ERR_UPDATE_BUSY:
    case FLOTA_ERR_NOT_READY:
    case FLOTA_ERR_ON_TRIAL:
    case FLOTA_ERR_NOT_ON_TRIAL:
    case FLOTA_ERR_IMAGE_NOT_THERE:
        return 409;
    case FLOTA_ERR_TRANSFER_GAP:
    case FLOTA_ERR_TRANSFER_OTHER:
        return 416;
    case FLOTA_ERR_IMAGE_TOO_LARGE:
        return 413;
    case FLOTA_ERR_OPTIONS_SET:
        return 503; /* for as long as the restart takes */
    default:
        return error > -400 || error < -499 ? 400 : 500; /* -4xx: the flash or the chip failed */
    }
}

static const char *extra_of(const struct flota_error_reply *reply)
{
    if (reply->error != FLOTA_ERR_UNAUTHORIZED || !reply->auth)
        return NULL;
    return reply->auth->kind == FLOTA_AUTH_KIND_BASIC
               ? "WWW-Authenticate: Basic realm=\"flota\", charset=\"UTF-8\"\r\n"
               : "WWW-Authenticate: Bearer realm=\"flota\"\r\n";
}

static void write_json(const struct flota_error_reply *reply, char *text, size_t size)
{
    struct flota_json json;
    flota_json_begin(&json, text, size);
    flota_json_raw(&json, "{");
    flota_json_key(&json, "error");
    flota_json_error(&json, reply->error);
    if (reply->by) {
        flota_json_text(&json, "from", reply->by);
        flota_json_number(&json, "percent", reply->percent);
    }
    if (reply->running) {
        flota_json_text(&json, "name", reply->running->name);
        flota_json_text(&json, "version", reply->running->version);
    }
    flota_json_raw(&json, "}\r\n");
}

static void write_text(const struct flota_error_reply *reply, char *text, size_t size)
{
    const struct flota_error_text *words = flota_error_text(reply->error);
    char by[FLOTA_HTTP_PEER_MAX + 32] = "", running[128] = "";
    if (reply->by)
        snprintf(by, sizeof by, " %s is at %u %%.", reply->by, reply->percent);
    if (reply->running)
        snprintf(running, sizeof running, " The present firmware, %s %s, runs on.",
                 reply->running->name, reply->running->version);
    snprintf(text, size, "%s: %s; %s.%s%s\r\n", reply->error > -400 ? "Refused" : "Failed",
             words->cause, words->remedy, by, running);
}

void flota_http_reply_error(struct flota_http_connection *connection,
                            const struct flota_error_reply *reply)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    const char *type = reply->json ? "application/json" : "text/plain; charset=utf-8";
    if (reply->json)
        write_json(reply, text, sizeof text);
    else
        write_text(reply, text, sizeof text);
    flota_http_respond_text(connection, status_of(reply->error), type, extra_of(reply), text);
}

void flota_http_respond_error(struct flota_http_connection *connection,
                              const struct flota_auth *auth, int error, bool json)
{
    struct flota_error_reply reply = {.error = error, .json = json, .auth = auth};
    flota_http_reply_error(connection, &reply);
}
