/* kept.c - received bytes that nobody has taken yet: bounded, for one peer and for all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lwip/pbuf.h"
#include "lwip_internal.h"

/* A chain's tot_len has 16 bits, and a client's chain holds at most one window. */
_Static_assert(TCP_WND <= 0xFFFF, "a received chain must fit a pbuf's tot_len");

#define ONE_MAX (TCP_WND / TCP_MSS + 8u) /* pbufs of one peer: a window, and some small ones */
#define ALL_MAX (PBUF_POOL_SIZE / 2u)    /* of all; beyond it each peer may keep one */

static uint32_t kept; /* pbufs */

/* A window of tiny segments is as many buffers, and a few peers that send such to sessions which do
 * not read would make the device deaf. */
bool flota_lwip_keep(struct pbuf **chain, struct pbuf *data)
{
    u16_t own = *chain ? pbuf_clen(*chain) : 0;
    if (own >= ONE_MAX || (own > 0 && kept >= ALL_MAX))
        return false;
    kept += pbuf_clen(data);
    if (*chain)
        pbuf_cat(*chain, data);
    else
        *chain = data;
    return true;
}

void flota_lwip_free(struct pbuf **chain, u16_t size)
{
    if (!*chain)
        return;
    kept -= pbuf_clen(*chain);
    *chain = pbuf_free_header(*chain, size);
    kept += *chain ? pbuf_clen(*chain) : 0;
}
