/* ethernet.h - the MAC as an lwIP interface.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ETHERNET_H
#define ETHERNET_H

#include "lwip/err.h"

struct netif;

err_t ethernet_init(struct netif *netif); /* for netif_add() */
void ethernet_poll(struct netif *netif);  /* takes in what has come */

#endif
