/* lwip.h - see lwip.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef CUBEMX_LWIP_H
#define CUBEMX_LWIP_H

#include "lwip/netif.h"

extern struct netif gnetif;

void MX_LWIP_Init(void);
void MX_LWIP_Process(void);

#endif
