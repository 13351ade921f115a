/* websocket_internal.h - what the files of the WebSocket share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_WEBSOCKET_INTERNAL_H
#define FLOTA_WEBSOCKET_INTERNAL_H

#include "flota/websocket.h"

/* Begin to close: the close frame is due, with this code. */
void flota_websocket_begin_close(struct flota_websocket *websocket, uint16_t code);

/* Is the closing handshake complete? Then the state is CLOSED. */
void flota_websocket_check_closed(struct flota_websocket *websocket);

/* stream.h's functions of the sending side. */
size_t flota_websocket_output(void *session, const uint8_t **data);
void flota_websocket_sent(void *session, size_t size);
void flota_websocket_acked(void *session, size_t size, uint32_t now_ms);

/* Is a frame on its way? */
bool flota_websocket_is_sending(const struct flota_websocket *websocket);

#endif
