/* reply.c - answers: values, and errors in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <stdio.h>

#define TYPE_JSON "application/json"

static void respond_error(struct flota_http_connection *connection, int status, int error,
                          const char *cause, const char *remedy, const char *extra)
{
    char text[512];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{\"error\":{");
    flota_json_number(&json, "code", error);
    flota_json_text(&json, "name", flota_error_text(error)->name);
    flota_json_text(&json, "cause", cause);
    flota_json_text(&json, "remedy", remedy);
    flota_json_raw(&json, "}}");
    flota_http_respond_text(connection, status, TYPE_JSON, extra, text);
}

void dash_refuse_words(struct flota_http_connection *connection, int status, int error,
                       const char *cause, const char *remedy)
{
    respond_error(connection, status, error, cause, remedy, NULL);
}

void dash_refuse(struct flota_http_connection *connection, int status, int error,
                 const struct flota_dash_fault *fault)
{
    const struct flota_error_text *text = flota_error_text(error);
    bool has_words = fault && fault->cause[0];
    respond_error(connection, status, error, has_words ? fault->cause : text->cause,
                  has_words ? fault->remedy : text->remedy, NULL);
}

void dash_refuse_method(struct flota_http_connection *connection, const char *allow)
{
    char extra[96];
    snprintf(extra, sizeof extra, "Allow: %s\r\n", allow);
    respond_error(connection, 405, FLOTA_ERR_BAD_REQUEST, "this path does not serve this method",
                  "see the Allow header of this reply", extra);
}

static int status_of(int error)
{
    switch (error) {
    case FLOTA_ERR_FILE_NOT_THERE:
        return 404;
    case FLOTA_ERR_UPDATE_BUSY:
    case FLOTA_ERR_ON_TRIAL:
    case FLOTA_ERR_ACTION_RUNNING:
        return 409;
    case FLOTA_ERR_FILE_TOO_LARGE:
        return 413;
    case FLOTA_ERR_NOT_READY:
        return 503;
    case FLOTA_ERR_FILE_NO_ROOM:
    case FLOTA_ERR_CONFIG_FULL:
        return 507;
    default:
        return error > -400 || error < -499 ? 400 : 500; /* -4xx: the flash or the chip failed */
    }
}

void dash_refuse_error(struct flota_http_connection *connection, int error,
                       const struct flota_dash_fault *fault)
{
    dash_refuse(connection, status_of(error), error, fault);
}

void dash_respond_json(struct flota_http_connection *connection, const char *json)
{
    flota_http_respond_text(connection, 200, TYPE_JSON, NULL, json);
}

void dash_respond_part(struct flota_dash *dash, struct flota_http_connection *connection,
                       const struct flota_dash_part *part)
{
    char text[FLOTA_HTTP_TEXT_MAX + 1];
    struct flota_json json;
    struct flota_dash_part whole = *part;
    flota_json_begin(&json, text, sizeof text);
    if (dash_part_write(&whole, dash, &json))
        dash_respond_json(connection, text);
    else
        dash_answer_part(dash, connection, part);
}

void dash_respond_row(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct flota_endpoint *endpoint, size_t row)
{
    char text[FLOTA_HTTP_TEXT_MAX + 1];
    if (flota_dash_to_json(dash, endpoint, row, text, sizeof text) < 0)
        dash_refuse_words(connection, 500, FLOTA_ERR_BAD_VALUE,
                          "the values do not fit into an answer",
                          "make the strings of this endpoint shorter");
    else
        dash_respond_json(connection, text);
}
