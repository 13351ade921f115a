/* netif.c - the Ethernet MAC as an lwIP network interface.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lwip/netif.h"
#include "ethernet.h"
#include "flota/port.h"
#include "lwip/etharp.h"
#include "lwip/pbuf.h"
#include "lwip/sys.h"
#include "phy.h"
#include "stm32h7.h"

#define FRAMES_PER_POLL 16u
#define LINK_POLL_MS    100u
#define START_RETRY_MS  1000u
#define SEND_WAIT_MS    3u /* a full frame takes 1.2 ms at 10 Mbit/s */

static struct {
    struct stm32h7_link link; /* what the MAC runs with */
    uint32_t next_link_ms;
    bool problem_said;
} state;

/* --- sending --- */

static uint8_t *wait_for_buffer(void)
{
    uint32_t start_ms = stm32h7_tick_ms();
    uint8_t *buffer = stm32h7_eth_send_buffer();
    while (!buffer && stm32h7_tick_ms() - start_ms < SEND_WAIT_MS && state.link.up)
        buffer = stm32h7_eth_send_buffer();
    return buffer;
}

static err_t send(struct netif *netif, struct pbuf *chain)
{
    (void)netif;
    if (chain->tot_len > STM32H7_FRAME_MAX)
        return ERR_BUF;
    uint8_t *buffer = wait_for_buffer();
    if (!buffer)
        return ERR_IF;
    pbuf_copy_partial(chain, buffer, chain->tot_len, 0);
    stm32h7_eth_send(chain->tot_len);
    return ERR_OK;
}

/* --- receiving --- */

/* Whole words, because the C library's small memcpy goes by bytes and this memory is not cached.
 * Both sides are word-aligned and have room up to the next word. */
static void copy_words(void *to, const uint8_t *from, uint32_t size)
{
    uint32_t *target = to;
    const uint32_t *source = (const uint32_t *)(const void *)from;
    for (uint32_t i = 0; i < (size + 3u) / 4u; i++)
        target[i] = source[i];
}

/* Returns NULL when the pool is empty: the frame is dropped, its sender repeats it. */
static struct pbuf *copy_frame(const uint8_t *data, uint32_t size)
{
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
    LWIP_ASSERT("a frame fits one pool buffer", !frame || !frame->next);
    if (frame)
        copy_words(frame->payload, data, size);
    return frame;
}

static void receive_some(struct netif *netif)
{
    const uint8_t *data;
    uint32_t size;
    for (uint32_t i = 0; i < FRAMES_PER_POLL; i++) {
        if (!stm32h7_eth_receive(&data, &size))
            return;
        struct pbuf *frame = copy_frame(data, size);
        stm32h7_eth_release();
        if (frame && netif->input(frame, netif) != ERR_OK)
            pbuf_free(frame);
    }
    stm32h7_wake(); /* there may be more: no sleep before the next turn */
}

/* --- the link --- */

static bool links_differ(const struct stm32h7_link *a, const struct stm32h7_link *b)
{
    return a->up != b->up || a->fast != b->fast || a->full != b->full;
}

/* The MAC starts anew with each link: its registers follow the negotiated speed, old frames are
 * gone. */
static void bring_up(struct netif *netif, const struct stm32h7_link *link)
{
    if (!stm32h7_eth_start(netif->hwaddr, link)) {
        if (!state.problem_said)
            stm32h7_uart_print("network: the PHY gives no clock\r\n");
        state.problem_said = true;
        state.next_link_ms = stm32h7_tick_ms() + START_RETRY_MS;
        return;
    }
    state.problem_said = false;
    state.link = *link;
    netif_set_link_up(netif);
}

static void bring_down(struct netif *netif)
{
    stm32h7_eth_stop();
    state.link = (struct stm32h7_link){false, false, false};
    netif_set_link_down(netif);
}

static void follow_link(struct netif *netif)
{
    struct stm32h7_link link = stm32h7_phy_link();
    bool failed = state.link.up && stm32h7_eth_has_failed();
    state.next_link_ms = stm32h7_tick_ms() + LINK_POLL_MS;
    if (!failed && !links_differ(&link, &state.link))
        return;
    if (state.link.up)
        bring_down(netif);
    if (link.up)
        bring_up(netif, &link);
    else
        stm32h7_phy_start();
}

/* --- the contract --- */

u32_t sys_now(void)
{
    return stm32h7_tick_ms();
}

void flota_lwip_assertion_failed(const char *message)
{
    stm32h7_panic(message);
}

err_t flota_port_netif_init(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    netif->output = etharp_output;
    netif->linkoutput = send;
    netif->hwaddr_len = STM32H7_MAC_ADDRESS_SIZE;
    stm32h7_mac_address(stm32h7_unique_id(), netif->hwaddr);
    stm32h7_eth_init();
    stm32h7_phy_start();
    state.next_link_ms = stm32h7_tick_ms();
    return ERR_OK;
}

void flota_port_netif_poll(struct netif *netif)
{
    if ((int32_t)(stm32h7_tick_ms() - state.next_link_ms) >= 0 || stm32h7_eth_has_failed())
        follow_link(netif);
    receive_some(netif);
}
