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
#include <stdbool.h>

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

/* One turn: network, update, trial, time-outs; then sleeps until something happens, at most 1 ms.
 * The only place that feeds the watchdog: an image on trial that stops calling it is rolled back.
 */
void flota_poll(void);

/* When is a new firmware on trial good? By default when the network is up and one request was
 * served, or the server that updates come from was reached. Called at each turn while on trial;
 * with FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_AUTOMATIC (the default) its first true confirms, but not
 * before FLOTA_CONFIRM_AFTER_MS since start (0). NULL: the default. */
void flota_set_health_check(bool (*check)(void));

/* How far a run has come: kept in RAM over a reset, shown with the reason when this firmware is
 * rolled back. An application's own numbers begin at FLOTA_MILESTONE_APPLICATION. */
enum flota_milestone {
    FLOTA_MILESTONE_STARTED = 1, /* flota_init() was entered, clock and console run */
    FLOTA_MILESTONE_RUNNING = 2, /* flota_init() has returned */
    FLOTA_MILESTONE_ADDRESS = 3, /* the network has an address */
    FLOTA_MILESTONE_APPLICATION = 16
};
void flota_milestone(uint32_t milestone);

/* The application's own verdict on a firmware on trial. flota_confirm() returns 0, also when it is
 * confirmed already, or FLOTA_ERR_* (FLOTA_ERR_UPDATE_BUSY while an update uses the flash,
 * FLOTA_ERR_NOT_ON_TRIAL also while it is being left); flota_give_up() resets and is rolled back,
 * cause is shown. */
int flota_confirm(void);
int flota_give_up(uint32_t cause);

#endif
