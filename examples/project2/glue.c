/* glue.c - what dashboard.json says, for C: the table of endpoints, and the page.
 *
 * The table calls functions of void *, the application's take its struct. Calling one through a
 * pointer to the other is undefined in C, so that a function per endpoint stands between.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "glue.h"

/* Made from dashboard.json by web/build.mjs and cmake/embed.cmake. */
extern const unsigned char flota_page[];
extern const unsigned long flota_page_size;

enum { ENDPOINT_LEDS, ENDPOINT_BCKLT, ENDPOINT_COUNT };

/* --- leds --- */

static struct leds leds;
static void (*get_leds)(struct leds *);
static void (*set_leds)(struct leds *);

static void call_get_leds(void *data)
{
    get_leds(data);
}

static void call_set_leds(void *data)
{
    set_leds(data);
}

static const struct flota_field leds_fields[] = {
    {"state", FLOTA_FIELD_BOOL, offsetof(struct leds, state), sizeof leds.state, false},
};

/* --- BCKLT --- */

static struct BCKLT BCKLT;
static void (*get_BCKLT)(struct BCKLT *);
static void (*set_BCKLT)(struct BCKLT *);

static void call_get_BCKLT(void *data)
{
    get_BCKLT(data);
}

static void call_set_BCKLT(void *data)
{
    set_BCKLT(data);
}

static const struct flota_field BCKLT_fields[] = {
    {"state", FLOTA_FIELD_BOOL, offsetof(struct BCKLT, state), sizeof BCKLT.state, false},
};

/* --- the table --- */

static struct flota_endpoint endpoints[ENDPOINT_COUNT] = {
    [ENDPOINT_LEDS] =
        {
            .name = "leds",
            .fields = leds_fields,
            .field_count = sizeof leds_fields / sizeof *leds_fields,
            .data = &leds,
            .size = sizeof leds,
        },
    [ENDPOINT_BCKLT] =
        {
            .name = "BCKLT",
            .fields = BCKLT_fields,
            .field_count = sizeof BCKLT_fields / sizeof *BCKLT_fields,
            .data = &BCKLT,
            .size = sizeof BCKLT,
        },
};

void flota_glue_set_leds(void (*get)(struct leds *), void (*set)(struct leds *))
{
    get_leds = get;
    set_leds = set;
    endpoints[ENDPOINT_LEDS].get = get ? call_get_leds : NULL;
    endpoints[ENDPOINT_LEDS].set = set ? call_set_leds : NULL;
}

void flota_glue_set_BCKLT(void (*get)(struct BCKLT *), void (*set)(struct BCKLT *))
{
    get_BCKLT = get;
    set_BCKLT = set;
    endpoints[ENDPOINT_BCKLT].get = get ? call_get_BCKLT : NULL;
    endpoints[ENDPOINT_BCKLT].set = set ? call_set_BCKLT : NULL;
}

const struct flota_glue flota_glue = {
    .endpoints = endpoints,
    .endpoint_count = ENDPOINT_COUNT,
    .page = flota_page,
    .page_size = &flota_page_size,
};
