/* flota/flota.h - the application's API: a firmware that serves its page and updates itself.
 *
 *     int main(void)
 *     {
 *         flota_init();
 *         flota_set_http_handlers(leds, my_get_leds, my_set_leds);
 *         for (;;)
 *             flota_poll();
 *     }
 *
 * Thread safety: one thread, the superloop.  Allocation: none (lwIP uses its static pools).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_FLOTA_H
#define FLOTA_FLOTA_H

#include "flota/dash.h"

#define FLOTA_IPV4(a, b, c, d)                                                                     \
    (((uint32_t)(a) << 24) | ((uint32_t)(b) << 16) | ((uint32_t)(c) << 8) | (uint32_t)(d))

/* What a project's glue gives, found by the linker: made from the dashboard description. */
struct flota_glue {
    struct flota_endpoint *endpoints;
    size_t endpoint_count;
    const unsigned char *page;      /* gzipped HTML, made by cmake/embed.cmake */
    const unsigned long *page_size; /* where its size stands */
};
extern const struct flota_glue flota_glue;

/* Register the getter and the setter of an endpoint of the glue, after flota_init(). A function of
 * another type than void (struct NAME *) does not compile. */
#define flota_set_http_handlers(name, getter, setter)                                              \
    do {                                                                                           \
        _Static_assert(_Generic((getter), void (*)(struct name *) : 1, default : 0),               \
                       "the getter of " #name " must be: void getter(struct " #name " *data)");    \
        _Static_assert(_Generic((setter), void (*)(struct name *) : 1, default : 0),               \
                       "the setter of " #name " must be: void setter(struct " #name " *data)");    \
        flota_glue_set_##name(getter, setter);                                                     \
    } while (0)

/* Bring up the board, the network and the server, and print who runs: product, version, bank. */
void flota_init(void);

/* One turn: network, update, time-outs; then sleeps until something happens, at most 1 ms. */
void flota_poll(void);

#endif
