/* flota/http_lwip.h - the HTTP server on lwIP's raw API.
 *
 * Eight connections from a static pool. lwIP's callbacks only record; flota_http_lwip_poll() does
 * the work. Received bytes stay in lwIP's buffers until a handler takes them, and the TCP window
 * opens by exactly what was taken: a slow flash slows its sender down, and nobody else. When all
 * eight are in use, a new client takes the place of the longest idle one, or of one whose request
 * has not arrived yet; when all eight are being served it is refused.
 *
 *     lwip_init(); netif_add(...);
 *     flota_http_lwip_init(&server, 80);
 *     for (;;) { netif_poll(); sys_check_timeouts(); flota_http_lwip_poll(now_ms); }
 *
 * lwIP must be built with LWIP_TCP, LWIP_CALLBACK_API, NO_SYS = 1, and have a listening and at
 * least FLOTA_HTTP_LWIP_CLIENTS + 2 TCP control blocks (MEMP_NUM_TCP_PCB): two so that a new client
 * can arrive while old ones close.
 *
 * Thread safety: call both from where lwIP runs (its core is not locked).  Allocation: lwIP's
 * pools; one instance, as lwIP itself is one. SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_LWIP_H
#define FLOTA_HTTP_LWIP_H

#include "flota/http.h"

#define FLOTA_HTTP_LWIP_CLIENTS 8

/* Listen on a TCP port of every network interface. server is kept by reference.
 *
 * Returns 0, or FLOTA_ERR_NOT_READY when lwIP has no control block left or the port is taken. */
int flota_http_lwip_init(struct flota_http_server *server, uint16_t port);

/* One turn: deliver what was received, run handlers and time-outs, send. Bounded work. */
void flota_http_lwip_poll(uint32_t now_ms);

#endif
