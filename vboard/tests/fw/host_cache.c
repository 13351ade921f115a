/* For check-chip, which reads the board's warnings after each line: a driver with the data cache on
 * that cleans and invalidates its buffers, then does not invalidate, then does not clean. Armv7-M
 * ARM B2.2.7, B3.2.19.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"

#define DCIMVAC REG32(0xE000EF5Cu)
#define DCCMVAC REG32(0xE000EF68u)
#define CCR_DC  (1u << 16)

static uint8_t other[64] __attribute__((aligned(32)));

static void clean(const volatile void *data, uint32_t size)
{
    for (uint32_t at = address_of(data) & ~31u; at < address_of(data) + size; at += 32) {
        DCCMVAC = at;
    }
    barrier();
}

static void invalidate(const volatile void *data, uint32_t size)
{
    for (uint32_t at = address_of(data) & ~31u; at < address_of(data) + size; at += 32) {
        DCIMVAC = at;
    }
    barrier();
}

static void loop_frame(bool invalidates)
{
    uint8_t *data;

    make_frame(100, 1, 0x88B5);
    clean(frame, 100);
    clean(tx_ring, sizeof tx_ring);
    clean(rx_ring, sizeof rx_ring);
    (void)eth_send(100, 0);
    struct descriptor *received = eth_await(&data);
    if (invalidates) {
        invalidate(data, 104);
    }
    CHECK(same_bytes(data, frame, 100));
    rx_return(received);
}

/* And give it time to leave. */
static void say(const char *text)
{
    print(text);
    spend_us(2000);
}

int main(void)
{
    check_begin();
    REG32(SCB_CCR) |= CCR_DC;
    clean(tx_ring, sizeof tx_ring);
    clean(rx_ring, sizeof rx_ring);
    eth_begin();
    for (uint32_t n = 0; n < 3 * RING; n++) {
        loop_frame(true);
    }
    say("one\n");
    for (uint32_t n = 0; n < 2 * RING; n++) {
        loop_frame(false);
    }
    say("two\n");
    tx_ring[tx_next].word[0] = address_of(other);
    tx_ring[tx_next].word[2] = TDES2_IOC | 60;
    tx_ring[tx_next].word[3] = DES3_OWN | DES3_FD | DES3_LD | 60;
    DMACTDTPR = address_of(&tx_ring[(tx_next + 1) % RING]);
    spend_us(100);
    say("three\n");
    check_pass();
}
