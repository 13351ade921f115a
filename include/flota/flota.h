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
    struct flota_endpoint *endpoints; /* NULL: none */
    size_t endpoint_count;
    const struct flota_access_rules *access; /* NULL: no users; FLOTA_AUTH counts */
    const unsigned char *page;               /* gzipped HTML */
    const unsigned long *page_size;          /* where its size stands */
};
extern const struct flota_glue flota_glue;

/* --- registration: after flota_init(); NAME is the endpoint's ---
 *
 * The glue names what there is (dashboard_json_has_data_leds), so that the compiler's words about
 * an endpoint that the description no longer has say where to look. A function of another type than
 * is said does not compile. A set function may be NULL: then nothing of this endpoint can be
 * changed. Until something is registered, the glue's own copy answers. */

/* Data: void getter(struct NAME *data), void setter(struct NAME *data). */
#define flota_set_http_handlers(name, getter, setter)                                              \
    do {                                                                                           \
        (void)dashboard_json_has_data_##name;                                                      \
        _Static_assert(_Generic((getter), void (*)(struct name *) : 1, default : 0),               \
                       "the getter of " #name " must be: void getter(struct " #name " *data)");    \
        _Static_assert(_Generic((setter), void (*)(struct name *) : 1, void * : 1, default : 0),   \
                       "the setter of " #name " must be: void setter(struct " #name " *data)");    \
        flota_glue_set_##name(getter, setter);                                                     \
    } while (0)

/* Arrays: size_t counter(void), void getter(size_t row, struct NAME *data), and a setter like it.
 */
#define flota_set_array_handlers(name, counter, getter, setter)                                    \
    do {                                                                                           \
        (void)dashboard_json_has_array_##name;                                                     \
        _Static_assert(_Generic((counter), size_t(*)(void) : 1, default : 0),                      \
                       "the counter of " #name " must be: size_t counter(void)");                  \
        _Static_assert(_Generic((getter), void (*)(size_t, struct name *) : 1, default : 0),       \
                       "the getter of " #name " must be: void getter(size_t row, struct " #name    \
                       " *data)");                                                                 \
        _Static_assert(                                                                            \
            _Generic((setter), void (*)(size_t, struct name *) : 1, void * : 1, default : 0),      \
            "the setter of " #name " must be: void setter(size_t row, struct " #name " *data)");   \
        flota_glue_set_##name(counter, getter, setter);                                            \
    } while (0)

/* Actions: void starter(struct NAME *data), enum flota_action_state state(void). data->pressed is
 * false when a held button is let go. state NULL: it is done when starter returns. */
#define flota_set_action_handlers(name, starter, state)                                            \
    do {                                                                                           \
        (void)dashboard_json_has_action_##name;                                                    \
        _Static_assert(_Generic((starter), void (*)(struct name *) : 1, default : 0),              \
                       "the starter of " #name " must be: void starter(struct " #name " *data)");  \
        _Static_assert(                                                                            \
            _Generic((state), enum flota_action_state(*)(void) : 1, void * : 1, default : 0),      \
            "the state of " #name " must be: enum flota_action_state state(void)");                \
        flota_glue_set_##name(starter, state);                                                     \
    } while (0)

/* Files: const struct flota_files *, which must last. */
#define flota_set_file_handlers(name, files)                                                       \
    do {                                                                                           \
        (void)dashboard_json_has_file_##name;                                                      \
        _Static_assert(_Generic((files), const struct flota_files * : 1, struct flota_files * : 1, \
                                default : 0),                                                      \
                       "the files of " #name " must be: const struct flota_files *");              \
        flota_glue_set_##name(files);                                                              \
    } while (0)

/* Custom: const struct flota_http_handler *, which must last, and what its functions get. It serves
 * /api/NAME and all below, all methods; the levels are checked before. */
#define flota_set_custom_handler(name, handler, context)                                           \
    do {                                                                                           \
        (void)dashboard_json_has_custom_##name;                                                    \
        _Static_assert(_Generic((handler), const struct flota_http_handler * : 1,                  \
                                struct flota_http_handler * : 1, default : 0),                     \
                       "the handler of " #name " must be: const struct flota_http_handler *");     \
        flota_glue_set_##name(handler, context);                                                   \
    } while (0)

/* Events: report a struct NAME, which is copied. */
#define flota_report(name, data)                                                                   \
    do {                                                                                           \
        (void)dashboard_json_has_events_##name;                                                    \
        _Static_assert(_Generic((data), const struct name * : 1, struct name * : 1, default : 0),  \
                       "the data of " #name " must be: const struct " #name " *");                 \
        flota_glue_report_##name(data);                                                            \
    } while (0)

/* --- life --- */

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
