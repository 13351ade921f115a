/* Broadcasts pass unless MACPFR.DBF is set. RM0399, Ethernet chapter, ETH_MACPFR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define DBF (1u << 5)

static void send_broadcast(void)
{
    make_frame(60, 0xFF, 0x88B5);
    for (int i = 0; i < 6; i++)
        frame[i] = 0xFF;
    eth_send_and_wait(60);
}

int main(void)
{
    uint8_t *data;
    check_begin();
    eth_begin();
    send_broadcast();
    rx_return(eth_await(&data));
    CHECK(same_bytes(data, frame, 60));
    MACPFR = DBF;
    send_broadcast();
    CHECK(eth_nothing_comes());
    make_frame(60, 1, 0x88B5);
    eth_send(60, 0);
    rx_return(eth_await(&data));
    check_pass();
}
