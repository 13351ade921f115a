/* http_client_internal.h - what the files of the HTTP client share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_CLIENT_INTERNAL_H
#define FLOTA_HTTP_CLIENT_INTERNAL_H

#include "flota/http_client.h"

/* Write the request's text into client->out. Returns whether it fits. */
bool flota_http_client_write_request(struct flota_http_client *client);

/* Take bytes of a head. Sets *taken; *complete is set with the byte that ends it. Returns NULL, or
 * what is wrong, a clause. */
const char *flota_http_client_take_head(struct flota_http_client *client, const uint8_t *data,
                                        size_t size, size_t *taken, bool *complete);

/* Split a complete head, fill client->reply and find the body's framing. Returns as above. */
const char *flota_http_client_read_head(struct flota_http_client *client);

#endif
