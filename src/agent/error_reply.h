/* error_reply.h - inside the agent: an error's words for a client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AGENT_ERROR_REPLY_H
#define FLOTA_AGENT_ERROR_REPLY_H

#include "flota/http_update.h"

struct flota_error_reply {
    int error;
    bool json;
    const struct flota_auth *auth;          /* for the 401 */
    const struct flota_image_info *running; /* what runs on, or NULL when that is not at stake */
    const char *by;                         /* who updates at present, or NULL */
    unsigned percent;                       /* and how far it is */
};

void flota_http_reply_error(struct flota_http_connection *connection,
                            const struct flota_error_reply *reply);

#endif
