/* glue.h - what dashboard.json says, for C: a struct per data endpoint.
 *
 * The names are those of the API, /api/leds and /api/BCKLT.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GLUE_H
#define GLUE_H

#include "flota/flota.h"

struct leds {
    bool state;
};

struct BCKLT {
    bool state;
};

/* Used by flota_set_http_handlers(). */
void flota_glue_set_leds(void (*get)(struct leds *), void (*set)(struct leds *));
void flota_glue_set_BCKLT(void (*get)(struct BCKLT *), void (*set)(struct BCKLT *));

#endif
